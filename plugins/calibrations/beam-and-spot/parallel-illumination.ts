import { optional, readable } from '../../../core/base';
import { Illumination, ProbeModeSelector } from '../../../core/devices';
import { defineItem, value } from '../../../core/kernel';
import { BeamCalibrations, BeamControl } from '../../../core/illumination';
import { Calibrations, put } from '../../../core/store';
import { modeName } from './listing/beam-tables';

const probeModes = optional(ProbeModeSelector);

/** Keeps the present intensity as that of parallel illumination, for this spot size and probe mode or alpha. */
export default defineItem({
  id: 'calibrations/beam-and-spot/parallel-illumination',
  needs: {
    illumination: Illumination,
    control: BeamControl,
    beam: BeamCalibrations,
    calibrations: Calibrations,
    probeModes,
  },
  not: ['stem'],
  results: {
    intensity: value.quantity('Intensity that was kept, 0 to 1.', { decimals: 6 }),
    shown: value.quantity('The same as people read it, in percent.', { unit: '%', decimals: 2 }),
    before: value.quantity('The intensity that it replaces.', { decimals: 6, optional: true }),
    spot: value.quantity('Spot size.'),
    mode: value.text('Probe mode or alpha to which it belongs; none on a column without either.'),
    crossover: value.quantity('Crossover of the spot size, with whose changes it is shifted.', {
      decimals: 6,
      optional: true,
    }),
  },
  stores: ['ParallelIllum'],
  order: { step: 'beam', after: ['beam-crossover'], holdsForDays: 365 },
  unavailable: ({ beam }) =>
    beam.scale.isArea
      ? 'not where the intensity is an illuminated area, which sets parallel illumination itself'
      : undefined,
  forecast: 'nothing',
  async run(use, run) {
    const { control, beam, calibrations } = use;
    const place = await control.sizePlace(run.signal);
    const mode = modeName(place, use.probeModes !== undefined) || 'none';
    const { spot, intensity, probeOrAlpha } = place;
    const before = calibrations
      .records('ParallelIllum')
      .find((row) => row.spot === spot && row.probeOrAlpha === probeOrAlpha)?.intensity;
    const crossover = beam.crossover(place);
    const { value: shown } = beam.scale.shown(place);
    const where = mode === 'none' ? '' : `, ${mode}`;
    const summary = `Parallel illumination at an intensity of ${readable(shown)} %, spot size ${spot}${where}.`;
    run.operator.log(summary);
    return run.accept({
      summary,
      values: {
        ...{ intensity, shown, spot, mode },
        ...(before !== undefined && { before }),
        ...(crossover !== undefined && { crossover }),
      },
      conditions: { spotSize: spot, intensity },
      changes: [put('ParallelIllum', { intensity, spot, probeOrAlpha, crossover: crossover ?? 0 })],
    });
  },
});
