import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const crate = path.resolve(__dirname, '..', '..', 'imaging', 'fft');

it('the committed package is made from the Rust sources beside it (run "npm run build:fft" after changing them)', () => {
  const sources = readdirSync(path.join(crate, 'src'))
    .filter((name) => name.endsWith('.rs'))
    .sort();
  const hash = createHash('sha256').update(readFileSync(path.join(crate, 'Cargo.toml')));
  for (const name of sources) hash.update(readFileSync(path.join(crate, 'src', name)));
  expect(hash.digest('hex')).toBe(readFileSync(path.join(crate, 'pkg', 'sources.sha256'), 'utf8').trim());
});
