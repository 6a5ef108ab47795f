import type { Aberrations } from '../base/part';
import { origin, type PlaneVector } from '../base/plane';
import { cosine, exponential, sine, tabledSine } from '../base/functions';
import type { EffectiveWave } from '../column/tuning/effective-wave';
import { electronWavelength, inPhase, quarterAway, type WavefrontTruth } from '../column/wavefront';

const { floor, sqrt } = Math;

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
  private readonly tilted: boolean;
  private readonly symmetric: boolean;
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
  private readonly single = new Float64Array(2);

  /** @param thickness micrometres over which the structure of the specimen lies at random heights */
  constructor(
    private readonly wave: EffectiveWave,
    private readonly tilt: PlaneVector,
    optics: WaveOptics,
    private readonly thickness = 0,
  ) {
    this.wavelength = electronWavelength(optics.kilovolts);
    this.perWavelength = 1 / this.wavelength;
    this.spherical = optics.sphericalAberration * 1000;
    this.rootOfSpread = ((Math.PI * optics.focusSpread * 1e-3) / this.wavelength) * sqrt(0.5);
    this.rootOfSource = (Math.PI * optics.convergence * 1e-3) / this.wavelength;
    this.ratio = optics.phaseToAmplitude;
    this.tilted = tilt.x !== 0 || tilt.y !== 0;
    this.turnsOfDepth = 0.5 * this.perWavelength * thickness;
    this.symmetric = [wave.coma, wave.threefold].every(({ x, y }) => x === 0 && y === 0);
  }

  /** Works out the transfer at a spatial frequency of the specimen, in cycles per micrometre. */
  at(frequencyX: number, frequencyY: number): void {
    this.along({ x: frequencyX, y: frequencyY }, origin, 1, this.single);
    this.real = this.single[0]!;
    this.imaginary = this.single[1]!;
  }

  /**
   * Works out the transfer at frequencies in equal steps from a first one, real and imaginary part in turn. Along a line all phases and dampings are
   * polynomials, whose coefficients follow from five points of the line.
   * @param side of the first one: the sign of what a thick specimen has a quarter of a wave apart, opposite for opposite frequencies; all others have 1
   */
  along(first: PlaneVector, step: PlaneVector, count: number, transfer: Float64Array, side: -1 | 0 | 1 = 1): void {
    const { points, ratio, tilted, symmetric, thickness } = this;
    const perStep = 4 / count;
    for (let point = 0; point < 5; point++)
      this.evaluate(
        this.wavelength * (first.x + (step.x * point) / perStep),
        this.wavelength * (first.y + (step.y * point) / perStep),
        point,
      );
    const [even0, even1, even2, even3, even4] = polynomialOf(points.even, 4);
    const [odd0, odd1, odd2, odd3] = polynomialOf(points.odd, 3);
    const [x0, x1, x2, x3] = polynomialOf(points.slopeX, 3);
    const [y0, y1, y2, y3] = polynomialOf(points.slopeY, 3);
    const [upper0, upper1, upper2] = polynomialOf(points.upper, 2);
    const [lower0, lower1, lower2] = polynomialOf(points.lower, 2);
    const [depth0, depth1, depth2] = polynomialOf(points.depth, 2);
    for (let k = 0, at = 0; k < count; k++, at += 2) {
      const s = k * perStep;
      const slopeX = x0 + s * (x1 + s * (x2 + s * x3));
      const slopeY = y0 + s * (y1 + s * (y2 + s * y3));
      const damping = slopeX * slopeX + slopeY * slopeY;
      const upperSpread = upper0 + s * (upper1 + s * upper2);
      const upperDamping = (damping + upperSpread * upperSpread) * decaySteps;
      let lowerDamping = upperDamping;
      if (tilted) {
        const lowerSpread = lower0 + s * (lower1 + s * lower2);
        lowerDamping = (damping + lowerSpread * lowerSpread) * decaySteps;
      }
      if (!(upperDamping < lastDecay || lowerDamping < lastDecay)) {
        transfer[at] = 0;
        transfer[at + 1] = 0;
        continue;
      }
      const upper = decayed(upperDamping);
      const place = even0 + s * (even1 + s * (even2 + s * (even3 + s * even4)));
      const entry = floor(place);
      const rest = (place - entry) * radiansPerStep;
      const from = 2 * (entry & turnMask);
      const cosine = turnTable[from]! - rest * turnTable[from + 1]!;
      const sine = turnTable[from + 1]! + rest * turnTable[from]!;
      let main = cosine - ratio * sine;
      let apart = 0;
      if (thickness > 0) {
        const turns = depth0 + s * (depth1 + s * depth2);
        const factor = turns < 1e-5 ? 1 : tabledSine(turns) / (2 * Math.PI * turns);
        main = inPhase(factor, cosine, -sine, ratio);
        apart = (k === 0 ? side : 1) * quarterAway(factor, ratio);
      }
      let re = upper * main;
      let im = upper * apart;
      if (tilted) {
        const lower = decayed(lowerDamping);
        re = 0.5 * (upper + lower) * main;
        im = 0.5 * (upper + lower) * apart - 0.5 * (upper - lower) * (sine + ratio * cosine);
      }
      if (symmetric) {
        transfer[at] = re;
        transfer[at + 1] = im;
        continue;
      }
      const oddPlace = odd0 + s * (odd1 + s * (odd2 + s * odd3));
      const oddEntry = floor(oddPlace);
      const oddRest = (oddPlace - oddEntry) * radiansPerStep;
      const oddFrom = 2 * (oddEntry & turnMask);
      const turnCosine = turnTable[oddFrom]! - oddRest * turnTable[oddFrom + 1]!;
      const turnSine = -turnTable[oddFrom + 1]! - oddRest * turnTable[oddFrom]!;
      transfer[at] = re * turnCosine - im * turnSine;
      transfer[at + 1] = re * turnSine + im * turnCosine;
    }
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

/** The coefficients of the polynomial of a degree up to 4 through values at 0, 1, 2, 3 and 4. */
function polynomialOf(values: Float64Array, degree: number): readonly [number, number, number, number, number] {
  const [a, b, c, d, e] = values as unknown as readonly [number, number, number, number, number];
  const first = b - a;
  const second = c - 2 * b + a;
  const third = degree < 3 ? 0 : d - 3 * c + 3 * b - a;
  const fourth = degree < 4 ? 0 : e - 4 * d + 6 * c - 4 * b + a;
  return [
    a,
    first - second / 2 + third / 3 - fourth / 4,
    second / 2 - third / 2 + (11 * fourth) / 24,
    third / 6 - fourth / 4,
    fourth / 24,
  ];
}

/** The value of exp(-x) at a place of its table. */
function decayed(place: number): number {
  if (!(place < lastDecay)) return 0;
  const left = place | 0;
  return decayTable[left]! + (place - left) * (decayTable[left + 1]! - decayTable[left]!);
}
