import { finding, scale, writtenBy } from './agreement';
import { type Finding, percentOf } from './finding';
import { type Site, apartInScale, median } from './sites';
import { twoGroups, twoGroupsFinding } from './two-groups';

const ratioOf = ({ pixel, nominalPixel }: Site): number => Math.log(pixel! / nominalPixel);

/** Deviation from the magnification that is not looked at, within a range and between ranges, whose lenses differ. */
const minDeviation = { within: Math.log(1.1), between: Math.log(1.5) };
const minOthers = 3;

/** Pixel sizes of the properties that do not follow the magnifications, range by range. */
export function magnificationFindings(sites: readonly Site[]): readonly Finding[] {
  const measured = sites.filter(({ pixel }) => pixel !== undefined);
  return [...new Set(measured.map(({ camera }) => camera))].flatMap((camera) => {
    const own = measured.filter((site) => site.camera === camera);
    return [...new Set(own.map(({ range }) => range))].flatMap((range) =>
      ofRange(
        own.filter((site) => site.range === range),
        own,
      ),
    );
  });
}

function ofRange(range: readonly Site[], all: readonly Site[]): readonly Finding[] {
  const values = range.map((site) => ({ site, value: ratioOf(site) }));
  const groups = twoGroups(values, apartInScale, minDeviation.within / 2);
  if (groups && Math.abs(groups.difference) > minDeviation.within)
    return [
      twoGroupsFinding(groups, 'pixel sizes of the properties, times magnification,', {
        value: percentOf(groups.difference),
        unit: '%',
      }),
    ];
  return range.flatMap((site): readonly Finding[] => {
    const enough = range.length > minOthers;
    const peers = enough ? range : all;
    const others = peers.filter((other) => other !== site).map(ratioOf);
    const usual = median(others);
    if (usual === undefined || others.length < minOthers) return [];
    const spread = 1.4826 * median(others.map((each) => Math.abs(each - usual)))!;
    const difference = ratioOf(site) - usual;
    const limit = Math.max(enough ? minDeviation.within : minDeviation.between, 5 * spread);
    if (Math.abs(difference) <= limit) return [];
    const expected = Math.log(site.pixel!) - difference;
    return [
      finding(
        scale,
        site,
        'pixel size',
        difference,
        Math.log(site.pixel!),
        expected,
        [
          scale.number(writtenBy(scale, site), Math.log(site.pixel!)),
          scale.number('by magnification and the other pixel sizes', expected),
        ],
        `Magnification times pixel size is steady to ${percentOf(spread).toFixed(1)} % at ${others.length} other magnifications.`,
        peers,
      ),
    ];
  });
}
