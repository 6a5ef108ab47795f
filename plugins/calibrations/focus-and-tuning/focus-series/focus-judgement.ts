import { length } from '../../../../core/base';
import {
  type Evidence,
  aboveLimit,
  belowLimit,
  certainty,
  edge,
  misfit,
  plausibleLength,
} from '../../../../core/judgement';
import type { FocusFit, MeasuredLevel } from './focus-analysis';
import type { FocusSeries } from './take-focus-series';

/** Circumstances by which a focus calibration is judged. */
export interface FocusCircumstances {
  readonly series: Pick<FocusSeries, 'levels' | 'meanCorrelation'>;
  /** Milliradians of a unit of beam tilt as the slope says, and as it should be where that is known. */
  readonly milliradiansPerUnit: number | undefined;
  readonly nominalMilliradians: number | undefined;
  /** True where the pixel size is measured and not only nominal. */
  readonly pixelMeasured: boolean;
  /** Period of a specimen that repeats, in unbinned pixels. */
  readonly period: number | undefined;
  /** Correlation of what does not move with the specimen, with its multiple of chance. */
  readonly fixedPattern: { readonly correlation: number; readonly significance: number } | undefined;
}

/** Standard error of the slope in percent; a calibration is good to a tenth of that. */
const slopeError = { doubtful: 1, refused: 10 };
/** Factor of the milliradians of a unit of beam tilt. */
const scaleFactor = { doubtful: 1.5, refused: 4, withNominalPixel: 2.5 };
/** Standard error of the present defocus in micrometres. */
const defocusError = { doubtful: 0.1, refused: 2 };
/** Distance of the curve from no displacement, in micrometres of focus: that of pivot points far from where they should be. */
const maxDistance = 10;
/** Share of the levels in percent that may be lost. */
const lostShare = { doubtful: 20, refused: 40 };
/** Multiple of chance and correlation from which a pattern of the camera may have pulled the shifts to zero. */
const [minPattern, seriousPattern] = [7, 0.1];

/** Evidence for and against a focus calibration. */
export function focusEvidence(fit: FocusFit, circumstances: FocusCircumstances): Evidence {
  const { series, milliradiansPerUnit, nominalMilliradians, pixelMeasured, period, fixedPattern } = circumstances;
  const regular = series.levels.filter((level) => level.regular);
  const used = regular.filter(({ lost }) => lost === undefined);
  const steep = length(fit.slope);
  const lost = series.levels.filter((level) => level.lost !== undefined).length;
  return [
    misfit({
      what: 'Misfit of the levels with a smooth curve',
      ...fit.misfit,
      change: 'Wait until the specimen rests and the lenses are warm, and look at the levels in the log.',
    }),
    certainty({
      what: 'slope of the focus curve',
      value: steep,
      standardError: length(fit.slopeError),
      doubtfulPercent: slopeError.doubtful,
      refusedPercent: slopeError.refused,
      change: 'Take more exposure, a specimen with more detail, or a larger beam tilt.',
    }),
    aboveLimit({
      kind: 'uncertain',
      what: 'Standard error of the present defocus',
      number: fit.presentDefocusError,
      unit: 'um',
      doubtfulAbove: defocusError.doubtful,
      refusedAbove: defocusError.refused,
      why: 'The zero of the curve is known too poorly.',
      change: 'Take more exposure, a specimen with more detail, or a larger beam tilt.',
    }),
    edge({
      what: 'Defocus at which the curve is nearest to no displacement',
      value: -fit.presentDefocus,
      window: rangeOf(used),
      resolution: 0,
      unit: 'um from the start',
      change: 'Focus better before the start, or take a larger range with Set Focus Range.',
    }),
    milliradiansPerUnit === undefined || nominalMilliradians === undefined
      ? undefined
      : plausibleLength({
          what: 'Milliradians of a unit of beam tilt by the slope',
          value: milliradiansPerUnit,
          nominal: nominalMilliradians,
          doubtfulFactor: pixelMeasured ? scaleFactor.doubtful : scaleFactor.withNominalPixel,
          refusedFactor: scaleFactor.refused,
          why: `A tilt of a milliradian to each side moves the image by 2 nm for a micrometre; the column says ${nominalMilliradians} for the unit.`,
          change:
            'Check the pixel size, that the images show the specimen and not a pattern of the camera, and the beam tilt.',
        }),
    aboveLimit({
      kind: 'implausible',
      what: 'Distance of the curve from no displacement',
      number: fit.distanceFromOrigin / (steep * regular[0]!.tilt),
      unit: 'um of focus',
      doubtfulAbove: maxDistance,
      why: 'Tilting the beam shifts the image across the direction in which focus does.',
      change: 'Align the pivot points of the beam tilt.',
    }),
    aboveLimit({
      kind: 'weak signal',
      what: 'Levels that were lost',
      number: (100 * lost) / series.levels.length,
      unit: '%',
      doubtfulAbove: lostShare.doubtful,
      refusedAbove: lostShare.refused,
      why: 'The images at these levels could not be compared.',
      change: 'Take more exposure and a specimen with more detail; at the ends a smaller range or beam tilt helps.',
    }),
    belowLimit({
      kind: 'implausible',
      what: 'Half the period of the specimen, as a multiple of the displacement from one level to the next',
      number: period === undefined ? Infinity : period / 2 / largestStep(used),
      unit: '',
      doubtfulBelow: 1,
      why: 'The specimen repeats, so its images fit together at many shifts, and a step may be off by a period.',
      change: 'Go to a place with detail that does not repeat.',
    }),
    fixedPattern && fixedPattern.significance > minPattern
      ? aboveLimit({
          kind: 'pattern',
          what: 'Correlation of a pattern of the camera that does not move with the specimen',
          number: fixedPattern.correlation,
          unit: '',
          doubtfulAbove: seriousPattern,
          why: 'It pulls small shifts to zero, so that the curve is bent near focus.',
          change: 'Take a new gain reference, or more exposure.',
        })
      : undefined,
  ];
}

const rangeOf = (levels: readonly MeasuredLevel[]): readonly [number, number] => [
  levels[0]!.defocus,
  levels.at(-1)!.defocus,
];

/** The largest displacement in unbinned pixels from one level to the next. */
const largestStep = (levels: readonly MeasuredLevel[]): number =>
  Math.max(
    0,
    ...levels
      .slice(1)
      .map(({ shift, tilt }, at) => tilt * Math.hypot(shift.x - levels[at]!.shift.x, shift.y - levels[at]!.shift.y)),
  );
