import { power } from '../base/functions';
import { hash, highNormal, lowNormal } from '../base/random';
import { poisson, smallestNormalMean } from '../camera/poisson';

const { floor, sqrt } = Math;

/** A detector below a scanned specimen: for the unscattered electrons, or for those scattered to small or to large angles. */
export type StemDetectorKind = 'bright field' | 'dark field' | 'high-angle dark field';

/** The truth of the detectors. */
export interface StemSignalTruth {
  /** Share of the electrons that the film scatters out of the beam. */
  readonly scatteredShare: number;
  /** Standard deviation in counts of a pixel. */
  readonly readNoise: number;
  /** Seconds until a detector that was inserted or chosen sees something. */
  readonly insertion: number;
}

/** Settings of a detector; brightness and contrast are 0 to 1. */
export interface StemDetectorState {
  readonly inserted: boolean;
  readonly brightness: number;
  readonly contrast: number;
  /** Seconds of the clock at which it was inserted. */
  readonly since: number;
}

/** Share of the scattered electrons that a detector for them catches. */
const caughtShare: Readonly<Record<StemDetectorKind, number>> = {
  'bright field': 1,
  'dark field': 0.35,
  'high-angle dark field': 0.06,
};
/** Counts for an electron at a contrast of a half. */
const countsPerElectron: Readonly<Record<StemDetectorKind, number>> = {
  'bright field': 2,
  'dark field': 10,
  'high-angle dark field': 50,
};
/** Counts without any electron at a brightness of a half, and their change from no brightness to full. */
const middleOffset = 2000;
const offsetSpan = 40000;
/** The gain rises by this factor from no contrast to full. */
const gainSpan = 100;
const largestCount = 65535;

/** The kind of a detector, by its name at the microscope. */
export const detectorKindOf = (name: string): StemDetectorKind =>
  /haadf/i.test(name) ? 'high-angle dark field' : /df/i.test(name) ? 'dark field' : 'bright field';

/** Counts of a pixel without electrons. */
export const offsetOf = ({ brightness }: Pick<StemDetectorState, 'brightness'>): number =>
  middleOffset + (brightness - 0.5) * offsetSpan;

/** Counts for an electron. */
const gainOf = (kind: StemDetectorKind, { contrast }: Pick<StemDetectorState, 'contrast'>): number =>
  countsPerElectron[kind] * power(gainSpan, contrast - 0.5);

/** A scanned image on its way to the counts of a detector. */
export interface DetectedScan {
  /** Transmission of the specimen at each pixel. */
  readonly transmission: Float32Array;
  /** Share of the time of each pixel for which the beam was there; everywhere by default. */
  readonly lit?: Float32Array | undefined;
  /** Electrons of the probe in the time of a pixel. */
  readonly electrons: number;
  readonly kind: StemDetectorKind;
  readonly state: StemDetectorState;
  /** False for a detector that does not see yet. */
  readonly sees: boolean;
  readonly noise: number;
}

/** Counts of a detector. */
export function detected(
  { transmission, lit, electrons, kind, state, sees, noise }: DetectedScan,
  { scatteredShare, readNoise }: StemSignalTruth,
): Uint16Array {
  const gain = gainOf(kind, state);
  const offset = offsetOf(state) + 0.5;
  const beam = sees && state.inserted ? electrons : 0;
  const data = new Uint16Array(transmission.length);
  const bright = kind === 'bright field';
  const share = caughtShare[kind];
  for (let at = 0; at < data.length; at++) {
    const random = hash(at, noise);
    const passed = (1 - scatteredShare) * transmission[at]!;
    const unscattered = passed < 0 ? 0 : passed > 1 ? 1 : passed;
    const mean = beam * (bright ? unscattered : (1 - unscattered) * share) * (lit ? lit[at]! : 1);
    const caught =
      mean > smallestNormalMean ? floor(mean + sqrt(mean) * highNormal(random) + 0.5) : poisson(mean, random);
    const value = gain * caught + offset + readNoise * lowNormal(random);
    data[at] = value < 0 ? 0 : value > largestCount ? largestCount : value;
  }
  return data;
}
