import {
  buildTruth,
  perfectRecords,
  simulatorOptions,
  viewOf,
  VirtualMicroscope,
  type Instrument,
} from '../../../simulation';
import { bench, instrument, motion, still } from '../bench';

const table = Array.from({ length: 30 }, (_, k) => ({
  index: k + 1,
  magnification: 100 * 2 ** (k / 2),
  low: k < 5,
}));
const many: Instrument = {
  ...instrument,
  magnifications: table,
  views: table.flatMap(({ index, magnification }) =>
    [0, 1].map((camera) => ({
      magIndex: index,
      camera,
      pixelSizeMicrometres: 20 / magnification,
      rotationDegrees: 30 + 40 * camera,
    })),
  ),
};
const built = (options: object, given = many) => buildTruth(simulatorOptions.parse({ ...still, ...options }), given);
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);

describe('each magnification', () => {
  const truth = built({ pixelScaleSpread: 0.01, rotationSpreadDegrees: 0.4 });
  const errorsOf = (camera: number, of = truth, given = many) =>
    given.magnifications.map(({ index, magnification }) => {
      const { xpx, ypx } = viewOf(of, index, camera)!.specimenToCamera;
      return {
        scale: magnification / 20 / Math.hypot(xpx, ypx) - 1,
        turn: (Math.atan2(ypx, xpx) * 180) / Math.PI - 30 - 40 * camera,
      };
    });

  test('has an error of scale and of rotation of its own, within the spread', () => {
    const errors = errorsOf(0);
    expect(new Set(errors.map(({ scale }) => scale.toFixed(6))).size).toBe(30);
    expect(deviation(errors.map(({ scale }) => scale))).toBeGreaterThan(0.006);
    expect(deviation(errors.map(({ scale }) => scale))).toBeLessThan(0.014);
    expect(deviation(errors.map(({ turn }) => turn))).toBeGreaterThan(0.24);
    expect(deviation(errors.map(({ turn }) => turn))).toBeLessThan(0.56);
  });

  test('has the same for all cameras, since it is one of the lenses', () => {
    errorsOf(0).forEach(({ scale, turn }, k) => {
      expect(errorsOf(1)[k]!.scale).toBeCloseTo(scale, 12);
      expect(errorsOf(1)[k]!.turn).toBeCloseTo(turn, 9);
    });
  });

  test('keeps it whatever others there are, and has none where the site measured it', () => {
    const fewer = { ...many, magnifications: table.slice(7) };
    const some = built({ pixelScaleSpread: 0.01, rotationSpreadDegrees: 0.4 }, fewer);
    expect(errorsOf(0, some, fewer)).toEqual(errorsOf(0).slice(7));
    for (const { scale } of errorsOf(0, built({ pixelScaleSpread: 0.01, truth: 'site' })))
      expect(scale).toBeCloseTo(0, 12);
  });

  test('has a focus of its own, which the records of standard focus tell', () => {
    const focused = built({
      focusSpreadByMagMicrometres: 0.5,
      focusSpreadByMagMicrometresLowMagnification: 20,
      focusOffsetsMicrometres: { 7: 3 },
      nanoprobeFocusOffsetMicrometres: 1.5,
    });
    const microscope = new VirtualMicroscope(focused, { seed: 1, now: () => 0 });
    const records = perfectRecords(focused, many).filter(({ record }) => record === 'StandardLMFocus');
    expect(records).toHaveLength(30);
    const defocus = (): number => microscope.expose({ camera: 0, binning: 4, exposure: 0.1 }).record.defocus;
    const offsets = records.map(({ magIndex, micro, nano }) => {
      microscope.setMagnification(magIndex as number);
      microscope.setProbeMode('micro');
      microscope.setAbsoluteFocus(0);
      const before = defocus();
      microscope.setAbsoluteFocus(micro as number);
      expect(defocus()).toBeCloseTo(0, 9);
      if ((magIndex as number) > 5) {
        microscope.setProbeMode('nano');
        expect(defocus()).toBeCloseTo(-1.5, 9);
        microscope.setAbsoluteFocus(nano as number);
        expect(defocus()).toBeCloseTo(0, 9);
      } else expect(nano).toBe(-999);
      return -before;
    });
    expect(deviation(offsets.slice(0, 5))).toBeGreaterThan(5);
    expect(deviation(offsets.slice(7))).toBeGreaterThan(0.25);
    expect(deviation(offsets.slice(7))).toBeLessThan(0.8);
    expect(Math.abs(offsets[6]! - 3)).toBeLessThan(2);
  });
});

