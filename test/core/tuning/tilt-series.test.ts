import { ImageAcquisition, singleExposureOf } from '../../../core/acquisition';
import {
  type Vector,
  add,
  apply,
  beamTiltUnits,
  magIndex as asMagIndex,
  micrometres,
  scale,
  seconds,
  subtract,
  vector,
} from '../../../core/base';
import { BeamTilt, Cameras, Scope } from '../../../core/devices';
import { probabilityOf } from '../../../core/judgement';
import { Optics } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { type TiltSeries, fitTiltSeries, swingOf, takeTiltSeries, threeShots } from '../../../core/tuning';
import { cameraOf } from '../../../statistics/support/small-camera';
import { gaussianNumbers } from '../../support/gaussian-numbers';
import { virtualInstrument } from '../../support/virtual-instrument';

/** A series of images whose place is a function of tilt and time, with noise of each image and of each pair. */
function madeSeries(
  tilts: readonly Vector[],
  place: (tilt: Vector, time: number) => Vector,
  { noise = 0, interval = 1.5, reach = 2, seed = 1 } = {},
): TiltSeries {
  const next = gaussianNumbers(seed);
  const drawn = (size: number): Vector => vector(size * next(), size * next());
  const views = tilts.map((tilt, index) => ({ tilt, time: seconds(10 + interval * index), mean: 40 }));
  const seen = views.map(({ tilt, time }) => add(place(tilt, time - 10), drawn(noise * Math.sqrt(0.35))));
  const pairs = views.flatMap((_, later) =>
    Array.from({ length: Math.min(reach, later) }, (_, back) => ({
      earlier: later - back - 1,
      later,
      shift: add(subtract(seen[later - back - 1]!, seen[later]!), drawn(noise * Math.sqrt(0.3))),
      standardError: vector(noise, noise),
      correlation: 0.5,
      significance: 30,
      findings: [],
    })),
  );
  return { views, pairs, comparedPixel: 1 };
}

const tilt = vector(1.2, -0.7);
const moved = vector(31, -12);
const swinging = ({ x, y }: Vector): Vector => scale(moved, -(x * tilt.x + y * tilt.y) / (2 * 1.93));
const drifting =
  (drift: Vector) =>
  (at: Vector, time: number): Vector =>
    add(swinging(at), scale(drift, time));

describe('the fit of a series of tilts', () => {
  it('finds displacement and drift, however strong the drift is', () => {
    for (const drift of [vector(0, 0), vector(3, -2), vector(-20, 14)]) {
      const swing = swingOf(fitTiltSeries(madeSeries(threeShots(tilt), drifting(drift))));
      expect(swing.shift.x).toBeCloseTo(moved.x, 6);
      expect(swing.shift.y).toBeCloseTo(moved.y, 6);
      expect(swing.drift!.x).toBeCloseTo(drift.x, 6);
      expect(swing.drift!.y).toBeCloseTo(drift.y, 6);
    }
  });

  it('takes the drift of two images for displacement, as the negative control of three', () => {
    const fit = fitTiltSeries(madeSeries(threeShots(tilt).slice(0, 2), drifting(vector(3, -2))));
    const { shift, drift } = swingOf(fit);
    // Exactly the drift of one interval of 1.5 s.
    expect(subtract(shift, moved)).toEqual({ x: expect.closeTo(-4.5, 6) as number, y: expect.closeTo(3, 6) as number });
    expect(drift).toBeUndefined();
  });

  it.each([
    ['three images', threeShots(tilt)],
    ['five images', [scale(tilt, -1), tilt, scale(tilt, -1), tilt, scale(tilt, -1)]],
  ])('states errors of %s that hold', (_, tilts) => {
    const far: number[] = [];
    for (let seed = 1; seed <= 300; seed++) {
      const { shift, standardError } = swingOf(
        fitTiltSeries(madeSeries(tilts, drifting(vector(0.05, -0.02)), { noise: 0.08, seed })),
      );
      far.push((shift.x - moved.x) / standardError.x, (shift.y - moved.y) / standardError.y);
    }
    const within = far.filter((each) => Math.abs(each) < 2).length / far.length;
    expect(within).toBeGreaterThan(0.93);
    expect(within).toBeLessThan(0.98);
  });

  it('takes drift that dies away into the errors', () => {
    const dying = (at: Vector, time: number): Vector =>
      add(swinging(at), scale(vector(60, -40), 1 - Math.exp(-time / 25)));
    const { shift, standardError } = swingOf(fitTiltSeries(madeSeries(threeShots(tilt), dying, { noise: 0.02 })));
    const off = Math.hypot(shift.x - moved.x, shift.y - moved.y);
    expect(off).toBeGreaterThan(0.05);
    expect(off).toBeLessThan(3 * Math.hypot(standardError.x, standardError.y));
  });

  it('shows a wrong shift by the sums that lead back to the first image', () => {
    const right = madeSeries(threeShots(tilt), drifting(vector(0.3, 0.2)), { noise: 0.05 });
    expect(fitTiltSeries(right).largestClosure).toBeLessThan(4);
    const wrong = {
      ...right,
      pairs: right.pairs.map((pair, at) => (at === 0 ? { ...pair, shift: add(pair.shift, vector(4, 0)) } : pair)),
    };
    const fit = fitTiltSeries(wrong);
    expect(fit.largestClosure).toBeGreaterThan(20);
    expect(probabilityOf(fit.misfit)).toBeLessThan(1e-6);
  });

  it('fits a polynomial of the tilt with a vector for each of its terms', () => {
    const [linear, square] = [vector(8, 3), vector(-1.5, 0.4)];
    const pattern = [-2, 1, -1, 2, 0, 2, -1, 1, -2].map((x) => vector(x, 0));
    const bent = ({ x }: Vector, time: number): Vector =>
      add(add(scale(linear, x), scale(square, x * x)), vector(0.4 * time, -0.1 * time));
    const { displacements, covariance } = fitTiltSeries(madeSeries(pattern, bent, { noise: 0.01 }), {
      terms: [({ x }) => x, ({ x }) => x * x],
    });
    for (const [index, vectorOfTerm] of [linear, square].entries()) {
      expect(Math.abs(displacements[index]!.x - vectorOfTerm.x)).toBeLessThan(0.03);
      expect(Math.abs(displacements[index]!.y - vectorOfTerm.y)).toBeLessThan(0.03);
    }
    // Two terms and the drift, along both axes.
    expect(covariance).toHaveLength(6);
  });
});

