import type { Aberrations } from '../../base/part';
import { origin, type PlaneVector } from '../../base/plane';

/**
 * The wave behind the lens for illumination at an angle to the axis, as the image sees it: the displacement of the whole image,
 * and the aberrations about the direction of the illumination. Lengths in micrometres, vectors along X and Y of the specimen.
 */
export interface EffectiveWave {
  readonly displacement: PlaneVector;
  readonly defocus: number;
  readonly astigmatism: PlaneVector;
  readonly coma: PlaneVector;
  readonly threefold: PlaneVector;
}

/**
 * Aberrations about a tilted direction of illumination. With the tilt `t`, a direction `w` and all of them as complex numbers, the aberration function is
 * `Re(C1 |w|^2/2 + A1 w*^2/2 + B2 w^2 w* + A2 w*^3/3) + Cs |w|^4/4`; expanded about `t` its first derivative displaces the image, and the
 * others are the effective aberrations (Zemlin, Weiss, Schiske, Kunath and Herrmann, Ultramicroscopy 3 (1978) 49).
 * @param sphericalAberration micrometres
 */
export function effectiveWave(
  { defocus, astigmatism = origin, coma = origin, threefold = origin, tilt = origin }: Aberrations,
  sphericalAberration: number,
): EffectiveWave {
  const { x, y } = tilt;
  const square = { x: x * x - y * y, y: 2 * x * y };
  const length = x * x + y * y;
  const { x: bx, y: by } = coma;
  return {
    displacement: {
      x:
        (defocus + sphericalAberration * length) * x +
        (astigmatism.x * x + astigmatism.y * y) +
        2 * bx * length +
        (bx * square.x - by * square.y) +
        (threefold.x * square.x + threefold.y * square.y),
      y:
        (defocus + sphericalAberration * length) * y +
        (astigmatism.y * x - astigmatism.x * y) -
        2 * by * length +
        (bx * square.y + by * square.x) +
        (threefold.y * square.x - threefold.x * square.y),
    },
    defocus: defocus + 2 * sphericalAberration * length + 4 * (bx * x - by * y),
    astigmatism: {
      x:
        astigmatism.x +
        sphericalAberration * square.x +
        2 * (bx * x + by * y) +
        2 * (threefold.x * x + threefold.y * y),
      y:
        astigmatism.y +
        sphericalAberration * square.y +
        2 * (bx * y - by * x) +
        2 * (threefold.y * x - threefold.x * y),
    },
    coma: { x: bx + sphericalAberration * x, y: by - sphericalAberration * y },
    threefold,
  };
}