describe('far from focus the image', () => {
  /** Scale and degrees of an image against another one, from the motion of patches about the centre. */
  function changeBetween(before: ReturnType<typeof take>, after: ReturnType<typeof take>) {
    const side = 120;
    const arm = 80;
    const patch = (from: typeof before, dx: number, dy: number) => {
      const left = from.width / 2 + dx - side / 2;
      const top = from.height / 2 - dy - side / 2;
      const data = Uint16Array.from({ length: side * side }, (_, k) => {
        return from.data[(top + Math.floor(k / side)) * from.width + left + (k % side)]!;
      });
      return { ...from, width: side, height: side, data };
    };
    const at = (dx: number, dy: number) => motion(patch(before, dx, dy), patch(after, dx, dy), { x: 0, y: 0 }, 9);
    const [right, left, up, down] = [at(arm, 0), at(-arm, 0), at(0, arm), at(0, -arm)];
    const along = (right.x - left.x + up.y - down.y) / (4 * arm);
    const across = (right.y - left.y - up.x + down.x) / (4 * arm);
    return { scale: Math.hypot(1 + along, across), degrees: (Math.atan2(across, 1 + along) * 180) / Math.PI };
  }
  const take = (options: object, defocus: number, intensity = 0.5) => {
    const { microscope } = bench({ phaseToAmplitudeContrast: 0, contrast: 0.3, ...options });
    microscope.setMagnification(17);
    microscope.setIntensity(intensity);
    microscope.setDefocus(defocus);
    return microscope.expose({ camera: 0, binning: 1, exposure: 1 });
  };
  const options = { highDefocusScalePerMicrometre: 4e-4, highDefocusRotationDegreesPerMicrometre: -0.02 };

  test('grows and turns with underfocus', () => {
    const { scale, degrees } = changeBetween(take(options, 0), take(options, -100));
    expect(Math.abs(scale - 1.04)).toBeLessThan(0.002);
    expect(Math.abs(degrees + 2)).toBeLessThan(0.1);
  });

  test('does so the other way round in overfocus, and more with intensity where that is said', () => {
    const more = { ...options, highDefocusIntensityShare: 2 };
    const { scale, degrees } = changeBetween(take(more, 0, 0.6), take(more, 60, 0.6));
    expect(Math.abs(scale - (1 - 60 * 4e-4 * 1.2))).toBeLessThan(0.002);
    expect(Math.abs(degrees - 60 * 0.02 * 1.2)).toBeLessThan(0.1);
  });

  test('follows the inverse of the distance from crossover where the condenser has one', () => {
    const lenses = { ...options, highDefocusIntensityShare: 0.3, condenser: 'lenses' };
    const records = perfectRecords(built(lenses), many).filter(({ record }) => record === 'HighFocusMagCal');
    const at = records.filter(({ defocus }) => defocus === -100) as unknown as Record<
      'intensity' | 'crossover' | 'scale' | 'rotation',
      number
    >[];
    expect(at).toHaveLength(2);
    // Both are straight lines in 1/(intensity - crossover), so that a third point follows from two: that of parallel illumination, at 0.08.
    const along = ({ intensity, crossover }: (typeof at)[number]): number => 1 / (intensity - crossover);
    const [near, far] = at as [(typeof at)[number], (typeof at)[number]];
    expect(along(near) / along(far)).toBeCloseTo(2, 9);
    const share = (1 / 0.08 - along(far)) / (along(near) - along(far));
    expect(far.scale + share * (near.scale - far.scale)).toBeCloseTo(1.04, 9);
    expect(far.rotation + share * (near.rotation - far.rotation)).toBeCloseTo(-2, 9);
    expect(near.scale).not.toBeCloseTo(far.scale, 3);
  });

  test('takes image shift with it', () => {
    const shifted = (defocus: number) => {
      const { microscope, truth } = bench({ ...options, phaseToAmplitudeContrast: 0, contrast: 0.3 });
      microscope.setMagnification(17);
      microscope.setDefocus(defocus);
      const shot = () => microscope.expose({ camera: 0, binning: 1, exposure: 1 });
      const before = shot();
      microscope.setImageShift({ x: 0.5, y: 0.2 });
      const { xpx, xpy, ypx, ypy } = viewOf(truth, 17, 0)!.imageShiftToCamera;
      const expected = { x: -(0.5 * xpx + 0.2 * xpy), y: -(0.5 * ypx + 0.2 * ypy) };
      return { ...motion(before, shot(), expected, 3), expected };
    };
    const [near, far] = [shifted(0), shifted(-100)];
    expect(Math.abs(near.x - near.expected.x)).toBeLessThan(0.1);
    const turn = Math.atan2(far.y, far.x) - Math.atan2(near.y, near.x);
    expect((turn * 180) / Math.PI).toBeCloseTo(-2, 0);
    expect(Math.abs(Math.hypot(far.x, far.y) / Math.hypot(near.x, near.y) - 1.04)).toBeLessThan(0.008);
  });

  test('is what the records of such calibrations tell, and there are none without it', () => {
    const names = (given: object) =>
      perfectRecords(built(given), many).filter(({ record }) => record.startsWith('HighFocus'));
    expect(names({})).toEqual([]);
    const found = names(options);
    expect(new Set(found.map(({ record }) => record))).toEqual(new Set(['HighFocusMagCal', 'HighFocusISCal']));
    const atHundred = found.find(({ defocus, intensity }) => defocus === -100 && intensity === 0.45)!;
    expect(atHundred['scale']).toBeCloseTo(1.04, 9);
    expect(atHundred['rotation']).toBeCloseTo(-2, 9);
  });
});

test('the spread of focus follows from energies and currents where a chromatic aberration is written', () => {
  const spread = (options: object) => built(options).wavefront.focusSpread;
  expect(spread({})).toBe(5);
  // The fractions of Parakeet at 300 kV: 2.66e-6, 0.8e-6, and twice 0.33e-6.
  const parakeet = { chromaticAberrationMillimetres: 2.7, energySpreadElectronvolts: 0.798 };
  expect(spread(parakeet)).toBeCloseTo(2.7 * Math.sqrt(2.66 ** 2 + 0.8 ** 2 + 0.66 ** 2), 6);
  expect(
    spread({ ...parakeet, voltageKilovolts: 200, voltageRippleFraction: 0, currentRippleFraction: 0 }),
  ).toBeCloseTo(2.7 * 3.99, 6);
});
