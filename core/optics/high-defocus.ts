import { type Matrix, inverse, product, rotation, scaleMatrix } from '../base';

/** One calibration of a high defocus: the change of the image, or of what image shift does, against focus. */
export interface HighDefocusEntry {
  readonly spot: number;
  /** 1 in microprobe, 0 in nanoprobe. */
  readonly probe: number;
  /** Micrometres, below 0. */
  readonly defocus: number;
  readonly intensity: number;
  readonly scale: number;
  /** Degrees. */
  readonly rotation: number;
  /** Intensity of the crossover when it was measured; 0 where it was not known. */
  readonly crossover: number;
}

/** Conditions for which a change is looked up. */
export interface HighDefocusConditions {
  readonly spot: number;
  /** Undefined where the column has no probe mode. */
  readonly probe?: number;
  readonly intensity: number;
  /** Micrometres. */
  readonly defocus: number;
}

/** Change of the image at a high defocus. */
export interface HighDefocusChange {
  readonly scale: number;
  /** Degrees. */
  readonly rotation: number;
  /** 0 where nothing is calibrated, 1 where calibrations stand on one side of the defocus alone, 2 where they stand on both. */
  readonly confidence: 0 | 1 | 2;
}

/** Defocus within this many micrometres is the same one. */
const sameDefocus = 5;
const unchanged: HighDefocusChange = { scale: 1, rotation: 0, confidence: 0 };
type Found = Pick<HighDefocusEntry, 'scale' | 'rotation' | 'defocus'>;

/**
 * Looks a change up between the calibrations that are nearest: those of the probe mode, on the same side of the crossover, at the nearest spot size. Between two
 * defocus values and two intensities it is interpolated; nearer to focus than any it falls in proportion; beyond the farthest it stays.
 * @param crossoverOf the intensity of the crossover at a spot size and probe mode; undefined where it is not calibrated
 */
export function highDefocusChange(
  entries: readonly HighDefocusEntry[],
  { spot, probe: given, intensity, defocus }: HighDefocusConditions,
  crossoverOf: (spot: number, probe: number) => number | undefined = () => undefined,
): HighDefocusChange {
  const probes = new Set(entries.map((entry) => entry.probe));
  const probe = given ?? (probes.size === 1 ? entries[0]!.probe : undefined);
  if (probe === undefined || !(defocus < 0)) return unchanged;
  const crossover =
    crossoverOf(spot, probe) ?? entries.find((entry) => entry.spot === spot && entry.crossover > 0)?.crossover;
  const isAbove = (value: number, at: number | undefined): boolean | undefined =>
    at === undefined || at <= 0 ? undefined : value > at;
  const side = isAbove(intensity, crossover);
  const eligible = entries.filter((entry) => {
    const own = isAbove(entry.intensity, entry.crossover > 0 ? entry.crossover : crossoverOf(entry.spot, probe));
    return entry.probe === probe && (side === undefined || own === undefined || own === side);
  });
  if (eligible.length === 0) return unchanged;
  const nearestSpot = Math.min(...eligible.map((entry) => Math.abs(entry.spot - spot)));
  const near = eligible.filter((entry) => Math.abs(entry.spot - spot) === nearestSpot);
  const measure = (value: number): number =>
    crossover !== undefined && crossover > 0 && value !== crossover ? 1 / Math.abs(value - crossover) : value;

  const pick = (candidates: readonly HighDefocusEntry[]): HighDefocusEntry | undefined => {
    if (candidates.length === 0) return undefined;
    const by = (list: readonly HighDefocusEntry[], distance: (entry: HighDefocusEntry) => number): HighDefocusEntry =>
      list.reduce((best, entry) => (distance(entry) < distance(best) ? entry : best));
    const nearest = by(candidates, (entry) => Math.abs(entry.defocus - defocus));
    const there = candidates.filter((entry) => Math.abs(entry.defocus - nearest.defocus) <= sameDefocus);
    return by(there, (entry) => Math.abs(entry.intensity - intensity));
  };
  const onSide = (isOn: (entry: HighDefocusEntry) => boolean): Found | undefined => {
    const own = near.filter(isOn);
    let [low, high] = [
      pick(own.filter((entry) => entry.intensity <= intensity)),
      pick(own.filter((entry) => entry.intensity >= intensity)),
    ];
    if (low && high && Math.abs(low.defocus - high.defocus) > sameDefocus) {
      if (Math.abs(low.defocus - defocus) > Math.abs(high.defocus - defocus)) low = undefined;
      else high = undefined;
    }
    if (!low || !high) return low ?? high;
    const [from, to] = [measure(low.intensity), measure(high.intensity)];
    return between(low, high, from === to ? 0 : (measure(intensity) - from) / (to - from));
  };
  const more = onSide((entry) => entry.defocus <= defocus);
  const less = onSide((entry) => entry.defocus >= defocus);
  if (more && less) {
    const span = more.defocus - less.defocus;
    return { ...changeOf(between(less, more, span === 0 ? 0 : (defocus - less.defocus) / span)), confidence: 2 };
  }
  if (less) return { ...changeOf(less), confidence: 1 };
  const share = defocus / more!.defocus;
  return { scale: 1 + share * (more!.scale - 1), rotation: share * more!.rotation, confidence: 1 };
}

const between = (one: Found, other: Found, share: number): Found => ({
  scale: one.scale + share * (other.scale - one.scale),
  rotation: one.rotation + share * (other.rotation - one.rotation),
  defocus: one.defocus + share * (other.defocus - one.defocus),
});
const changeOf = ({ scale, rotation: turn }: Found): Pick<HighDefocusChange, 'scale' | 'rotation'> => ({
  scale,
  rotation: turn,
});

/** A matrix into pixels as it is at a high defocus. */
export const atHighDefocus = (
  toCamera: Matrix,
  { scale, rotation: turn }: Pick<HighDefocusChange, 'scale' | 'rotation'>,
): Matrix => product(scaleMatrix(rotation(turn), scale), toCamera);

/**
 * Image shift at a high defocus, for an image shift in focus, that centres the same point of the specimen: the defocus scales and turns the image and what image shift
 * does to it by different amounts. Undefined where one of them is not calibrated.
 */
export function centringAtHighDefocus(
  imageShiftToCamera: Matrix,
  change: { readonly ofImage: HighDefocusChange; readonly ofImageShift: HighDefocusChange },
): Matrix | undefined {
  const { ofImage, ofImageShift } = change;
  if (ofImage.confidence === 0 || ofImageShift.confidence === 0) return undefined;
  const back = inverse(atHighDefocus(imageShiftToCamera, ofImageShift));
  return back && product(back, atHighDefocus(imageShiftToCamera, ofImage));
}
