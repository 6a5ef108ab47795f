import { normalizeDegrees, readable } from '../base';
import {
  type Apart,
  type Site,
  apartInAngle,
  apartInScale,
  centre,
  directionOf,
  nameOf,
  sizeOf,
  stageAxisLengths,
} from './sites';
import {
  type ComparedNumber,
  type Finding,
  type FindingSeverity,
  type Subject,
  limits,
  nameOfSubject,
  percentOf,
  remedyOf,
} from './finding';
import { residuals } from './sequence';
import { twoGroups, twoGroupsFinding } from './two-groups';

/** Scale or rotation: what is compared and how it is said. */
interface Quantity {
  readonly apart: Apart;
  readonly limit: { readonly warning: number; readonly error: number };
  readonly written: Subject;
  /** Value of the properties, and of the stage calibration, at a place; scales as logarithms. */
  readonly ofProperties: (site: Site) => number | undefined;
  readonly ofStage: (site: Site) => number | undefined;
  /** Correction from the image-shift matrix that makes a value the same throughout a range. */
  readonly ofShift: (site: Site) => number | undefined;
  readonly nominal: (site: Site) => number;
  readonly difference: (value: number) => { readonly value: number; readonly unit: '%' | 'degrees' };
  readonly number: (what: string, value: number) => ComparedNumber;
  readonly code: (difference: number, suspect: number, expected: number) => Finding['code'];
}

const logarithm = (value: number | undefined): number | undefined =>
  value === undefined || value <= 0 ? undefined : Math.log(value);

/** The comparison of pixel sizes and other lengths. */
export const scale: Quantity = {
  apart: apartInScale,
  limit: { warning: Math.log(1 + limits.scale.warning), error: Math.log(1 + limits.scale.error) },
  written: 'pixel size',
  ofProperties: ({ pixel }) => logarithm(pixel),
  ofStage: ({ stagePixel }) => logarithm(stagePixel),
  ofShift: ({ imageShift }) => imageShift && Math.log(sizeOf(imageShift) / 1000),
  nominal: ({ nominalPixel }) => Math.log(nominalPixel),
  difference: (value) => ({ value: percentOf(value), unit: '%' }),
  number: (what, value) => ({ what, value: Math.exp(value), unit: 'nm' }),
  code: (difference) => (isBinning(difference) ? 'consistency/binning' : 'consistency/pixel-size'),
};

const angle: Quantity = {
  apart: apartInAngle,
  limit: limits.angle,
  written: 'rotation',
  ofProperties: ({ rotation }) => rotation,
  ofStage: ({ stageRotation, stageInverted }) => (stageInverted ? undefined : stageRotation),
  ofShift: ({ imageShift }) => imageShift && -directionOf(imageShift),
  nominal: ({ nominalRotation }) => nominalRotation,
  difference: (value) => ({ value, unit: 'degrees' }),
  number: (what, value) => ({ what, value: normalizeDegrees(value), unit: 'degrees' }),
  code: (difference, suspect, expected) => {
    const fromNegated = Math.abs(apartInAngle(-suspect, expected));
    const fromTurned = Math.abs(difference - 90 * Math.round(difference / 90));
    const negated = fromNegated < limits.angle.warning && Math.abs(difference) > limits.angle.error;
    if (isQuarterTurn(difference) && !(negated && fromNegated < fromTurned)) return 'consistency/quarter-turn';
    return negated ? 'consistency/rotation-sign' : 'consistency/rotation';
  },
};

/** True for an angle near 90 or 180 degrees, as from a wrong number of quarter turns. */
export const isQuarterTurn = (difference: number): boolean =>
  Math.abs(difference) > 45 && Math.abs(difference - 90 * Math.round(difference / 90)) < limits.angle.error;
/** True for a ratio, by its logarithm, near 2 or 4, as from a binning that was not taken into account. */
export const isBinning = (difference: number): boolean =>
  [Math.LN2, 2 * Math.LN2].some((step) => Math.abs(Math.abs(difference) - step) < 0.1);