/** The displacement on the specimen of an image at a tilt in radians, in micrometres, by complex numbers. */
function displaced(tilt: Vector, defocus: number): Vector {
  const off = subtract(tilt, scale(aberrations.comaFree, 1e-3));
  const square = off.x ** 2 + off.y ** 2;
  const [a, p] = [scale(aberrations.astigmatism, 1e-3), aberrations.pivot];
  return {
    x: (defocus + 2700 * square) * off.x + a.x * off.x + a.y * off.y + p.x * tilt.x - p.y * tilt.y,
    y: (defocus + 2700 * square) * off.y + a.y * off.x - a.x * off.y + p.x * tilt.y + p.y * tilt.x,
  };
}
const aberrations = { comaFree: vector(0.4, -0.3), astigmatism: vector(100, 50), pivot: vector(0.8, 0.3) };

describe('a series of tilts on the virtual microscope', () => {
  it.each([
    { vendor: 'FEI in milliradians', configuration: 'simulator.yaml', magIndex: 24, unit: 1 },
    { vendor: 'JEOL in percent of 10 mrad', configuration: 'jeol-cryo-arm-k2.yaml', magIndex: 22, unit: 0.1 },
  ])('shows the displacement of theory: $vendor', async ({ configuration, magIndex, unit }) => {
    await using instrument = await virtualInstrument({
      configuration,
      magIndex,
      edit: cameraOf(configuration.startsWith('jeol') ? 2048 : 4096),
      simulator: {
        seed: 3,
        electronsPerFieldPixelPerSecond: 400,
        sphericalAberrationMillimetres: 2.7,
        comaFreeAxisMilliradians: [0.4, -0.3],
        astigmatismNm: [100, 50],
        pivotErrorNmPerMilliradian: [0.8, 0.3],
        driftNmPerSecond: [0.4, 0.3],
        pixelScaleError: 0,
        rotationErrorDegrees: 0,
      },
    });
    const { registry } = instrument.kernel;
    const camera = registry.get(Cameras).selected;
    const { Focus } = registry.get(Settings).parameterSets.get(camera.traits.index)!;
    const use = {
      beamTilt: registry.get(BeamTilt),
      acquisition: registry.get(ImageAcquisition),
      clock: instrument.clock,
    };
    await registry.get(Scope).defocus.write(micrometres(-6));
    const taken = await takeTiltSeries(use, {
      tilts: threeShots(vector(2 / unit, 0)),
      base: vector(beamTiltUnits(0), beamTiltUnits(0)),
      exposure: camera.fit(singleExposureOf(Focus, camera.traits)),
      settling: seconds(0.1),
      title: 'Tilts',
      signal: new AbortController().signal,
    });
    const { shift, standardError } = swingOf(fitTiltSeries(taken));
    const specimen = subtract(displaced(vector(-2e-3, 0), -6), displaced(vector(2e-3, 0), -6));
    const { specimenToCamera } = instrument.session.find(Optics)!.at({
      magIndex: asMagIndex(magIndex),
      camera: camera.traits.index,
    });
    const { x, y } = apply(specimenToCamera!, specimen);
    const error = vector(shift.x - x, shift.y - y);
    // A tenth of a pixel of the images.
    expect(Math.hypot(error.x, error.y)).toBeLessThan(0.1 * taken.comparedPixel);
    expect(Math.hypot(error.x, error.y)).toBeLessThan(4 * Math.hypot(standardError.x, standardError.y));
    expect(taken.pairs.flatMap(({ findings }) => findings)).toEqual([]);
  });
});
