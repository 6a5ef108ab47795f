import type { Aberrations } from '../base/part';
import { origin, type PlaneVector } from '../base/plane';
import { cosine, exponential, sine, sineMask, sineSteps, sineTable } from '../base/functions';
import type { EffectiveWave } from '../column/tuning/effective-wave';
import { electronWavelength, type WavefrontTruth } from '../column/wavefront';
import { doubles, kernels, room, table } from '../kernels';

const { sqrt } = Math;

const turnSteps = 1 << 13;
const turnMask = turnSteps - 1;
const radiansPerStep = (2 * Math.PI) / turnSteps;
/** Cosine and sine in turn at equal steps of a turn. With the first order between the steps they are good to 3e-7. */
const turnTable = Float64Array.from({ length: 2 * turnSteps }, (_, k) =>
  (k % 2 === 0 ? cosine : sine)((k >> 1) * radiansPerStep),
);
/** A wave that is damped by more than this exponent gives nothing to the image. */
const maxDamping = 16;
const decaySteps = 256;
const lastDecay = maxDamping * decaySteps;
const decayTable = Float64Array.from({ length: lastDecay + 2 }, (_, k) => exponential(-k / decaySteps));

/** The lens that forms the image, and the voltage of the electrons. */
export type WaveOptics = WavefrontTruth & { readonly kilovolts: number };

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
  private readonly rootOfSpread: number;
  private readonly rootOfSource: number;
  private readonly ratio: number;
  private readonly kind: number;
  private readonly turnsOfDepth: number;
  private readonly points = {
    depth: new Float64Array(5),
    even: new Float64Array(5),
    odd: new Float64Array(5),
    slopeX: new Float64Array(5),
    slopeY: new Float64Array(5),
    upper: new Float64Array(5),
    lower: new Float64Array(5),
  };

  /** @param thickness micrometres over which the structure of the specimen lies at random heights */
  constructor(
    private readonly wave: EffectiveWave,
    private readonly tilt: PlaneVector,
    optics: WaveOptics,
    thickness = 0,
  ) {
    this.wavelength = electronWavelength(optics.kilovolts);
    this.perWavelength = 1 / this.wavelength;
    this.spherical = optics.sphericalAberration * 1000;
    this.rootOfSpread = ((Math.PI * optics.focusSpread * 1e-3) / this.wavelength) * sqrt(0.5);
    this.rootOfSource = (Math.PI * optics.convergence * 1e-3) / this.wavelength;
    this.ratio = optics.phaseToAmplitude;
    const tilted = tilt.x !== 0 || tilt.y !== 0;
    this.turnsOfDepth = 0.5 * this.perWavelength * thickness;
    const symmetric = [wave.coma, wave.threefold].every(({ x, y }) => x === 0 && y === 0);
    this.kind = (tilted ? 1 : 0) | (symmetric ? 0 : 2) | (thickness > 0 ? 4 : 0);
  }

  /** Works out the transfer at a spatial frequency of the specimen, in cycles per micrometre. */
  at(frequencyX: number, frequencyY: number): void {
    const [real, imaginary] = doubles(this.along({ x: frequencyX, y: frequencyY }, origin, 1), 2);
    this.real = real!;
    this.imaginary = imaginary!;
  }

  /**
   * Works out the transfer at frequencies in equal steps from a first one, real and imaginary part in turn. Along a line all phases and dampings are
   * polynomials, whose coefficients follow from five points of the line.
   * @param side of the first one: the sign of what a thick specimen has a quarter of a wave apart, opposite for opposite frequencies; all others have 1
   * @returns the address of the transfer in the memory of the kernels, with room for one more
   */
  along(first: PlaneVector, step: PlaneVector, count: number, side: -1 | 0 | 1 = 1): number {
    const { points } = this;
    const perStep = 4 / count;
    for (let point = 0; point < 5; point++)
      this.evaluate(
        this.wavelength * (first.x + (step.x * point) / perStep),
        this.wavelength * (first.y + (step.y * point) / perStep),
        point,
      );
    const transfer = room('transfer', 16 * count);
    const line = room('wave line', 8 * lineLength);
    const tables = wave();
    const numbers = doubles(line, lineLength);
    let at = polynomial(points.even, 4, numbers, 0);
    at = polynomial(points.odd, 3, numbers, at);
    at = polynomial(points.slopeX, 3, numbers, at);
    at = polynomial(points.slopeY, 3, numbers, at);
    at = polynomial(points.upper, 2, numbers, at);
    at = polynomial(points.lower, 2, numbers, at);
    at = polynomial(points.depth, 2, numbers, at);
    numbers[at++] = this.ratio;
    numbers[at++] = side;
    numbers[at] = perStep;
    kernels().wave_row(transfer, count, line, tables, this.kind);
    return transfer;
  }

  /** Works out the phases in steps of the table and the roots of the dampings at a direction, and keeps them as a point of a line. */
  private evaluate(u: number, v: number, point: number): void {
    const { wave, tilt, points, perWavelength, spherical, rootOfSpread, rootOfSource } = this;
    const square = u * u + v * v;
    points.depth[point] = this.turnsOfDepth * square;
    const { x: ax, y: ay } = wave.astigmatism;
    const twofoldU = u * u - v * v;
    const twofoldV = 2 * u * v;
    const radial = wave.defocus + spherical * square;
    const cross = 2 * (tilt.x * u + tilt.y * v);
    points.even[point] =
      turnSteps *
      perWavelength *
      (0.5 * (wave.defocus * square + ax * twofoldU + ay * twofoldV) + 0.25 * spherical * square * square);
    points.odd[point] =
      turnSteps *
      perWavelength *
      (square * (wave.coma.x * u - wave.coma.y * v) +
        (wave.threefold.x * (twofoldU * u - twofoldV * v) + wave.threefold.y * (twofoldU * v + twofoldV * u)) / 3);
    points.slopeX[point] = rootOfSource * (radial * u + ax * u + ay * v);
    points.slopeY[point] = rootOfSource * (radial * v + ay * u - ax * v);
    points.upper[point] = rootOfSpread * (square + cross);
    points.lower[point] = rootOfSpread * (square - cross);
  }
}

