/**
 * Compares all generated and committed files with their sources; --write renews those that it can. Exit code 1 when a
 * file is stale.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PropertyDefinition } from '../core/settings';
import { generatedPages, writePages } from './generate-docs';
import { schemaText } from './generate-schema';
import { typesOf } from './property-types';

/** Stale or wrong files among the generated ones below a folder, each in a sentence that says what to do. */
export function staleFiles(root: string): readonly string[] {
  const again = 'run "npm run generated -- --write" and commit it';
  const wanted: Readonly<Record<string, string>> = { 'config/schema.json': schemaText(), ...generatedPages(root) };
  const stale = Object.entries(wanted).flatMap(([file, text]) => {
    const place = path.join(root, file);
    if (!existsSync(place)) return [`${file} is missing: ${again}.`];
    return readFileSync(place, 'utf8') === text ? [] : [`${file} is not what its sources give: ${again}.`];
  });
  return [...stale, ...staleTransforms(root), ...wrongDefinitions(root)];
}

/** Checks that the WebAssembly package was built from the Rust sources beside it. */
function staleTransforms(root: string): readonly string[] {
  const crate = path.join(root, 'imaging', 'fft');
  const sources = readdirSync(path.join(crate, 'src'))
    .filter((name) => name.endsWith('.rs'))
    .sort();
  const hash = createHash('sha256').update(readFileSync(path.join(crate, 'Cargo.toml')));
  for (const name of sources) hash.update(readFileSync(path.join(crate, 'src', name)));
  const recorded = readFileSync(path.join(crate, 'pkg', 'sources.sha256'), 'utf8').trim();
  return hash.digest('hex') === recorded
    ? []
    : ['imaging/fft/pkg is not made of the Rust sources beside it: run "npm run build:fft" and commit it.'];
}

const forms: ReadonlySet<string> = new Set<PropertyDefinition['form']>([
  'value',
  'values',
  'list',
  'append',
  'rows',
  'table',
  'flag',
  'ignored',
]);

/** Mistakes in the property definitions: repeated names, unknown forms, and types that differ from the table. */
function wrongDefinitions(root: string): readonly string[] {
  const folder = path.join(root, 'core', 'settings', 'definitions');
  const parts = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const seen = new Map<string, string>();
  return parts.flatMap((part) => {
    const name = path.basename(part, '.json');
    const definitions = JSON.parse(readFileSync(path.join(folder, part), 'utf8')) as readonly PropertyDefinition[];
    const mistakes = definitions.flatMap((each) => {
      const key = `${each.scope} ${each.name.toLowerCase()}`;
      const earlier = seen.get(key);
      seen.set(key, part);
      return [
        ...(earlier === undefined ? [] : [`${part}: ${each.name} is also in ${earlier}; keep one of the two.`]),
        ...(forms.has(each.form) ? [] : [`${part}: ${each.name} has the form "${each.form}", which nobody reads.`]),
        ...(each.required > each.fields.length
          ? [`${part}: ${each.name} requires ${each.required} of ${each.fields.length} values.`]
          : []),
        ...(/^[^a-z].*[.]$/s.test(each.meaning) ? [] : [`${part}: the meaning of ${each.name} is not a sentence.`]),
      ];
    });
    const types = readFileSync(path.join(folder, `${name}.types.ts`), 'utf8');
    const current =
      types === typesOf(name, definitions)
        ? []
        : [`${name}.types.ts is not made of ${part}: run scripts/generate-property-definitions and commit it.`];
    return [...mistakes, ...current];
  });
}

if (process.argv[1] && path.basename(process.argv[1]).startsWith('check-generated')) {
  if (process.argv.includes('--write')) {
    writeFileSync(path.resolve('config/schema.json'), schemaText());
    writePages();
  }
  const stale = staleFiles(path.resolve('.'));
  for (const each of stale) process.stderr.write(`${each}\n`);
  if (stale.length > 0) process.exitCode = 1;
}
