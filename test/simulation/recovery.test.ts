import { image, Registration } from '../../imaging';
import { viewOf, type PlaneMatrix } from '../../simulation';
import { bench } from './bench';

/** Displacement of two images by registration, as the shift that aligns the later one with the earlier. */
const registration = new Registration();

/** Columns of the image-shift matrix from pairs half a field apart, as a calibration would take them. */
function measured(
  magIndex: number,
  camera: number,
  seed: number,
  electrons: number,
): { found: PlaneMatrix; truth: PlaneMatrix } {
  const { microscope, truth } = bench(
    { electronsPerFieldPixelPerSecond: electrons, rotationErrorDegrees: 7 * seed },
    seed,
  );
  microscope.setMagnification(magIndex);
  const b = viewOf(truth, magIndex, camera)!.imageShiftToCamera;
  const { width, height } = truth.cameras[camera]!;
  const half = Math.min(width, height) / 2;
  const column = (axis: 'x' | 'y', length: number): { x: number; y: number } => {
    const step = half / length;
    const at = (sign: number): ReturnType<typeof microscope.expose> => {
      microscope.setImageShift(axis === 'x' ? { x: sign * step, y: 0 } : { x: 0, y: sign * step });
      return microscope.expose({ camera, binning: 1, exposure: 0.5 });
    };
    const images = [-0.5, 0.5].map((sign) => at(sign)).map(({ data, width, height }) => image(data, height, width));
    const expected = axis === 'x' ? { x: b.xpx * step, y: b.ypx * step } : { x: b.xpy * step, y: b.ypy * step };
    const shift = registration.measure(images[1]!, images[0]!, {
      x: 2 * Math.trunc(expected.x / 2),
      y: 2 * Math.trunc(expected.y / 2),
    });
    return { x: shift.x / step, y: shift.y / step };
  };
  const x = column('x', Math.hypot(b.xpx, b.ypx));
  const y = column('y', Math.hypot(b.xpy, b.ypy));
  return { found: { xpx: x.x, ypx: x.y, xpy: y.x, ypy: y.y }, truth: b };
}

describe('a calibration of the image shift by registration', () => {
  test.each([
    { magIndex: 4, camera: 0, seed: 1 },
    { magIndex: 17, camera: 0, seed: 2 },
    { magIndex: 28, camera: 0, seed: 3 },
    { magIndex: 17, camera: 1, seed: 4 },
  ])('finds the matrix within 0.05 % (mag $magIndex, camera $camera)', ({ magIndex, camera, seed }) => {
    const { found, truth } = measured(magIndex, camera, seed, 400);
    const scale = Math.sqrt(Math.abs(truth.xpx * truth.ypy - truth.xpy * truth.ypx));
    for (const element of ['xpx', 'xpy', 'ypx', 'ypy'] as const)
      expect(Math.abs(found[element] - truth[element]) / scale).toBeLessThan(5e-4);
  });
});
