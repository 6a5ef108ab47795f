import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  aberrationInMillimetres,
  angstroms,
  ContrastTransfer,
  fitCtf,
  image,
  kilovolts,
  Random,
} from '../../../imaging';
import { kernels } from '../../../imaging/ctf/kernels';
import { RingModel } from '../../../imaging/ctf/ring-model';

const folder = path.resolve(__dirname, '..', '..', '..', 'imaging', 'ctf', 'kernels');
const transfer = new ContrastTransfer({ voltage: kilovolts(300), sphericalAberration: aberrationInMillimetres(2.7) });
const size = { background: 6, direction: 2, depth: 3, depthWithDirection: true, phase: true };
const truth = { mean: 15000, cosine: 800, sine: -500, phase: 0.3 };

/** Cells whose power is the model's for a flat background and rings of depth 0.4, with the smear of a narrow cell left out. */
function cells() {
  const [sectors, bins, low, width] = [24, 200, 1 / 900, 1e-4];
  const random = new Random(2);
  const modes = Float64Array.from({ length: sectors * bins }, () => 5 + Math.floor(20 * random.uniform()));
  const power = modes.map((_, cell) => {
    const [bin, sector] = [Math.floor(cell / sectors), cell % sectors];
    const angle = ((sector + 0.5) * Math.PI) / sectors;
    const defocus = truth.mean + truth.cosine * Math.cos(2 * angle) + truth.sine * Math.sin(2 * angle);
    const chi = transfer.phase(Math.sqrt(low + (bin + 0.5) * width), defocus) + truth.phase;
    return 50 * (1 - 0.4 * Math.cos(2 * chi));
  });
  return { sectors, bins, low, width, modes, power };
}

describe('the kernels of the fit of rings', () => {
  test('are made of the Rust sources beside them (run "npm run build:ctf" after changing them)', () => {
    const made = createHash('sha256');
    for (const name of readdirSync(path.join(folder, 'src')).sort())
      made.update(readFileSync(path.join(folder, 'src', name)));
    expect(made.digest('hex')).toBe(readFileSync(path.join(folder, 'sources.txt'), 'utf8').trim());
  });

  test('give the likelihood that the formula gives, cell by cell', () => {
    const given = cells();
    const model = new RingModel(given, transfer, size);
    const smooth = model.fitSmooth();
    const background = model.smoothSpectrum(smooth);
    let sum = 0;
    background.forEach((value, cell) => (sum -= given.modes[cell]! * (Math.log(value) + given.power[cell]! / value)));
    expect(Math.abs(smooth.logLikelihood / sum - 1)).toBeLessThan(1e-9);
  });

  test('lead to the truth from a tenth of a ring beside it, phase included', () => {
    const model = new RingModel(cells(), transfer, size);
    const start = model.withDepth(model.fitSmooth().coefficients, 0.1);
    const { rings } = model.fitRings(start, { mean: 15080, cosine: 750, sine: -450, phase: 0.2 }, 40);
    expect(Math.abs(rings.mean - truth.mean)).toBeLessThan(8);
    expect(Math.abs(rings.cosine - truth.cosine)).toBeLessThan(4);
    expect(Math.abs(rings.sine - truth.sine)).toBeLessThan(4);
    expect(Math.abs(rings.phase - truth.phase)).toBeLessThan(0.03);
  });

  test('need no more memory after many fits than after the first of each size', () => {
    const random = new Random(3);
    const noise = (size: number) =>
      image(
        Float32Array.from({ length: size * size }, () => random.uniform()),
        size,
        size,
      );
    const pictures = [noise(64), noise(96), noise(128)];
    const optics = { voltage: kilovolts(200), sphericalAberration: aberrationInMillimetres(2.7) };
    const fitAll = () => pictures.forEach((picture) => fitCtf(picture, { ...optics, pixelSize: angstroms(5) }));
    fitAll();
    const { byteLength } = kernels().memory.buffer;
    for (let round = 0; round < 3; round++) fitAll();
    expect(kernels().memory.buffer.byteLength).toBe(byteLength);
  });
});