/** Numbers of a line of frequencies, as the kernel takes them. */
const lineLength = 29;

/** Writes the coefficients of the polynomial of a degree from 2 to 4 through values at 0, 1, 2, 3 and 4; returns the place after them. */
function polynomial(values: Float64Array, degree: number, to: Float64Array, at: number): number {
  const a = values[0]!;
  const first = values[1]! - a;
  const second = values[2]! - 2 * values[1]! + a;
  const third = degree < 3 ? 0 : values[3]! - 3 * values[2]! + 3 * values[1]! - a;
  const fourth = degree < 4 ? 0 : values[4]! - 4 * values[3]! + 6 * values[2]! - 4 * values[1]! + a;
  to[at] = a;
  to[at + 1] = first - second / 2 + third / 3 - fourth / 4;
  to[at + 2] = second / 2 - third / 2 + (11 * fourth) / 24;
  if (degree > 2) to[at + 3] = third / 6 - fourth / 4;
  if (degree > 3) to[at + 4] = fourth / 24;
  return at + degree + 1;
}

/** Address of the tables of the wave: three addresses, two masks, and the numbers of their steps. */
function wave(): number {
  const tables = room('wave tables', 64);
  const addresses = [table('turns', turnTable), table('decay', decayTable), table('sine', sineTable)];
  const { buffer } = kernels().memory;
  new Int32Array(buffer, tables, 5).set([...addresses, turnMask, sineMask]);
  new Float64Array(buffer, tables + 24, 5).set([radiansPerStep, decaySteps, lastDecay, sineSteps, 2 * Math.PI]);
  return tables;
}
