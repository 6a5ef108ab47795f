import type { Frame } from '../../../simulation/base/frame';
import { lensOf } from '../../../simulation/image/transfer/lens';
import { imageInTiles } from '../../../simulation/image/tiles';
import type { Lens } from '../../../simulation/image/transfer/transfer';
import { sceneOf } from '../../../simulation/specimen/scene';
import type { SpecimenKind } from '../../../simulation';
import { moments } from '../bench';
import { closeup } from './microscope';

const { truth } = closeup({ goldBeadsPerSquareMicrometre: 3000, latexOnCarbonPerSquareMicrometre: 20 });
const optics = { ...truth.wavefront, kilovolts: 300 };

/** A frame turned by 20 degrees about the middle of the specimen; pixel size in micrometres, shift in pixels. */
function frame(size: number, pixelSize: number, column = 0, row = 0, more: Partial<Frame> = {}): Frame {
  const cosine = Math.cos(0.35) / pixelSize;
  const sine = Math.sin(0.35) / pixelSize;
  return {
    columns: size,
    rows: size,
    originColumn: size / 2 + column,
    originRow: size / 2 + row,
    columnX: cosine,
    columnY: -sine,
    rowX: -sine,
    rowY: -cosine,
    centreColumn: size / 2,
    centreRow: size / 2,
    cubic: 0,
    quadratic: 0,
    pixelSize,
    blurVariance: 1,
    ...more,
  };
}

/** The image of a specimen on a frame, without noise. */
function image(kind: SpecimenKind, at: Frame, { defocus = -0.4, maxColumns = 6144 } = {}): Float32Array {
  const scene = sceneOf(truth.specimen, kind, 77, 300);
  const { phaseToAmplitude = optics.phaseToAmplitude } = scene;
  const lens: Lens = {
    ...lensOf({ defocus }, { ...optics, phaseToAmplitude }),
    motion: undefined,
    kilovolts: 300,
    brightness: 1,
    lab: at,
  };
  const canvas = new Float32Array(at.columns * at.rows);
  imageInTiles(lens, canvas, at, { scene, field: 512 * at.pixelSize }, maxColumns);
  return canvas;
}

/** Value between the samples of a band-limited image, by a Lanczos window 16 samples wide on either side. */
function between(values: Float32Array, size: number, column: number, row: number): number {
  const reach = 16;
  const kernel = (x: number): number =>
    x === 0 ? 1 : (reach * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / reach)) / (Math.PI * x) ** 2;
  let sum = 0;
  let weights = 0;
  for (let y = Math.floor(row) - reach + 1; y <= Math.floor(row) + reach; y++) {
    const down = kernel(row - y);
    for (let x = Math.floor(column) - reach + 1; x <= Math.floor(column) + reach; x++) {
      const weight = down * kernel(column - x);
      sum += values[y * size + x]! * weight;
      weights += weight;
    }
  }
  return sum / weights;
}

const solids: readonly SpecimenKind[] = ['carbon', 'ice', 'gold-beads', 'latex', 'holey-film', 'crystal'];

describe.each(solids)('%s', (kind) => {
  const pixelSize = { crystal: 0.00005, 'holey-film': 0.03 }[kind as string] ?? 0.0003;
  // Only an amorphous specimen has detail as fine as the pixels, of which some is lost between them.
  const amorphous = kind === 'carbon' || kind === 'ice';
  test.each([0.37, 2.81])('moved by %p pixels is the same specimen read between the pixels', (shift) => {
    const size = 160;
    const at = image(kind, frame(size, pixelSize));
    const moved = image(kind, frame(size, pixelSize, shift, -0.6 * shift));
    const { variance } = moments(at);
    let square = 0;
    let count = 0;
    for (let row = 40; row < 120; row += 5)
      for (let column = 40; column < 120; column += 5) {
        square += (moved[row * size + column]! - between(at, size, column - shift, row + 0.6 * shift)) ** 2;
        count++;
      }
    expect(Math.sqrt(square / count / variance)).toBeLessThan(amorphous ? 0.06 : 0.015);
  });

  test('is the same place at half the magnification', () => {
    const size = 128;
    const fine = image(kind, frame(2 * size, pixelSize, 0, 0, { blurVariance: 4 }));
    const coarse = image(kind, frame(size, 2 * pixelSize, 0, 0, { blurVariance: 1 }));
    const mean = coarse.map((_, k) => {
      const a = 4 * Math.floor(k / size) * size + 2 * (k % size);
      return (fine[a]! + fine[a + 1]! + fine[a + 2 * size]! + fine[a + 2 * size + 1]!) / 4;
    });
    const [a, b] = [moments(mean), moments(coarse)];
    let product = 0;
    for (let k = 0; k < mean.length; k++) product += ((mean[k]! - a.mean) * (coarse[k]! - b.mean)) / mean.length;
    expect(product / Math.sqrt(a.variance * b.variance)).toBeGreaterThan(amorphous ? 0.8 : 0.99);
    expect(a.variance / b.variance).toBeCloseTo(1, 1);
  });

  test('in tiles is the whole image', () => {
    const size = 384;
    const at = frame(size, pixelSize);
    const whole = image(kind, at, { defocus: -1 });
    const tiled = image(kind, at, { defocus: -1, maxColumns: 130 });
    const { variance } = moments(whole);
    let square = 0;
    for (let k = 0; k < whole.length; k++) square += (whole[k]! - tiled[k]!) ** 2 / whole.length;
    expect(Math.sqrt(square / variance)).toBeLessThan(0.005);
  });
});
