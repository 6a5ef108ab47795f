import { counted, optional } from '../../../core/base';
import { BeamShift, IlluminatedArea, Illumination, ProbeModeSelector, Screen } from '../../../core/devices';
import { type AreaLimits, BeamCalibrations, type SpotPlace, hasCalibratedLimits } from '../../../core/illumination';
import { type Run, type Uses, defineItem, value } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import { type CalibrationResult, Calibrations, put } from '../../../core/store';
import { convertedRecords, convertingIntensity } from './illuminated-area/intensity-conversion';
import { type MeasuredLimits, measureLimits } from './illuminated-area/limits-series';

const needs = {
  illumination: Illumination,
  illuminatedArea: IlluminatedArea,
  probeModes: ProbeModeSelector,
  beam: BeamCalibrations,
  calibrations: Calibrations,
  settings: Settings,
  screen: optional(Screen),
  beamShift: optional(BeamShift),
};
/** Seconds of a spot size, in each probe mode. */
const perSpot = 1;
const percent = 100;

/** Reads how far the illuminated area reaches at each spot size and in both probe modes, so that stored intensities hold when the column changes its scale. */
export default defineItem({
  id: 'calibrations/beam-and-spot/illuminated-area-limits',
  needs,
  not: ['stem', 'low dose'],
  questions: {
    start: {
      kind: 'confirm',
      why: 'Only the largest condenser aperture (C2) shows how far the illuminated area reaches. The beam goes from one end to the other at every spot size, so keep the specimen out of it.',
    },
  },
  results: {
    limits: value.table('The limits of the illuminated area at each spot size and in each probe mode.', {
      spot: value.quantity('Spot size.'),
      probe: value.text('Probe mode: micro or nano.'),
      low: value.quantity('Lower limit.', { unit: 'um', decimals: 2 }),
      high: value.quantity('Upper limit.', { unit: 'um', decimals: 2 }),
    }),
    first: value.flag('True where there were no limits before, so that stored intensities were converted.'),
    converted: value.quantity('Number of stored records whose intensities were converted.'),
  },
  stores: [
    'IllumAreaLimits',
    'CrossoverIntensity',
    'BeamIntensityTable',
    'SpotIntensities',
    'HighFocusMagCal',
    'HighFocusISCal',
    'DoseCalibration',
  ],
  order: { step: 'beam', holdsForDays: 3650 },
  unavailable: ({ beam }) =>
    beam.scale.isArea ? undefined : 'needs a column whose intensity is an illuminated area (UseIlluminatedAreaForC2)',
  forecast: ({ illumination, illuminatedArea, probeModes, screen, beamShift }) => ({
    images: 0,
    exposure: 0,
    duration: { least: 0, most: 2 * perSpot * illumination.spotSizes + 60 },
    moves: [
      ...(screen ? [screen.screenDown] : []),
      { setting: illuminatedArea.illuminatedArea, how: 'to both of its ends' },
      { setting: illumination.spotSize, how: 'through all spot sizes' },
      { setting: probeModes.probeMode, how: 'to both modes' },
      ...(beamShift ? [{ setting: beamShift.beamShift, how: 'by what is calibrated for the spot sizes' }] : []),
    ],
  }),
  async run(use, run) {
    const { illumination, illuminatedArea, probeModes, screen, beamShift } = use;
    await run.start(
      'The limits of the illuminated area will be read at each spot size in both probe modes. Is the largest C2 aperture in?',
    );
    // In reverse order: each change of mode or spot size moves what stands before it here.
    await run.preserve(
      ...(screen ? [screen.screenDown] : []),
      illuminatedArea.illuminatedArea,
      ...(beamShift ? [beamShift.beamShift] : []),
      illumination.spotSize,
      probeModes.probeMode,
    );
    run.operator.status('READING ILLUMINATED AREA LIMITS');
    return store(use, run, await measureLimits(run, use));
  },
});

async function store(
  { calibrations, settings }: Uses<typeof needs>,
  run: Run,
  measured: readonly MeasuredLimits[],
): Promise<CalibrationResult> {
  const first = !hasCalibratedLimits(calibrations);
  const limitsOf = ({ spot, probe }: SpotPlace): AreaLimits | undefined =>
    measured.find((each) => each.spot === spot && each.probe === probe);
  const [low, high] = settings.get('IlluminatedAreaLimits');
  const convert = convertingIntensity(high > low ? { low, high } : undefined, limitsOf);
  const conversions = first ? convertedRecords(calibrations, convert) : [];
  const spots = [...new Set(measured.map(({ spot }) => spot))];
  const rows = spots.map((spot) => {
    const [micro, nano] = [limitsOf({ spot, probe: 'micro' })!, limitsOf({ spot, probe: 'nano' })!];
    const now = { nanoLow: nano.low, nanoHigh: nano.high, microLow: micro.low, microHigh: micro.high };
    const before = first ? undefined : calibrations.records('IllumAreaLimits').find((row) => row.spot === spot);
    return {
      spot,
      ...now,
      firstNanoLow: before?.firstNanoLow ?? now.nanoLow,
      firstNanoHigh: before?.firstNanoHigh ?? now.nanoHigh,
      firstMicroLow: before?.firstMicroLow ?? now.microLow,
      firstMicroHigh: before?.firstMicroHigh ?? now.microHigh,
    };
  });
  const converted = conversions.filter((change) => 'put' in change).length;
  const summary = `Limits of the illuminated area read at ${counted(spots.length, 'spot size')} in both probe modes${first ? `; ${counted(converted, 'stored record')} converted to them` : ''}.`;
  return run.accept({
    summary,
    values: {
      limits: measured.map((each) => ({ ...each, low: percent * each.low, high: percent * each.high })),
      first,
      converted,
    },
    changes: [...conversions, ...rows.map((row) => put('IllumAreaLimits', row))],
  });
}
