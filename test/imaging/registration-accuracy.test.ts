import { Registration } from '../../imaging/registration';
import { expose, Random, shiftBound, Texture } from '../../imaging/synthesis';

const thorough = process.env['EUCENTRIC_VERIFY'] !== undefined;
const pairs = thorough ? 40 : 6;
const size = thorough ? 512 : 256;
const registration = new Registration();

interface Case {
  readonly name: string;
  readonly counts?: number;
  readonly contrast?: number;
  /** Largest shift in shares of the image. */
  readonly shift?: number;
  readonly texture?: {
    readonly lowestFrequency?: number;
    readonly highestFrequency?: number;
    readonly falloff?: number;
  };
  /** Largest RMS error in units of the Cramer-Rao bound. */
  readonly limit: number;
}

/** Root mean square of error over bound, and of stated standard error over bound, over both axes. */
function errors({ counts = 200, contrast = 0.15, shift: most = 0.02, texture: options = {} }: Case): {
  found: number;
  stated: number;
} {
  const random = new Random(23);
  let squares = 0;
  let stated = 0;
  let bounds = 0;
  for (let index = 0; index < pairs; index++) {
    const texture = new Texture({ seed: 100 + index, waveCount: 100, ...options });
    const shift = { x: (2 * random.uniform() - 1) * most * size, y: (2 * random.uniform() - 1) * most * size };
    const shot = (moved: { x: number; y: number }) =>
      expose(texture.render(size, size, { shift: moved }), { countsPerPixel: counts, contrast, random });
    const found = registration.measure(shot(shift), shot({ x: 0, y: 0 }));
    const bound = shiftBound({ texture, rows: size, columns: size, countsPerPixel: counts, contrast })(shift);
    squares += (found.x - shift.x) ** 2 + (found.y - shift.y) ** 2;
    stated += (found.standardError?.x ?? NaN) ** 2 + (found.standardError?.y ?? NaN) ** 2;
    bounds += bound.x ** 2 + bound.y ** 2;
  }
  return { found: Math.sqrt(squares / bounds), stated: Math.sqrt(stated / bounds) };
}

/** With few pairs the RMS itself scatters: 6 pairs, 12 numbers, 20 %. */
const scatter = 1 + 3 / Math.sqrt(4 * pairs);

describe('the error of a shift stays near the Cramer-Rao bound, over noise, contrast, shift, overlap and specimen', () => {
  it.each<Case>([
    { name: '200 counts, contrast 15 %, shifts to 2 %', limit: 1.5 },
    { name: '20 counts', counts: 20, limit: 1.6 },
    { name: 'contrast 5 %', contrast: 0.05, limit: 1.6 },
    { name: 'shifts to 30 %', shift: 0.3, limit: 1.7 },
    {
      name: 'a spectrum that falls off',
      texture: { lowestFrequency: 0.005, highestFrequency: 0.4, falloff: 1 },
      limit: 2,
    },
  ])(
    '$name',
    (one) => {
      const { found, stated } = errors(one);
      expect(found).toBeLessThan(one.limit * scatter);
      // The stated standard error is neither too small nor too large.
      expect(stated / found).toBeGreaterThan(0.6 / scatter);
      expect(stated / found).toBeLessThan(2 * scatter);
    },
    300_000,
  );
});
