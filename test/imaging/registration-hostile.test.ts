import { fc } from '../support/properties';
import { ImagingError } from '../../imaging/errors';
import { image } from '../../imaging/image';
import { Registration } from '../../imaging/registration';
import { Random } from '../../imaging/synthesis';

const share = (least: number, most: number) => fc.double({ min: least, max: most, noNaN: true });

it('any size, any options in range and any expected shift give a finite answer or a typed error', () => {
  const random = new Random(2);
  const noise = (rows: number, columns: number) =>
    image(
      Float32Array.from({ length: rows * columns }, () => random.uniform()),
      rows,
      columns,
    );
  const options = fc.record({
    largestSide: fc.integer({ min: 16, max: 300 }),
    trimFraction: share(0, 0.4),
    padFraction: share(0, 2),
    taperFraction: share(0, 0.5),
    highPassSigma: share(0, 0.3),
    lowPassRadius: share(0, 1),
    lowPassSigma: share(0, 1),
    peakThreshold: share(0, 1),
    largestPeakCount: fc.integer({ min: 1, max: 1000 }),
    ignoreZeroPeak: fc.boolean(),
    smallestOverlap: share(0.001, 1),
  });
  const side = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(side, side, options, share(-1000, 1000), share(-1000, 1000), (rows, columns, given, x, y) => {
      try {
        const found = new Registration(given).measure(noise(rows, columns), noise(rows, columns), { x, y });
        expect(Number.isFinite(found.x + found.y + found.correlation + found.overlap)).toBe(true);
        expect(found.overlap).toBeGreaterThanOrEqual(given.smallestOverlap);
        expect(Math.abs(found.correlation)).toBeLessThanOrEqual(1);
      } catch (error) {
        expect(error).toBeInstanceOf(ImagingError);
      }
    }),
    { numRuns: process.env['EUCENTRIC_VERIFY'] === undefined ? 200 : 3000 },
  );
});
