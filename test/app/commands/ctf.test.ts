import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeMrc } from '../../../core/image-files';
import type { Image } from '../../../imaging';
import { drawTask, render } from '../../../statistics/ctf-images';
import { eucentric } from '../eucentric';

const { scene } = drawTask('carbon', 1);
const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-ctf-'));
const file = path.join(folder, 'carbon.mrc');
const lens = ['--cs', String(scene.sphericalAberration / 1e7), '--amplitude-contrast', String(scene.amplitudeContrast)];
const ctf = (...more: readonly string[]) => eucentric(['ctf', file, ...lens, ...more, '--json']);

beforeAll(() => {
  const drawn = render({ ...scene, rows: 512, columns: 512, format: 'int16' }) as Image<Int16Array>;
  writeFileSync(file, encodeMrc([drawn], scene.pixel, ['carbon']));
});

test('the rings of a file give its defocus, with pixel and high tension of the file or of the options', () => {
  const bare = ctf();
  expect(bare.code).toBe(1);
  expect(bare.lines().at(-1)).toMatchObject({ event: 'error', code: 'ctf/not-known' });

  writeFileSync(`${file}.mdoc`, `ImageFile = carbon.mrc\n\n[ZValue = 0]\nVoltage = ${scene.kilovolts}\n`);
  const { code, lines } = ctf();
  expect(code).toBe(0);
  const found = lines().at(-1) as {
    defocus: number;
    defocus1: number;
    defocus2: number;
    angle: number;
    standardErrors: { defocus: number; astigmatism: [number, number] };
  };
  expect(Math.abs(found.defocus + scene.defocus / 1e4)).toBeLessThan(4 * found.standardErrors.defocus);
  const turn = (2 * found.angle * Math.PI) / 180;
  for (const [at, along] of [Math.cos(turn), Math.sin(turn)].entries())
    expect(Math.abs((found.defocus2 - found.defocus1) * along - (2 * scene.astigmatism[at]!) / 1e4)).toBeLessThan(
      4 * found.standardErrors.astigmatism[at]!,
    );
  expect(eucentric(['ctf', file, ...lens]).stdout).toMatch(/^Defocus -[\d.]+ \+- [\d.]+ um\./);
});

test('a defocus outside of the expected ones is refused with what was compared, and wrong options are named', () => {
  const { code, lines } = ctf('--expected', '6,8');
  expect(code).toBe(1);
  expect(lines().at(-2)).toMatchObject({ refused: [{ code: 'outside-window' }] });
  expect(lines().at(-1)).toMatchObject({
    code: 'ctf/no-defocus',
    message: expect.stringContaining('outside of the expected 6.00 um to 8.00 um') as string,
  });
  expect(ctf('--expected', '3,1').lines().at(-1)).toMatchObject({ code: 'ctf/bad-option' });
  expect(ctf('--phase', 'some').lines().at(-1)).toMatchObject({ code: 'ctf/bad-option' });
});
