import type { Aberrations } from '../base/part';
import { origin, type PlaneVector } from '../base/plane';
import { tabledCosine, tabledDecay, tabledSine } from '../base/functions';
import { electronWavelength, type WavefrontTruth } from '../column/wavefront';

/** The lens that forms the image, and the voltage of the electrons. */
export type WaveOptics = WavefrontTruth & { readonly kilovolts: number };

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

/** True when a wave has the symmetry of the lens, so that its transfer depends on the length of a spatial frequency alone. */
export const isRound = ({ astigmatism, coma, threefold, tilt }: Aberrations): boolean =>
  [astigmatism, coma, threefold, tilt].every((each) => each === undefined || (each.x === 0 && each.y === 0));

/**
 * Transfer of contrast by a wave without symmetry, as a complex number for every spatial frequency: the sum of both sidebands, each with its own
 * envelope of focus spread. The displacement of the whole image is left out.
 */
export class WaveTransfer {
  /** The transfer at the frequency that was asked for last. */
  real = 1;
  imaginary = 0;

  private readonly perWavelength: number;
  private readonly wavelength: number;
  private readonly spherical: number;
  private readonly spread: number;
  private readonly source: number;
  private readonly ratio: number;
  private readonly tilted: boolean;

  constructor(
    private readonly wave: EffectiveWave,
    private readonly tilt: PlaneVector,
    optics: WaveOptics,
  ) {
    this.wavelength = electronWavelength(optics.kilovolts);
    this.perWavelength = 1 / this.wavelength;
    this.spherical = optics.sphericalAberration * 1000;
    this.spread =
      ((Math.PI * optics.focusSpread * 1e-3) / this.wavelength) *
      ((Math.PI * optics.focusSpread * 1e-3) / this.wavelength) *
      0.5;
    this.source =
      ((Math.PI * optics.convergence * 1e-3) / this.wavelength) *
      ((Math.PI * optics.convergence * 1e-3) / this.wavelength);
    this.ratio = optics.phaseToAmplitude;
    this.tilted = tilt.x !== 0 || tilt.y !== 0;
  }

  /** Works out the transfer at a spatial frequency of the specimen, in cycles per micrometre. */
  at(frequencyX: number, frequencyY: number): void {
    const { wave, tilt, perWavelength, spherical, spread, ratio } = this;
    const u = this.wavelength * frequencyX;
    const v = this.wavelength * frequencyY;
    const square = u * u + v * v;
    const { x: ax, y: ay } = wave.astigmatism;
    const twofoldU = u * u - v * v;
    const twofoldV = 2 * u * v;
    const even =
      perWavelength *
      (0.5 * (wave.defocus * square + ax * twofoldU + ay * twofoldV) + 0.25 * spherical * square * square);
    const odd =
      perWavelength *
      (square * (wave.coma.x * u - wave.coma.y * v) +
        (wave.threefold.x * (twofoldU * u - twofoldV * v) + wave.threefold.y * (twofoldU * v + twofoldV * u)) / 3);
    const radial = wave.defocus + spherical * square;
    const slopeX = radial * u + ax * u + ay * v;
    const slopeY = radial * v + ay * u - ax * v;
    const damping = this.source * (slopeX * slopeX + slopeY * slopeY);
    const cosine = tabledCosine(even);
    const sine = tabledSine(even);
    const inPhase = cosine - ratio * sine;
    let re: number;
    let im = 0;
    if (this.tilted) {
      const cross = 2 * (tilt.x * u + tilt.y * v);
      const upper = tabledDecay(damping + spread * (square + cross) * (square + cross));
      const lower = tabledDecay(damping + spread * (square - cross) * (square - cross));
      re = 0.5 * (upper + lower) * inPhase;
      im = -0.5 * (upper - lower) * (sine + ratio * cosine);
    } else re = tabledDecay(damping + spread * square * square) * inPhase;
    if (odd === 0) {
      this.real = re;
      this.imaginary = im;
      return;
    }
    const turnCosine = tabledCosine(odd);
    const turnSine = -tabledSine(odd);
    this.real = re * turnCosine - im * turnSine;
    this.imaginary = re * turnSine + im * turnCosine;
  }
}
