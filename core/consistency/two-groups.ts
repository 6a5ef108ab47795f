import { type Finding, type Subject, plain } from './finding';
import { inRuns } from './mag-runs';
import { type Apart, type Site, centre } from './sites';

/** A place with a number that should be the same throughout a range. */
export interface Placed {
  readonly site: Site;
  readonly value: number;
}

/** Numbers of a range that agree within each of two groups and not between them. */
export interface TwoGroups {
  readonly first: readonly Placed[];
  readonly second: readonly Placed[];
  readonly difference: number;
}

/** Fewest places of a group, and its least share of all: fewer than that are outliers. */
const minPlaces = 3;
const minShare = 0.25;

const placesOf = (group: readonly Placed[]): readonly Site[] => [...new Set(group.map(({ site }) => site))];

/** Finds two groups of numbers, each of which agrees within a limit; undefined where most agree or nothing does. */
export function twoGroups(all: readonly Placed[], apart: Apart, limit: number): TwoGroups | undefined {
  const near = (list: readonly Placed[]): readonly Placed[] =>
    list
      .map(({ value }) => list.filter((other) => Math.abs(apart(other.value, value)) <= limit))
      .reduce<readonly Placed[]>((a, b) => (placesOf(b).length > placesOf(a).length ? b : a), []);
  const one = near(all);
  const other = near(all.filter((each) => !one.includes(each)));
  const total = placesOf(all).length;
  if (placesOf(other).length < Math.max(minPlaces, minShare * total)) return undefined;
  const middle = (group: readonly Placed[]): number =>
    centre(
      group.map(({ value }) => value),
      apart,
    )!;
  const difference = apart(middle(other), middle(one));
  if (Math.abs(difference) <= limit) return undefined;
  const isLater =
    Math.min(...placesOf(other).map(({ magIndex }) => magIndex)) >
    Math.min(...placesOf(one).map(({ magIndex }) => magIndex));
  return isLater ? { first: one, second: other, difference } : { first: other, second: one, difference: -difference };
}

/** A finding that names no culprit, because as many values speak against it as for it. */
export function twoGroupsFinding(
  { first, second }: TwoGroups,
  what: string,
  size: Finding['difference'] & object,
): Finding {
  const [one, other] = [placesOf(first), placesOf(second)];
  const indexesOf = (sites: readonly Site[]): number[] => [...new Set(sites.map(({ magIndex }) => magIndex))];
  const [low, high] = [indexesOf(one), indexesOf(other)];
  const from = Math.min(...high);
  const splits = Math.max(...low) < from;
  const subject: Subject = splits ? 'shift boundary' : 'pixel size';
  const cameras = [...new Set([...one, ...other].map(({ camera }) => camera))];
  const names = cameras.map(({ name, index }) => `${name} (camera ${index})`).join(', ');
  const place = { camera: cameras[0]!.index, magIndex: other[0]!.magIndex };
  const message = `${names}: ${what} fall into two groups: mag indexes ${inRuns(low)} agree with each other, and so do ${inRuns(high)}, ${Math.abs(size.value).toFixed(1)} ${size.unit} apart.`;
  const reason = splits
    ? `Nothing tells which group is wrong, if any: either the optics change at mag index ${from}, which then belongs in the properties as a boundary, or one group was measured wrongly.`
    : 'Nothing tells which group is wrong. Measure a pixel size at one place of each group.';
  return plain('consistency/two-groups', 'warning', subject, place, message, reason, {
    magIndexes: [...new Set([...one, ...other].map(({ magIndex }) => magIndex))],
    cameras: cameras.map(({ index }) => index),
    difference: size,
    ...(!splits && { remedy: { measure: 'pixel size' } }),
  });
}
