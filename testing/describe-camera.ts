import fc from 'fast-check';
import { type Clock, EucentricError, type Seconds, StoppedError, seconds } from '../core/base';
import type { Camera, CameraArea, Exposure, Frame } from '../core/devices';
import { untilNothingIsOpen } from './until';

/** A camera together with what can be seen of it from behind. */
export interface CameraUnderTest {
  readonly camera: Camera;
  readonly clock: Clock;
  /** Number of exposures that the device has begun. */
  exposures(): number;
  /** The most exposures that ran at one time. */
  mostAtOnce(): number;
  /** Has something done once, in the middle of the next exposure. */
  whileExposing(action: () => void): void;
  dispose(): Promise<void>;
}

/** Facts that the suite needs about a camera and the scene before it. The scene must be the same in every image, and look different when it is mirrored. */
export interface CameraFacts {
  /** Content of a binned pixel: the sum or the mean of its pixels. */
  readonly binning: 'sum' | 'mean';
  /** Mean difference in counts between two images of the same scene, because of noise; 0 for a camera without any. */
  readonly noise: number;
  /** Mean difference between a binned pixel and its part of an unbinned image, as a fraction of its counts: noise, and detail that only the finer one resolves. */
  readonly binningTolerance: number;
  /** Seconds of an exposure that suits the scene. */
  readonly exposure: number;
  /** Seconds of an exposure that the camera must refuse. */
  readonly tooLong: number;
}

