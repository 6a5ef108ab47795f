import { image, Registration } from '../../../imaging';
import { viewOf } from '../../../simulation';
import { bench, type Bench } from '../bench';

const registration = new Registration();
const magIndex = 28;
const camera = 0;
/** Milliradians to each side, where nothing else is said. */
const usualTilt = 1;

interface Given {
  readonly options?: Record<string, unknown>;
  readonly defocus: number;
  readonly direction?: { readonly x: number; readonly y: number };
  /** Milliradians to each side. */
  readonly tilt?: number;
  readonly set?: (microscope: Bench['microscope']) => void;
}

/** Displacement of the image from one tilt to the opposite one, in nanometres on the specimen. */
function displacement({ options = {}, defocus, direction = { x: 1, y: 0 }, tilt = usualTilt, set }: Given): {
  x: number;
  y: number;
} {
  const { microscope, truth } = bench({
    electronsPerFieldPixelPerSecond: 4000,
    sphericalAberrationMillimetres: 2.7,
    ...options,
  });
  microscope.setMagnification(magIndex);
  microscope.setDefocus(defocus);
  set?.(microscope);
  const at = (sign: number) => {
    microscope.setBeamTilt({ x: sign * tilt * direction.x, y: sign * tilt * direction.y });
    const { data, width, height } = microscope.expose({ camera, binning: 1, exposure: 1 });
    return image(data, height, width);
  };
  const [minus, plus] = [at(-1), at(1)];
  // The shift that aligns the image of the positive tilt with the other one is opposite to the displacement.
  const { x, y } = registration.measure(plus, minus);
  const { xpx, xpy, ypx, ypy } = viewOf(truth, magIndex, camera)!.specimenToCamera;
  const determinant = xpx * ypy - xpy * ypx;
  return { x: (-1000 * (ypy * x - xpy * y)) / determinant, y: (-1000 * (xpx * y - ypx * x)) / determinant };
}

/** Nanometres that registration may be off. */
const within = 0.12;
function expectAt(found: { x: number; y: number }, x: number, y: number): void {
  expect(Math.abs(found.x - x)).toBeLessThan(within);
  expect(Math.abs(found.y - y)).toBeLessThan(within);
}

describe('a tilted beam moves the image', () => {
  test('by 2 nm for a micrometre of defocus and a milliradian to either side', () => {
    expectAt(displacement({ defocus: -6 }), -12, 0);
    expectAt(displacement({ defocus: 5, direction: { x: 0, y: 1 } }), 0, 10);
  });

  test('along the direction and by the scale of its coils', () => {
    const options = {
      beamTiltToSpecimen: [
        [0, -0.8],
        [0.9, 0],
      ],
    };
    expectAt(displacement({ options, defocus: -6 }), 0, -10.8);
    expectAt(displacement({ options, defocus: -6, direction: { x: 0, y: 1 } }), 9.6, 0);
  });

  test('by the stigmators too, with opposite signs along the axes', () => {
    const options = { objectiveStigmatorMicrometres: 2 };
    const set = (microscope: Bench['microscope']): void => microscope.setObjectiveStigmator({ x: 0.5, y: 0 });
    expectAt(displacement({ options, set, defocus: -6 }), -10, 0);
    expectAt(displacement({ options, set, defocus: -6, direction: { x: 0, y: 1 } }), 0, -14);
  });

  test('by the wrong pivot point whatever the focus is', () => {
    const options = { pivotErrorNmPerMilliradian: [0.8, -0.5] };
    expectAt(displacement({ options, defocus: -6 }), -10.4, -1);
    expectAt(displacement({ options, defocus: 6 }), 13.6, -1);
  });

  test('in focus by spherical aberration alone, which shifts the zero of a focus calibration', () => {
    // 2 Cs t^3 of 5 mrad, the displacement of 0.068 um of defocus.
    expectAt(displacement({ defocus: 0, tilt: 5 }), 0.675, 0);
    expectAt(displacement({ defocus: -0.0675, tilt: 5 }), 0, 0);
  });

  test('by coma as much to either side as the axis is off', () => {
    // About an axis that is off by t0 the third-order aberration adds Cs (3 t0^2 + t^2) t along it: less than the error here, and
    // 2 Cs t0 t of defocus for the sum of both sides.
    const options = { comaFreeAxisMilliradians: [8, 0] };
    const cs = 2700;
    const [t0, t] = [8e-3, usualTilt * 1e-3];
    const d = (at: number): number => 1000 * (-6 * at + cs * at ** 3);
    expectAt(displacement({ options, defocus: -6 }), d(t - t0) - d(-t - t0), 0);
  });
});

test('image shift tilts the beam against the axis and makes it astigmatic where that is asked for', () => {
  const options = { imageShiftTiltMilliradiansPerMicrometre: 0.43, imageShiftAstigmatismNmPerMicrometre: 15 };
  const { microscope, truth } = bench({ sphericalAberrationMillimetres: 2.7, ...options });
  microscope.setMagnification(magIndex);
  const before = microscope.expose({ camera, binning: 1, exposure: 1 }).record;
  microscope.setImageShift({ x: 2, y: 0 });
  const after = microscope.expose({ camera, binning: 1, exposure: 1 }).record;
  const view = viewOf(truth, magIndex, camera)!;
  const scale = (m: typeof view.specimenToCamera): number => Math.hypot(m.xpx, m.ypx);
  // The specimen is seen with equal scales along both axes, so that lengths in the image give those on it.
  const micrometres = (2 * scale(view.imageShiftToCamera)) / scale(view.specimenToCamera);
  expect(before).not.toHaveProperty('tilt');
  expect(1000 * Math.hypot(after.tilt!.x, after.tilt!.y)).toBeCloseTo(0.43 * micrometres, 6);
  expect(1000 * Math.hypot(after.astigmatism!.x, after.astigmatism!.y)).toBeCloseTo(15 * micrometres, 5);
});
