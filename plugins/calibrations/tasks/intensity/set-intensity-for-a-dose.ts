import { EucentricError, readable } from '../../../../core/base';
import { exposureOf } from '../../../../core/acquisition';
import { Cameras, type Exposure } from '../../../../core/devices';
import { type BeamPlace, doseAge } from '../../../../core/illumination';
import { type Uses, defineTask, value } from '../../../../core/kernel';
import {
  approach,
  changeIntensity,
  intensityResults,
  intensityValues,
  keepInArea,
  shownIntensity,
} from './intensity-change';
import {
  type MeasuredChange,
  canMeasure,
  changeByImages,
  measuredForecast,
  measuredNeeds,
  measuredQuestion,
  measuredResult,
} from './measured-change';

const needs = { ...measuredNeeds, cameras: Cameras };
type Use = Uses<typeof needs>;

/** Share by which the dose that the calibrations give afterwards may differ from the one that was asked for. */
const maxContradiction = 0.03;
/** Digits of a dose that is offered. */
const offeredDigits = 3;

/** Sets the intensity for a dose of Record images or for a dose rate, by the stored calibration of the dose. */
export default defineTask({
  id: 'calibrations/tasks/set-intensity-for-a-dose',
  lowDoseArea: 'Record',
  needs,
  not: ['stem'],
  changes: ({ illumination }) => [illumination.intensity],
  questions: {
    given: {
      kind: 'choice',
      choices: { dose: 'dose of a Record image', rate: 'dose rate' },
      why: 'A dose belongs to the exposure time of Record as it stands; a dose rate holds for every exposure.',
    },
    dose: {
      kind: 'number',
      unit: 'e/A2',
      decimals: 3,
      minimum: 0.0001,
      maximum: 100_000,
      why: 'Electrons for each square angstrom of the specimen in one Record image.',
    },
    rate: {
      kind: 'number',
      unit: 'e/A2/s',
      decimals: 3,
      minimum: 0.0001,
      maximum: 100_000,
      why: 'Electrons for each square angstrom of the specimen in a second.',
    },
    measure: measuredQuestion,
  },
  results: {
    ...intensityResults,
    dose: value.quantity('Dose of a Record image, by the calibration.', { unit: 'e/A2', decimals: 3 }),
    doseBefore: value.quantity('Dose of a Record image before.', { unit: 'e/A2', decimals: 3 }),
    rate: value.quantity('Dose rate, by the calibration.', { unit: 'e/A2/s', decimals: 3 }),
    rateBefore: value.quantity('Dose rate before.', { unit: 'e/A2/s', decimals: 3 }),
    exposure: value.quantity('Time in which a Record image is exposed.', { unit: 's', decimals: 3 }),
    ...measuredResult,
  },
  forecast: measuredForecast('to the dose, where it stays'),
  async run(use, run) {
    const { beam, control } = use;
    const { exposure, lit, driftSettling } = recordTime(use);
    const start = await control.place(run.signal);
    const rateBefore = beam.doseRate(start);
    if (rateBefore === undefined) throw noDose(use, start);
    const offered = (amount: number): number => Number(amount.toPrecision(offeredDigits));
    const kind = await run.ask('given', { text: 'What is given?', default: 'dose' });
    const wanted =
      kind === 'dose'
        ? (await run.ask('dose', {
            text: `Dose of a Record image of ${readable(exposure)} s`,
            default: offered(rateBefore * lit),
          })) / lit
        : await run.ask('rate', { text: 'Dose rate', default: offered(rateBefore) });
    const measures =
      canMeasure(use) && (await run.ask('measure', { text: 'Measure the change with Trial images?', default: true }));
    // The rate before holds for a lens that came to this intensity as it did in Beam Intensity.
    if (measures) await approach(use, run, start);
    const { place, measured, error }: MeasuredChange = measures
      ? await changeByImages(use, run, wanted / rateBefore)
      : { place: await changeIntensity(use, run, wanted / rateBefore) };
    const byTables = beam.doseRate(place);
    if (byTables === undefined || Math.abs(byTables / wanted - 1) > maxContradiction)
      throw contradicting(use, place, { wanted, rate: byTables });
    const rate = measured === undefined ? byTables : rateBefore * measured;
    const summary = `Intensity set to ${shownIntensity(use, place)}: ${readable(rate * lit)} e/A2 in a Record image, ${readable(rate)} e/A2/s by the calibration of the dose.`;
    run.operator.log(summary);
    const time = beam.doseTime(start);
    if (time !== undefined) run.operator.log(`The dose was measured ${doseAge(time, run.clock.date())} ago.`);
    if (driftSettling > 0)
      run.operator.log(`Drift settling of ${readable(driftSettling)} s adds ${readable(rate * driftSettling)} e/A2.`);
    await keepInArea(use, run);
    return run.report({
      summary,
      values: {
        ...intensityValues(use, start.intensity, place),
        ...{ dose: rate * lit, doseBefore: rateBefore * lit, rate, rateBefore, exposure: lit },
        ...(measured !== undefined && { measured }),
      },
      ...(measured !== undefined && error !== undefined && { standardErrors: { measured: measured * error } }),
    });
  },
});

/** The exposure of a Record image, and the part of it in which the shutter lets the beam through. */
function recordTime({ cameras, settings }: Use): Pick<Exposure, 'exposure' | 'driftSettling'> & {
  readonly lit: number;
} {
  const { selected } = cameras;
  const { traits } = selected;
  const { exposure, driftSettling } = selected.fit(
    exposureOf(settings.parameterSets.get(traits.index)!.Record, traits),
  );
  const lit = exposure - traits.deadTime;
  if (!(lit > 0)) throw tooShort(exposure, traits.deadTime);
  return { exposure, driftSettling, lit };
}

const tooShort = (exposure: number, deadTime: number): EucentricError =>
  new EucentricError({
    code: 'set-dose/too-short',
    message: `The exposure of Record, ${readable(exposure)} s, is not longer than the dead time of the shutter, ${readable(deadTime)} s.`,
    hint: 'Make the exposure of Record longer, and start again.',
  });

function noDose(use: Use, place: BeamPlace): EucentricError {
  return new EucentricError({
    code: 'set-dose/not-calibrated',
    message: `No calibrated dose leads to spot size ${place.spot} in ${place.probe}probe ${use.beam.side(place)} crossover at ${shownIntensity(use, place)}.`,
    hint: 'Take an image of the bare beam here and run Electron Dose. It needs Beam Intensity at this spot size; Spot Intensity carries it to others. The intensity is as it was.',
  });
}

function contradicting(
  use: Use,
  place: BeamPlace,
  { wanted, rate }: { readonly wanted: number; readonly rate: number | undefined },
): EucentricError {
  const found = rate === undefined ? 'no dose rate' : `${readable(rate)} e/A2/s`;
  return new EucentricError({
    code: 'set-dose/contradicting',
    message: `The tables of intensity lead to ${shownIntensity(use, place)} for ${readable(wanted)} e/A2/s, but the calibration of the dose gives ${found} there. The intensity is as it was.`,
    hint: 'Run Electron Dose at an intensity near the one that is needed, or measure Beam Intensity again.',
  });
}