interface Voice {
  readonly site: Site;
  readonly by: 'properties' | 'stage';
  readonly own: number;
  /** The same for all voices of a range, if all is well; undefined without an image-shift matrix. */
  readonly shared: number | undefined;
}

/** Pixel sizes and rotations of the properties, of the stage calibrations and of the image-shift matrices against each other. */
export const agreementFindings = (sites: readonly Site[]): readonly Finding[] =>
  [scale, angle].flatMap((quantity) =>
    judge(
      quantity,
      // A scan may be turned by any angle.
      sites.filter(({ camera }) => quantity === scale || !camera.stem),
    ),
  );

function judge(quantity: Quantity, sites: readonly Site[]): readonly Finding[] {
  const ranges = new Map<number, Site[]>();
  for (const site of sites) ranges.set(site.range, [...(ranges.get(site.range) ?? []), site]);
  return [...ranges.values()].flatMap((range) => judgeRange(quantity, range, sites));
}

function judgeRange(quantity: Quantity, range: readonly Site[], all: readonly Site[]): readonly Finding[] {
  const { apart, limit } = quantity;
  const voices = range.flatMap((site) => voicesOf(quantity, site));
  const heard = voices.flatMap(({ site, shared }) => (shared === undefined ? [] : [{ site, value: shared }]));
  const groups = twoGroups(heard, apart, limit.warning);
  const parted = groups
    ? [
        twoGroupsFinding(
          groups,
          `${quantity.written}s with the image-shift matrices`,
          quantity.difference(groups.difference),
        ),
      ]
    : [];
  const agreed = groups ? undefined : consensus(voices, quantity);
  const single = range.flatMap((site): readonly Finding[] => {
    const own = voices.filter((voice) => voice.site === site);
    const off = (voice: Voice): number =>
      agreed === undefined || voice.shared === undefined ? 0 : apart(voice.shared, agreed.value);
    const outside = own.filter((voice) => Math.abs(off(voice)) > limit.warning);
    const [written, staged] = [own.find(({ by }) => by === 'properties'), own.find(({ by }) => by === 'stage')];
    const apartHere = written && staged ? apart(written.own, staged.own) : 0;
    const axes = quantity === scale && written && staged ? axisDifference(site, apartHere) : Math.abs(apartHere);
    const others = agreed?.voices.filter((voice) => voice.site !== site) ?? [];
    if (written && staged && axes > limit.warning) {
      const [suspect, reason] = chooseHere(
        quantity,
        written,
        staged,
        agreed && others.length > 0 ? off : undefined,
        all,
      );
      const other = suspect === written ? staged : written;
      const worst = Math.abs(axes) > Math.abs(apartHere) ? Math.sign(apartHere || 1) * axes : apartHere;
      return [
        finding(
          quantity,
          site,
          suspect.by === 'properties' ? quantity.written : 'stage',
          suspect === written ? worst : -worst,
          suspect.own,
          other.own,
          [
            quantity.number(writtenBy(quantity, site), written.own),
            quantity.number('by the stage calibration', staged.own),
          ],
          reason,
          [site, ...others.map((voice) => voice.site)],
        ),
      ];
    }
    if (outside.length === 0 || !agreed) return [];
    const [voice] = outside as [Voice, ...Voice[]];
    const difference = off(voice);
    const shiftIsOff = own.length > 1 || ofOwnRun(quantity, site, range) > 0.5 * Math.abs(difference);
    const subject: Subject = shiftIsOff ? 'image shift' : voice.by === 'stage' ? 'stage' : quantity.written;
    const expected = voice.own - difference;
    const names = `${others.length} of ${others.length + own.length} values of this range agree`;
    const reason = shiftIsOff
      ? own.length > 1
        ? `Properties and stage calibration agree here, and ${names} with each other.`
        : `It stands out among its neighbours, and ${names} with each other.`
      : `The image-shift matrix fits its neighbours here, and ${names} with each other.`;
    return [
      finding(
        quantity,
        site,
        subject,
        difference,
        voice.own,
        expected,
        [
          quantity.number(voice.by === 'stage' ? 'by the stage calibration' : writtenBy(quantity, site), voice.own),
          quantity.number('by the image-shift matrix and the other places of the range', expected),
        ],
        reason,
        [site, ...others.map((each) => each.site)],
      ),
    ];
  });
  return [...parted, ...single];
}

