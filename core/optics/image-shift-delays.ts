import { type Matrix, type Seconds, type Vector, firstColumn, length, seconds } from '../base';
import type { DelayReplacement, DelayTable } from '../devices';
import type { ShiftProperties } from './properties';

/** The table that SerialEM's templates came with for many years. */
export const formerDelayTable: DelayTable = [
  [0.1, 0],
  [0.3, 0.4],
  [0.8, 0.9],
  [1.6, 1.7],
  [3, 3],
  [3.5, 3.5],
  [4, 3.7],
];
/** The table for columns whose image shift settles fast. */
export const currentDelayTable: DelayTable = [
  [0.1, 0],
  [0.3, 0.4],
  [0.5, 0.5],
  [1, 0.5],
];

/** Delay where nothing is known about how far an image shift moves the specimen. */
const delayWithoutMatrix = 2.5;
/** Coils change this much less per micrometre in low magnification. */
const lowMagnificationDivisor = 10;
const stemDivisor = 5;
/** Pixel size in micrometres below which a finer pixel needs a longer delay. */
const finePixel = 0.001;

type DelayProperties = Pick<ShiftProperties, 'delays' | 'extraPerDoubling' | 'delayFactor' | 'assumedStartup'>;

/** One change of image shift and where it is made. */
export interface ImageShiftChange {
  /** Change in image-shift units. */
  readonly change: Vector;
  /** Image shift to specimen, micrometres per unit. */
  readonly toSpecimen: Matrix | undefined;
  readonly lowMagnification: boolean;
  readonly stem: boolean;
  /** Size in micrometres of a pixel of a Record image, binning included; undefined when unknown. */
  readonly recordPixel: number | undefined;
}

/** Waiting time after a change of image shift until the image is at rest. */
export function imageShiftDelay(
  { change, toSpecimen, lowMagnification, stem, recordPixel }: ImageShiftChange,
  properties: DelayProperties,
): Seconds {
  if (change.x === 0 && change.y === 0) return seconds(0);
  if (!toSpecimen) return seconds(delayWithoutMatrix);
  const along = length(firstColumn(toSpecimen)) * Math.abs(change.x);
  const across = Math.hypot(toSpecimen.xpy, toSpecimen.ypy) * Math.abs(change.y);
  const distance = Math.max(along, across) / (lowMagnification ? lowMagnificationDivisor : 1);
  let delay = Math.max(0, interpolate(properties.delays, distance));
  if (recordPixel !== undefined && recordPixel > 0 && recordPixel < finePixel)
    delay += properties.extraPerDoubling * Math.log2(finePixel / recordPixel);
  if (stem) delay /= stemDivisor;
  return seconds(delay * properties.delayFactor);
}

/** Straight lines between the entries, carried on beyond the first and the last. */
function interpolate(table: DelayTable, distance: number): number {
  if (table.length < 2) return table[0]?.[1] ?? 0;
  const upper = table.findIndex(([at]) => at >= distance);
  const end = upper < 0 ? table.length - 1 : Math.max(1, upper);
  const [fromDistance, fromDelay] = table[end - 1]!;
  const [toDistance, toDelay] = table[end]!;
  if (toDistance === fromDistance) return toDelay;
  return fromDelay + ((toDelay - fromDelay) * (distance - fromDistance)) / (toDistance - fromDistance);
}

/** Adapts delays that a site took over from a template to what its column needs; a site that set a factor of its own is left alone. */
export function adaptDelays<T extends DelayProperties>(
  properties: T,
  replacements: readonly DelayReplacement[] = [],
): T {
  if (properties.delayFactor !== 1) return properties;
  const fitting = replacements.find(({ of }) => sameTable(of, properties.delays));
  if (!fitting) return properties;
  const { delays = properties.delays, maxExtraPerDoubling = Infinity, delayFactor = 1, assumedStartup } = fitting;
  const extraPerDoubling = seconds(Math.min(properties.extraPerDoubling, maxExtraPerDoubling));
  return { ...properties, delays, extraPerDoubling, delayFactor, assumedStartup };
}

const sameTable = (one: DelayTable, other: DelayTable): boolean =>
  one.length === other.length &&
  one.every(
    ([distance, delay], at) => Math.abs(distance - other[at]![0]) < 1e-6 && Math.abs(delay - other[at]![1]) < 1e-6,
  );
