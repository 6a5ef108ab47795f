import { readdirSync } from 'node:fs';
import path from 'node:path';
import { seconds } from '../../core/base';
import { Cameras } from '../../core/devices';
import { projectFolder, virtualInstrument } from '../support/virtual-instrument';

const files = readdirSync(path.join(projectFolder, 'config')).filter((file) => file.endsWith('.yaml'));
const pixels = 256;

/** Mean electrons of the middle of an image of the selected camera, and their standard deviation. */
async function imageOf(file: string, line: string): Promise<{ readonly mean: number; readonly deviation: number }> {
  const edit = (yaml: string): string =>
    /^simulator:/m.test(yaml)
      ? yaml.replace(/^simulator:.*\n/m, `simulator:\n  ${line}\n`)
      : `${yaml}\nsimulator:\n  ${line}\n`;
  await using instrument = await virtualInstrument({ configuration: file, edit, magIndex: 22 });
  expect(instrument.settings.section('simulator')!.value).toHaveProperty(line.split(':')[0]!);
  const camera = instrument.kernel.registry.get(Cameras).selected;
  const { traits } = camera;
  const binning = traits.binnings.filter((each) => each * pixels <= Math.min(traits.width, traits.height)).at(-1)!;
  const half = (binning * pixels) / 2;
  const [column, row] = [Math.round(traits.width / 2), Math.round(traits.height / 2)];
  const { image } = await camera.acquire(
    camera.fit({
      binning,
      area: { left: column - half, top: row - half, right: column + half, bottom: row + half },
      // A focused beam would saturate a camera in half a second.
      exposure: seconds(line.startsWith('condenser') ? 0.02 : 0.5),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'linear',
    }),
  );
  expect(Math.abs(image.shape[1]! - pixels)).toBeLessThanOrEqual(32);
  const perElectron =
    instrument.settings.cameras.find(({ index }) => index === traits.index)!.get('CountsPerElectron') || 1;
  let [total, squares] = [0, 0];
  for (const each of image.data) {
    total += each / perElectron;
    squares += (each / perElectron) ** 2;
  }
  const mean = total / image.data.length;
  return { mean, deviation: Math.sqrt(squares / image.data.length - mean * mean) };
}

describe.each(files)('config/%s', (file) => {
  test.each(['imperfections: drawn', 'condenser: lenses'])('starts with "%s" and takes an image', async (line) => {
    const { mean, deviation } = await imageOf(file, line);
    expect(mean).toBeGreaterThan(1);
    expect(deviation).toBeGreaterThan(0.5 * Math.sqrt(mean));
    expect(deviation).toBeLessThan(mean);
  });
});
