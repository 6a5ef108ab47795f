import { positive } from '../../base/options';
import { definePart } from '../../base/part';

/** The high tension. */
export const highTension = definePart({
  name: 'highTension',
  options: {
    voltageKilovolts: positive.default(300).describe('Energy of the electrons.'),
  },
  truth: ({ voltageKilovolts }) => ({ kilovolts: voltageKilovolts }),
  start: ({ kilovolts }) => ({
    readings: () => ({
      /** Kilovolts. */
      highTension: kilovolts,
    }),
  }),
});