function voicesOf(quantity: Quantity, site: Site): readonly Voice[] {
  const shift = quantity.ofShift(site);
  const voice = (by: Voice['by'], own: number | undefined): readonly Voice[] =>
    own === undefined ? [] : [{ site, by, own, shared: shift === undefined ? undefined : own + shift }];
  return [...voice('properties', quantity.ofProperties(site)), ...voice('stage', quantity.ofStage(site))];
}

/**
 * The majority among the places of a range. Between two equally strong opinions, the one whose image-shift matrices fit
 * their neighbours.
 */
function consensus(
  voices: readonly Voice[],
  { apart, limit }: Quantity,
): { readonly value: number; readonly voices: readonly Voice[] } | undefined {
  const heard = voices.filter((voice): voice is Voice & { shared: number } => voice.shared !== undefined);
  if (new Set(heard.map(({ site }) => site)).size < 2) return undefined;
  const groups = heard.map(({ shared }) =>
    heard.filter((other) => Math.abs(apart(other.shared, shared)) <= limit.warning),
  );
  const places = (group: readonly Voice[]): number => new Set(group.map(({ site }) => site)).size;
  const strength = (group: readonly Voice[]): number => places(group) + 0.01 * group.length;
  const best = groups.reduce((a, b) => (strength(b) > strength(a) ? b : a));
  if (places(best) < 2) return undefined;
  const rival = groups.some((group) => !group.some((voice) => best.includes(voice)) && places(group) >= places(best));
  if (rival) return undefined;
  return {
    value: centre(
      best.map(({ shared }) => shared),
      apart,
    )!,
    voices: best,
  };
}

/** The larger of the two differences of the stage axes from the pixel size, as a logarithm. */
function axisDifference({ stage, pixel, stageRotation }: Site, mean: number): number {
  const lengths =
    stage && pixel !== undefined && stageRotation !== undefined
      ? stageAxisLengths(stage, pixel, stageRotation)
      : undefined;
  return lengths ? Math.max(Math.abs(Math.log(lengths.x)), Math.abs(Math.log(lengths.y))) : Math.abs(mean);
}

/** Decides which of two contradicting values at one place is probably wrong. */
function chooseHere(
  quantity: Quantity,
  written: Voice,
  staged: Voice,
  off: ((voice: Voice) => number) | undefined,
  all: readonly Site[],
): readonly [Voice, string] {
  if (off && written.shared !== undefined) {
    const suspect = Math.abs(off(written)) > Math.abs(off(staged)) ? written : staged;
    return [suspect, 'The image-shift matrices of the range, carried over from other places, fit the other one.'];
  }
  const { apart, nominal } = quantity;
  const same = all.filter(
    ({ camera, magIndex }) => camera === written.site.camera && magIndex !== written.site.magIndex,
  );
  const usual = centre(
    same.flatMap((site) => voicesOf(quantity, site).map(({ own }) => apart(own, nominal(site)))),
    apart,
  );
  if (usual === undefined)
    return [
      written,
      'Nothing else tells which of the two it is; the pixel size and rotation of a grating are quickest to measure again.',
    ];
  const away = ({ own, site }: Voice): number => Math.abs(apart(apart(own, nominal(site)), usual));
  return [
    away(written) > away(staged) ? written : staged,
    'The other one is nearer to what the other magnifications of the camera suggest.',
  ];
}

