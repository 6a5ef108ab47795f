import { closeup } from './microscope';
import { powerSpectrum, rings } from './spectrum';

const size = 512;
const pixel = 0.25;
const wavelength = 0.0019687;

/** Mean of a spectrum over the rings within a sector of 30 degrees about an axis of the image. */
const sector = (data: ArrayLike<number>, axis: 'along' | 'across'): Float64Array =>
  rings(powerSpectrum(data, size), size, (x, y) => {
    const [here, there] = axis === 'along' ? [Math.abs(x), Math.abs(y)] : [Math.abs(y), Math.abs(x)];
    return there < here * Math.tan(Math.PI / 12);
  });

/** Depth of the rings of a spectrum between two frequencies in cycles per nanometre: how much of -cos(2 chi) there is about the running mean. */
function visibility(power: Float64Array, underfocus: number, from: number, to: number): number {
  let [product, square] = [0, 0];
  for (let ring = Math.round(from * size * pixel); ring < to * size * pixel; ring++) {
    const k = ring / (size * pixel);
    const chi = Math.PI * wavelength * k * k * (underfocus - 0.5 * 2.7e6 * wavelength ** 2 * k * k) + Math.asin(0.07);
    let mean = 0;
    for (let near = ring - 16; near <= ring + 16; near++) mean += power[near]! / 33;
    product -= (power[ring]! / mean - 1) * Math.cos(2 * chi);
    square += Math.cos(2 * chi) ** 2;
  }
  return product / square;
}

describe('the rings of a carbon film', () => {
  test('are as deep as the dose lets them be, and gone without contrast', () => {
    const depth = (electrons: number, carbonThicknessNm: number): number => {
      const options = { specimen: 'carbon', carbonThicknessNm, electronsPerFieldPixelPerSecond: electrons };
      const { microscope, take } = closeup(options, { size, pixel });
      microscope.setDefocus(-0.8);
      return visibility(rings(powerSpectrum(take().data, size), size), 800, 0.8, 1.6);
    };
    const [bright, usual, dim] = [depth(40000, 10), depth(40, 10), depth(8, 10)];
    expect(bright).toBeGreaterThan(0.7);
    expect(usual).toBeLessThan(0.8 * bright);
    expect(usual).toBeGreaterThan(0.05);
    expect(dim).toBeLessThan(0.7 * usual);
    expect(depth(40, 30)).toBeGreaterThan(1.3 * usual);
    expect(Math.abs(depth(40, 0))).toBeLessThan(0.02);
  });

  test('are lost by motion along it only, as the square of a sinc', () => {
    const distance = 0.6;
    const image = (nanometres: number): ArrayLike<number> => {
      const { microscope, take } = closeup(
        { specimen: 'carbon', driftNmPerSecond: [nanometres, 0], focusSpreadNm: 0 },
        { size, pixel, rotation: 0 },
      );
      microscope.setDefocus(-0.8);
      return take().data;
    };
    const [still, moved] = [image(0), image(distance)];
    const power = (data: ArrayLike<number>, axis: 'along' | 'across', k: number): number => {
      const spectrum = sector(data, axis);
      let sum = 0;
      for (let ring = Math.round((k - 0.1) * size * pixel); ring <= (k + 0.1) * size * pixel; ring++)
        sum += spectrum[ring]!;
      return sum;
    };
    for (const k of [0.5, 0.9, 1.2, 1.5]) {
      const x = Math.PI * k * distance;
      expect(power(moved, 'along', k) / power(still, 'along', k)).toBeCloseTo((Math.sin(x) / x) ** 2, 1);
      expect(power(moved, 'across', k) / power(still, 'across', k)).toBeGreaterThan(0.9);
    }
    expect(visibility(sector(moved, 'across'), 800, 0.8, 1.6)).toBeGreaterThan(
      0.9 * visibility(sector(still, 'across'), 800, 0.8, 1.6),
    );
  });
});