/** Suite of every camera: limits, binning, areas, STOP and one image at a time. */
export function describeCamera(name: string, make: () => Promise<CameraUnderTest>, facts: CameraFacts): void {
  describe(`${name} as a Camera`, () => {
    let under: CameraUnderTest;
    let camera: Camera;

    beforeEach(async () => {
      under = await make();
      ({ camera } = under);
    });
    afterEach(() => under.dispose());

    const wholeArea = (): CameraArea => ({ left: 0, top: 0, right: camera.traits.width, bottom: camera.traits.height });
    const wanted = (more: Partial<Exposure> = {}): Exposure => ({
      binning: camera.traits.binnings[0]!,
      area: wholeArea(),
      exposure: seconds(facts.exposure),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'linear',
      ...more,
    });
    const exposures = (): fc.Arbitrary<Exposure> => {
      const { width, height, binnings } = camera.traits;
      const span = (size: number): fc.Arbitrary<readonly [number, number]> =>
        fc
          .tuple(fc.nat(size), fc.nat(size))
          .map(([a, b]) => (a === b ? ([0, size] as const) : ([Math.min(a, b), Math.max(a, b)] as const)));
      return fc
        .record({
          binning: fc.constantFrom(...binnings),
          columns: span(width),
          rows: span(height),
          exposure: fc.double({ min: 1e-4, max: facts.tooLong, noNaN: true }),
          driftSettling: fc.double({ min: 0, max: 3, noNaN: true }),
          processing: fc.constantFrom('unprocessed', 'dark subtracted', 'gain normalized'),
          readMode: fc.constantFrom('linear', 'counting', 'super-resolution'),
        })
        .map(({ columns: [left, right], rows: [top, bottom], exposure, driftSettling, ...rest }) => ({
          ...(rest as Pick<Exposure, 'binning' | 'processing' | 'readMode'>),
          area: { left, top, right, bottom },
          exposure: seconds(exposure),
          driftSettling: seconds(driftSettling),
        }));
    };

    it('describes itself sensibly', () => {
      const { traits } = camera;
      expect(traits.name).not.toBe('');
      for (const size of [traits.width, traits.height]) expect(Number.isInteger(size) && size > 0).toBe(true);
      expect(traits.binnings.length).toBeGreaterThan(0);
      expect(traits.binnings).toEqual([...new Set(traits.binnings)].sort((a, b) => a - b));
      for (const binning of traits.binnings) expect(Number.isInteger(binning) && binning > 0).toBe(true);
      expect(traits.shortestExposure).toBeGreaterThan(0);
      for (const time of [traits.deadTime, traits.startupDelay, traits.builtInSettling])
        expect(time).toBeGreaterThanOrEqual(0);
    });

    it('fits any wish to an exposure that it takes as it is', () => {
      const { traits } = camera;
      fc.assert(
        fc.property(exposures(), (wish) => {
          const fitted = camera.fit(wish);
          expect(camera.fit(fitted)).toEqual(fitted);
          const { binning, exposure } = fitted;
          const { left, top, right, bottom } = fitted.area;
          return (
            [left, top, right, bottom].every(Number.isInteger) &&
            left >= 0 &&
            top >= 0 &&
            right <= traits.width &&
            bottom <= traits.height &&
            right - left >= binning &&
            bottom - top >= binning &&
            traits.binnings.includes(binning) &&
            exposure >= traits.shortestExposure * (1 - 1e-9)
          );
        }),
        { numRuns: 100, seed: 20_260_901 },
      );
    });

    it('keeps close to what was wished', () => {
      const wish = wanted({ exposure: seconds(facts.exposure), driftSettling: seconds(0.4) });
      const { area, ...fitted } = camera.fit(wish);
      const { area: whole, ...plain } = wish;
      expect(fitted).toEqual({ ...plain, exposure: expect.anything() as Seconds, readMode: fitted.readMode });
      expect(Math.abs(fitted.exposure - wish.exposure)).toBeLessThanOrEqual(0.5 * wish.exposure);
      for (const edge of ['left', 'top', 'right', 'bottom'] as const)
        expect(Math.abs(area[edge] - whole[edge])).toBeLessThanOrEqual(0.25 * Math.min(whole.right, whole.bottom));
    });

    it('delivers what it fitted, at every binning, and says so', async () => {
      for (const binning of camera.traits.binnings) {
        const wish = wanted({ binning, driftSettling: seconds(0.25) });
        const fitted = camera.fit(wish);
        const before = under.clock.now();
        const frame = await camera.acquire(fitted);
        expect(frame.exposure).toEqual(fitted);
        expect(frame.camera).toBe(camera.traits.index);
        expect(sizeOf(frame)).toEqual([
          (fitted.area.bottom - fitted.area.top) / binning,
          (fitted.area.right - fitted.area.left) / binning,
        ]);
        expect(frame.began).toBeGreaterThanOrEqual(before + camera.traits.startupDelay + 0.25 - 1e-9);
        expect(frame.began + fitted.exposure).toBeLessThanOrEqual(under.clock.now() + 1e-9);
      }
    });

    it('gives binned pixels the counts that belong to their area', async () => {
      const { binnings } = camera.traits;
      const frames = new Map<number, Frame>();
      for (const binning of binnings) frames.set(binning, await camera.acquire(camera.fit(wanted({ binning }))));
      let compared = 0;
      for (const fine of binnings) {
        for (const coarse of binnings.filter((each) => each > fine && each % fine === 0)) {
          const [a, b] = [frames.get(fine)!, frames.get(coarse)!];
          if (a.exposure.readMode !== b.exposure.readMode) continue;
          expect(binnedDifference(a, b, facts.binning)).toBeLessThanOrEqual(facts.binningTolerance);
          compared++;
        }
      }
      if (binnings.length > 2) expect(compared).toBeGreaterThan(0);
    });

    it('reads the right part of itself: rows from the top, columns from the left', async () => {
      const { width, height, binnings } = camera.traits;
      const binning = binnings[Math.min(1, binnings.length - 1)]!;
      const whole = await camera.acquire(camera.fit(wanted({ binning })));
      const parts: readonly CameraArea[] = [
        { left: 0, top: 0, right: width / 2, bottom: height / 4 },
        { left: width / 2, top: (3 * height) / 4, right: width, bottom: height },
        { left: width / 4, top: height / 8, right: width / 2, bottom: height / 2 },
      ];
      for (const area of parts) {
        const fitted = camera.fit(wanted({ binning, area }));
        const part = await camera.acquire(fitted);
        const { area: within } = whole.exposure;
        if (
          part.exposure.area.left < within.left ||
          part.exposure.area.top < within.top ||
          part.exposure.area.right > within.right ||
          part.exposure.area.bottom > within.bottom
        )
          continue;
        const [inPlace, ...elsewhere] = [
          [false, false],
          [true, false],
          [false, true],
          [true, true],
        ].map(([mirrorX, mirrorY]) => partDifference(part, whole, mirrorX!, mirrorY!));
        expect(inPlace).toBeLessThanOrEqual(facts.noise);
        // The scene must be able to tell, or the comparison would say nothing.
        for (const other of elsewhere) expect(other).toBeGreaterThan(2 * facts.noise);
      }
    });

    it('can be stopped in the middle of an exposure, and used again', async () => {
      const stop = new AbortController();
      under.whileExposing(() => stop.abort(new StoppedError()));
      await expect(camera.acquire(camera.fit(wanted()), stop.signal)).rejects.toBeInstanceOf(StoppedError);
      expect(stop.signal.aborted).toBe(true);
      const frame = await camera.acquire(camera.fit(wanted()));
      expect(sizeOf(frame)[0]).toBeGreaterThan(0);
    });

    it('is stopped by stop, which does no harm when nothing runs', async () => {
      await camera.stop();
      let stopped: Promise<void> | undefined;
      under.whileExposing(() => {
        stopped = camera.stop();
      });
      await expect(camera.acquire(camera.fit(wanted()))).rejects.toBeInstanceOf(StoppedError);
      await stopped;
      await camera.stop();
      await camera.acquire(camera.fit(wanted()));
    });

    it('sends nothing when it is stopped beforehand', async () => {
      await expect(camera.acquire(camera.fit(wanted()), AbortSignal.abort(new StoppedError()))).rejects.toBeInstanceOf(
        StoppedError,
      );
      expect(under.exposures()).toBe(0);
    });

    it('refuses what is out of its limits before anything is sent', async () => {
      const { width, height, binnings } = camera.traits;
      const good = camera.fit(wanted());
      const bad: readonly Partial<Exposure>[] = [
        { exposure: seconds(facts.tooLong) },
        { exposure: seconds(0) },
        { exposure: seconds(-1) },
        { exposure: seconds(Number.NaN) },
        { exposure: seconds(Number.POSITIVE_INFINITY) },
        { driftSettling: seconds(-0.1) },
        { driftSettling: seconds(Number.NaN) },
        { binning: binnings.at(-1)! + 1 },
        { binning: 0 },
        { area: { left: -2, top: 0, right: width, bottom: height } },
        { area: { left: 0, top: 0, right: width + 2, bottom: height } },
        { area: { left: 0, top: 0, right: width, bottom: height + 2 } },
        { area: { left: 4, top: 4, right: 4, bottom: 8 } },
        { area: { left: 0, top: Number.NaN, right: width, bottom: height } },
      ];
      for (const each of bad) {
        const refused = await camera.acquire({ ...good, ...each }).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(refused).toBeInstanceOf(EucentricError);
        expect((refused as EucentricError).hint).not.toBe('');
      }
      expect(under.exposures()).toBe(0);
    });

    it('never takes two images at a time', async () => {
      const good = camera.fit(wanted());
      const results = await Promise.allSettled([camera.acquire(good), camera.acquire(good), camera.acquire(good)]);
      expect(results[0].status).toBe('fulfilled');
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(EucentricError);
      expect(under.mostAtOnce()).toBe(1);
    });

    it('closes everything when it is disposed of', async () => {
      await camera.acquire(camera.fit(wanted()));
      await under.dispose();
      await expect(camera.acquire(camera.fit(wanted()))).rejects.toBeInstanceOf(EucentricError);
      await untilNothingIsOpen();
    });
  });
}