/** Deviation of a place's image-shift matrix from its neighbours, by the magnification table. */
function ofOwnRun(quantity: Quantity, site: Site, range: readonly Site[]): number {
  const steps = range.flatMap((each) => {
    const shift = quantity.ofShift(each);
    return each.camera !== site.camera || shift === undefined
      ? []
      : [{ site: each, value: shift + quantity.nominal(each) }];
  });
  return Math.abs(residuals(steps, quantity.apart).find((each) => each.site === site)?.difference ?? 0);
}

/** A finding of one value against what is expected of it. */
export function finding(
  quantity: Quantity,
  site: Site,
  subject: Subject,
  difference: number,
  suspect: number,
  expected: number,
  numbers: readonly ComparedNumber[],
  reason: string,
  places: readonly Site[],
): Finding {
  const severity: FindingSeverity = Math.abs(difference) > quantity.limit.error ? 'error' : 'warning';
  const said = quantity.difference(difference);
  const code = quantity.code(difference, suspect, expected);
  return {
    code: code === 'consistency/pixel-size' && subject === 'image shift' ? 'consistency/image-shift-scale' : code,
    severity,
    subject,
    camera: site.camera.index,
    magIndex: site.magIndex,
    magIndexes: [...new Set(places.map(({ magIndex }) => magIndex))],
    cameras: [...new Set(places.map(({ camera }) => camera.index))],
    numbers: [...numbers, ...stageAxisNumbers(quantity, site), ...vectorNumbers(quantity, site)],
    difference: said,
    message: `${nameOf(site)}: ${numbers.map(({ what, value, unit }) => `${unit === 'nm' ? readable(value) : value.toFixed(1)} ${unit} ${what}`).join(', ')}: ${Math.abs(said.value).toFixed(1)} ${said.unit} apart${axesInWords(quantity, site)}. Probably wrong: the ${nameOfSubject(subject)}.`,
    reason,
    remedy: remedyOf(subject),
  };
}

/** The origin of a pixel size or rotation, for a sentence. */
export const writtenBy = (quantity: Quantity, { pixelFound }: Site): string =>
  quantity === scale && pixelFound ? 'just found' : 'by the properties';

function axesInWords(quantity: Quantity, site: Site): string {
  const [x, y] = stageAxisNumbers(quantity, site);
  const percent = (length: number): string => percentOf(Math.log(length)).toFixed(1);
  const [shiftX, shiftY] = vectorNumbers(quantity, site);
  const vectors =
    shiftX && shiftY
      ? `; image-shift vectors ${shiftX.value.toFixed(2)} and ${shiftY.value.toFixed(2)} um by the properties`
      : '';
  return x && y ? ` (stage X ${percent(x.value)}, Y ${percent(y.value)} %${vectors})` : '';
}

function stageAxisNumbers(quantity: Quantity, { stage, pixel, stageRotation }: Site): readonly ComparedNumber[] {
  const lengths =
    quantity === scale && stage && pixel !== undefined && stageRotation !== undefined
      ? stageAxisLengths(stage, pixel, stageRotation)
      : undefined;
  return lengths
    ? [
        { what: 'length of stage X on the specimen', value: lengths.x, unit: '' },
        { what: 'length of stage Y on the specimen', value: lengths.y, unit: '' },
      ]
    : [];
}

function vectorNumbers(quantity: Quantity, { imageShift, pixel }: Site): readonly ComparedNumber[] {
  if (quantity !== scale || !imageShift || pixel === undefined) return [];
  const lengthOf = (x: number, y: number): number => (Math.hypot(x, y) * pixel) / 1000;
  return [
    {
      what: 'length of the image-shift X vector by the properties',
      value: lengthOf(imageShift.xpx, imageShift.ypx),
      unit: 'um',
    },
    {
      what: 'length of the image-shift Y vector by the properties',
      value: lengthOf(imageShift.xpy, imageShift.ypy),
      unit: 'um',
    },
  ];
}
