import { counted } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { apertureNeeds, apertureQuestion, askForAperture } from './beam-images/request-aperture';

/** Micrometres below which a number is not noted. */
const minSize = 5;

/** Notes which condenser aperture is in, by which everything stored for another one is converted when it is used. */
export default defineItem({
  id: 'calibrations/set-aperture-size',
  needs: apertureNeeds,
  questions: { aperture: apertureQuestion },
  results: {
    aperture: value.quantity('Condenser aperture that is in.', { unit: 'um', decimals: 0 }),
    before: value.quantity('The aperture that was noted before.', { unit: 'um', decimals: 0, optional: true }),
    converted: value.quantity('Number of intensity tables that are converted to this aperture when they are used.'),
    unknown: value.quantity('Number of intensity tables without a recorded aperture, which are used as they are.'),
  },
  stores: ['LastC2Aperture'],
  measures: ['condenser aperture'],
  forecast: 'nothing',
  unavailable({ beam, calibrations, settings }) {
    if (settings.get('MonitorC2ApertureSize') > 1 || settings.get('ShowApertureStatus') > 1)
      return 'the program follows the aperture by itself here';
    if (beam.scale.isArea || calibrations.records('BeamSizeCal').all().length > 0) return undefined;
    return 'nothing stored here depends on the condenser aperture';
  },
  async run(use, run) {
    const { beam, calibrations } = use;
    const before = beam.aperture;
    const { aperture, changes } = await askForAperture(run, use);
    if (aperture < minSize) return run.operator.log('The condenser aperture stays as it was noted.');
    const tables = calibrations.records('BeamIntensityTable').all();
    const values = {
      aperture,
      ...(before > 0 && { before }),
      converted: tables.filter((table) => table.aperture > 0 && table.aperture !== aperture).length,
      unknown: tables.filter((table) => table.aperture <= 0).length,
    };
    if (changes.length === 0)
      return run.report({ summary: `The condenser aperture is still the one of ${aperture} um.`, values });
    const summary = `The condenser aperture is the one of ${aperture} um; ${counted(values.converted, 'intensity table')} of ${tables.length} ${values.converted === 1 ? 'is' : 'are'} converted to it${values.unknown > 0 ? `, ${values.unknown} have no recorded aperture` : ''}.`;
    run.operator.log(summary);
    return run.accept({ summary, values, changes });
  },
});