const sizeOf = ({ image }: Frame): readonly [rows: number, columns: number] => [image.shape[0]!, image.shape[1]!];

/** Unbinned pixels on a side of a pixel of the image. */
const pixelsPerPixel = ({ image, exposure: { area } }: Frame): number => (area.right - area.left) / image.shape[1]!;

/** Mean difference between the pixels of a coarse image and the means or sums of those of a fine one, where both are, over the mean count. */
function binnedDifference(fine: Frame, coarse: Frame, binning: CameraFacts['binning']): number {
  const [small, large] = [pixelsPerPixel(fine), pixelsPerPixel(coarse)];
  const factor = large / small;
  const [rows, columns] = sizeOf(coarse);
  const [fineRows, fineColumns] = sizeOf(fine);
  const firstRow = (coarse.exposure.area.top - fine.exposure.area.top) / small;
  const firstColumn = (coarse.exposure.area.left - fine.exposure.area.left) / small;
  if (![factor, firstRow, firstColumn].every(Number.isInteger))
    throw new Error('The pixels of the two binnings do not coincide.');
  let total = 0;
  let counts = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [top, left] = [firstRow + row * factor, firstColumn + column * factor];
      if (top < 0 || left < 0 || top + factor > fineRows || left + factor > fineColumns) continue;
      let sum = 0;
      for (let y = 0; y < factor; y++) for (let x = 0; x < factor; x++) sum += fine.image.get(top + y, left + x);
      total += Math.abs(coarse.image.get(row, column) - (binning === 'mean' ? sum / factor ** 2 : sum));
      counts += coarse.image.get(row, column);
    }
  }
  if (counts === 0) throw new Error('The images have nothing in common.');
  return total / counts;
}

/** Mean difference between an image of a part and that part of an image of the whole, which may be mirrored for comparison. */
function partDifference(part: Frame, whole: Frame, mirrorX: boolean, mirrorY: boolean): number {
  const pixel = pixelsPerPixel(whole);
  const [rows, columns] = sizeOf(part);
  const [wholeRows, wholeColumns] = sizeOf(whole);
  const firstRow = (part.exposure.area.top - whole.exposure.area.top) / pixel;
  const firstColumn = (part.exposure.area.left - whole.exposure.area.left) / pixel;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [y, x] = [firstRow + row, firstColumn + column];
      total += Math.abs(
        part.image.get(row, column) -
          whole.image.get(mirrorY ? wholeRows - 1 - y : y, mirrorX ? wholeColumns - 1 - x : x),
      );
    }
  }
  return total / (rows * columns);
}
