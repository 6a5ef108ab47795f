import { type Finding, type Subject, limits, plain } from './finding';
import { inRuns } from './mag-runs';
import { type Site, median, sizeOf } from './sites';

const maxLogarithm = Math.log(limits.absolute.factor);
/** Values of one unit lie together within this factor. */
const groupFactor = Math.log(2);

/** Mistakes of unit, by the factor that they make. */
const units = [
  { factor: 1e-3, what: 'in micrometres instead of nanometres' },
  { factor: 0.1, what: 'a tenth, as when angstroms were taken for something else' },
  { factor: 10, what: 'in angstroms instead of nanometres' },
  { factor: 1000, what: 'in picometres instead of nanometres' },
] as const;
/** Distance from such a factor within which it is named, as a factor. */
const nearness = Math.log(1.6);
const binnings = [2, 4, 8];

/**
 * The absolute scale of pixel sizes and image-shift vectors. The magnification table of a real site may be off by a factor of its own, so
 * a wrong pixel size has to contradict MicronsPerUnitImageShift as well, or to look like a mistake of unit.
 */
export function absoluteFindings(sites: readonly Site[], hasRoughShift: boolean): readonly Finding[] {
  // A STEM camera has no sensor whose pixels the table could enlarge.
  const cameras = [...new Set(sites.map(({ camera }) => camera))].filter(({ stem }) => !stem);
  return cameras.flatMap((camera) => {
    const own = sites.filter((site) => site.camera === camera);
    const shifted = hasRoughShift ? own.flatMap(shiftOf) : [];
    const far = farPixels(own, median(shifted.map(({ logarithm }) => logarithm)));
    return [
      ...pixels(far, own),
      ...vectors(
        shifted,
        own.filter((site) => !far.some((each) => each.site === site)),
      ),
    ];
  });
}

interface Measured {
  readonly site: Site;
  readonly logarithm: number;
}

const ratioOf = ({ pixel, nominalPixel }: Site): number | undefined =>
  pixel === undefined || pixel <= 0 ? undefined : Math.log(pixel / nominalPixel);

/** Micrometres per unit by the magnification table, over the rough scale. Image shift in low magnification has a scale of its own. */
function shiftOf(site: Site): readonly Measured[] {
  const { imageShift, nominalPixel, roughShift, isLowMagnification } = site;
  if (!imageShift || isLowMagnification || !(roughShift > 0)) return [];
  return [{ site, logarithm: Math.log((sizeOf(imageShift) * nominalPixel) / 1000 / roughShift) }];
}

function farPixels(sites: readonly Site[], shift: number | undefined): readonly Measured[] {
  return sites.flatMap((site): Measured[] => {
    const logarithm = ratioOf(site);
    if (logarithm === undefined || Math.abs(logarithm) <= maxLogarithm) return [];
    const isFar =
      shift === undefined
        ? unitOf(Math.exp(logarithm)) !== undefined
        : Math.abs(shift + logarithm) > maxLogarithm && Math.sign(shift + logarithm) === Math.sign(logarithm);
    return isFar ? [{ site, logarithm }] : [];
  });
}

function pixels(far: readonly Measured[], sites: readonly Site[]): readonly Finding[] {
  const all = sites.filter(({ pixel }) => pixel !== undefined).length;
  return grouped(far).map((group) => {
    const { factor, places, worst } = summaryOf(group);
    return found('pixel size', group, {
      message: `${nameOf(worst)}: ${group.length} of ${all} pixel sizes of the properties (mag indexes ${inRuns(places)}) are ${times(factor)} what sensor pixel, FilmToCameraMagnification and magnification give${causeOf(factor)}.`,
      reason:
        group.length === all && unitOf(factor) === undefined
          ? 'All of them differ alike, and by MicronsPerUnitImageShift too; PixelSizeInMicrons or FilmToCameraMagnification may be wrong instead.'
          : 'A magnification table is not off by that much.',
    });
  });
}

/** The rough scale of image shift is a round number; without a pixel size the magnification table counts, which may be off as well. */
const maxShiftLogarithm = { measured: Math.log(3), nominal: Math.log(6) };

function vectors(shifted: readonly Measured[], good: readonly Site[]): readonly Finding[] {
  const table = median(good.flatMap((site) => ratioOf(site) ?? []));
  const far = shifted
    .map(({ site, logarithm }) => ({ site, logarithm: logarithm + (table ?? 0) }))
    .filter(({ logarithm }) => Math.abs(logarithm) > maxShiftLogarithm[table === undefined ? 'nominal' : 'measured']);
  return grouped(far).map((group) => {
    const { factor, places, worst } = summaryOf(group);
    return found('image shift', group, {
      message: `${nameOf(worst)}: the image-shift vectors at mag indexes ${inRuns(places)} are ${times(factor)} what MicronsPerUnitImageShift gives.`,
      reason:
        'Either these calibrations or MicronsPerUnitImageShift are wrong; the distance over which images are searched follows from it.',
    });
  });
}

/** Places of one camera whose numbers are off by the same factor. */
function grouped(far: readonly Measured[]): readonly (readonly [Measured, ...Measured[]])[] {
  const groups: [Measured, ...Measured[]][] = [];
  for (const each of far) {
    const group = groups.find(
      ([first]) => first.site.camera === each.site.camera && Math.abs(first.logarithm - each.logarithm) < groupFactor,
    );
    if (group) group.push(each);
    else groups.push([each]);
  }
  return groups;
}

function summaryOf(group: readonly [Measured, ...Measured[]]) {
  const factor = Math.exp(median(group.map(({ logarithm }) => logarithm))!);
  return { factor, places: group.map(({ site }) => site.magIndex), worst: group[0].site };
}

const unitOf = (factor: number): string | undefined =>
  units.find((unit) => Math.abs(Math.log(factor / unit.factor)) < nearness)?.what;

function causeOf(factor: number): string {
  const unit = unitOf(factor);
  if (unit !== undefined) return `: probably ${unit}`;
  const binning = binnings.find((each) => Math.abs(Math.log(factor / each)) < Math.log(1.2));
  return binning === undefined ? '' : `: probably those of pixels binned by ${binning}`;
}

const times = (factor: number): string =>
  factor >= 1 ? `${inFigures(factor)} times` : `1/${inFigures(1 / factor)} of`;

const inFigures = (factor: number): string => (factor >= 10 ? factor.toFixed(0) : factor.toPrecision(2));

const nameOf = ({ camera }: Site): string => `${camera.name} (camera ${camera.index})`;

function found(
  subject: Subject,
  group: readonly [Measured, ...Measured[]],
  { message, reason }: Pick<Finding, 'message' | 'reason'>,
): Finding {
  const { factor, places, worst } = summaryOf(group);
  const place = { camera: worst.camera.index, magIndex: worst.magIndex };
  return plain('consistency/unit', 'warning', subject, place, message, reason, {
    magIndexes: places,
    numbers: [{ what: 'factor to the nominal value', value: factor, unit: '' }],
    difference: { value: 100 * (factor - 1), unit: '%' },
    ...(subject === 'pixel size' && { remedy: { correct: 'RotationAndPixel' } }),
  });
}
