import { EucentricError, optional, readable, withError } from '../../../core/base';
import { BeamShift, Illumination, ProbeModeSelector, readProbeMode } from '../../../core/devices';
import { BeamCalibrations } from '../../../core/illumination';
import { type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import { type CalibrationResult, Calibrations, put } from '../../../core/store';
import { setSpot } from './beam-images/spot-change';

const needs = {
  illumination: Illumination,
  beam: BeamCalibrations,
  calibrations: Calibrations,
  settings: Settings,
  probeModes: optional(ProbeModeSelector),
  beamShift: optional(BeamShift),
};
const entry = (why: string) =>
  ({ kind: 'number', unit: '%', decimals: 3, minimum: -1000, maximum: 1000, why }) as const;
const why = 'The C2 value that the microscope shows at this spot size, from which its offset follows.';
const questions = {
  start: {
    kind: 'confirm',
    why: 'The C2 value is read from the screen of the microscope, so it has to be shown there.',
  },
  low: entry(
    'The C2 value that the microscope shows at the lower one of the two intensities, from which the factor follows.',
  ),
  spot1: entry('The C2 value that the microscope shows at the higher one of the two intensities, and at spot size 1.'),
  spot2: entry(why),
  spot3: entry(why),
  spot4: entry(why),
  spot5: entry(why),
  spot6: entry(why),
  spot7: entry(why),
  spot8: entry(why),
  spot9: entry(why),
  spot10: entry(why),
  spot11: entry(why),
  spot12: entry(why),
  spot13: entry(why),
} as const;
const results = {
  probe: value.text('Probe mode to which they belong: micro or nano.'),
  factor: value.quantity('Per cent that are shown for a per cent of intensity.', { decimals: 5 }),
  offsets: value.table('Offset at each spot size.', {
    spot: value.quantity('Spot size.'),
    offset: value.quantity('What is shown beyond factor times intensity.', { unit: '%', decimals: 3 }),
  }),
};

const lowIntensity = 0.3;
const highIntensity = 0.7;
/** Standard deviation of a reading with three decimals, in per cent. */
const readingError = 0.001 / Math.sqrt(12);
const percent = 100;

/** Finds how the microscope shows the intensity of its condenser lens, from readings that the operator enters. */
export default defineItem({
  id: 'calibrations/beam-and-spot/set-c2-factor',
  needs,
  not: ['stem'],
  questions,
  results,
  stores: ['IntensityToC2Factor', 'C2SpotOffset'],
  order: { step: 'beam', holdsForDays: 3650 },
  unavailable({ beam, probeModes }) {
    if (beam.scale.isArea) return 'the column shows an illuminated area instead of C2';
    return probeModes ? undefined : 'needs a column that shows C2 in per cent';
  },
  forecast: ({ illumination, beamShift }) => ({
    images: 0,
    exposure: 0,
    duration: illumination.spotSizes,
    moves: [
      { setting: illumination.intensity, how: 'to 30 and 70 %' },
      { setting: illumination.spotSize, how: 'through all spot sizes' },
      ...(beamShift ? [{ setting: beamShift.beamShift, how: 'by what is calibrated for the spot sizes' }] : []),
    ],
  }),
  run: (use, run) => measure(use, run),
});

async function measure(
  use: Uses<typeof needs>,
  run: ItemRun<typeof questions, typeof results>,
): Promise<CalibrationResult> {
  const { illumination, beamShift, probeModes, calibrations } = use;
  await run.start(
    'The C2 value that the microscope shows will be asked for at two intensities and at every spot size. Can you see it?',
  );
  const probe = await readProbeMode(probeModes, run.signal);
  const spots = Array.from({ length: illumination.spotSizes }, (_, index) => index + 1);
  // A change of spot size changes the intensity of some columns and carries the beam, so those come back after it.
  await run.preserve(...(beamShift ? [beamShift.beamShift] : []), illumination.intensity, illumination.spotSize);
  run.operator.status('SETTING C2 FACTOR');
  const readAt = async (
    id: Exclude<keyof typeof questions, 'start'>,
    spot: number,
    wanted: number,
  ): Promise<{ readonly held: number; readonly shown: number }> => {
    await setSpot(run, use, spot);
    await illumination.intensity.write(wanted, run.signal);
    const held = percent * (await illumination.intensity.read(run.signal));
    const shown = await run.ask(id, {
      text: `C2 value that the microscope shows at spot size ${spot} and intensity ${readable(held, 3)} %`,
      default: Number(held.toFixed(3)),
    });
    return { held, shown };
  };
  const low = await readAt('low', 1, lowIntensity);
  const readings: { spot: number; held: number; shown: number }[] = [];
  for (const [done, spot] of spots.entries()) {
    run.operator.progress({ done, total: spots.length, text: `spot size ${spot}` });
    readings.push({ spot, ...(await readAt(`spot${spot}` as 'spot1', spot, highIntensity)) });
  }
  const [high] = readings;
  const span = high!.held - low.held;
  const factor = (high!.shown - low.shown) / span;
  if (!(span > 0) || !(factor > 0)) throw notRising(low.shown, high!.shown);
  const offsets = readings.map(({ spot, held, shown }) => ({ spot, offset: shown - factor * held }));
  const factorError = (Math.SQRT2 * readingError) / span;
  const summary = `C2 in ${probe}probe is ${withError(factor, factorError)} times the intensity, with an offset at each of ${spots.length} spot sizes.`;
  run.operator.log(summary);
  for (const { spot, offset } of offsets) run.operator.log(`Spot size ${spot}: offset ${readable(offset, 3)} %`);
  const [factors] = calibrations.records('IntensityToC2Factor').all();
  return run.accept({
    summary,
    values: { probe, factor, offsets },
    standardErrors: {
      factor: factorError,
      offsets: offsets.map(({ spot }, index) => ({
        spot: 0 * spot,
        offset: Math.hypot(readingError, factorError * readings[index]!.held),
      })),
    },
    // Together or not at all: a new factor beside old offsets shows wrong values.
    changes: [
      put('IntensityToC2Factor', { micro: factors?.micro ?? 1, nano: factors?.nano ?? 1, [probe]: factor }),
      ...offsets.map(({ spot, offset }) => {
        const before = calibrations.records('C2SpotOffset').find((row) => row.spot === spot);
        return put('C2SpotOffset', {
          spot,
          micro: before?.micro ?? 0,
          nano: before?.nano ?? 0,
          [probe]: offset / percent,
        });
      }),
    ],
  });
}

const notRising = (low: number, high: number): EucentricError =>
  new EucentricError({
    code: 'condenser-readout/not-rising',
    message: `C2 was entered as ${readable(low, 3)} % at the lower intensity and ${readable(high, 3)} % at the higher one, so it would fall while the lens gets stronger.`,
    hint: 'Look at the C2 value of the microscope again, and enter it at each of the settings that are asked for. Nothing was stored.',
  });
