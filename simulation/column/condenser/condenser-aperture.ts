import { z } from 'zod';
import { SimulationError } from '../../base/errors';
import { notNegative, positive } from '../../base/options';
import { definePart } from '../../base/part';

/** The truth of an aperture that can be changed. */
export interface ApertureTruth {
  /** Diameters in micrometres. */
  readonly sizes: readonly number[];
  /** The one that is in at the start; 0 for none. */
  readonly atStart: number;
}

/** Micrometres of the liner that bounds the beam while the condenser aperture is retracted. */
const boreMicrometres = 1000;

/** The condenser aperture (C2), whose shadow the beam is. */
export const condenserAperture = definePart({
  name: 'condenserAperture',
  options: {
    condenserAperturesMicrometres: z
      .array(positive)
      .min(1)
      .default([150, 100, 70, 50, 30])
      .describe('Diameters of the condenser apertures; those of the properties where the site lists them.'),
    condenserApertureMicrometres: notNegative
      .default(70)
      .describe('Condenser aperture that is in at the start, for which widths and currents of the beam are given.'),
  },
  truth: (options, _random, { instrument }): ApertureTruth =>
    aperturesOf(
      instrument.condenserApertures ?? options.condenserAperturesMicrometres,
      options.condenserApertureMicrometres,
    ),
  start(truth) {
    let inserted = truth.atStart;
    return {
      /** Diameter over that of the one at the start. */
      scale: () => (inserted || boreMicrometres) / (truth.atStart || boreMicrometres),
      commands: {
        /** Inserts a condenser aperture, or retracts it with 0. @throws SimulationError for a size that it does not have */
        setCondenserAperture(micrometres: number): void {
          inserted = apertureOf('condenser', truth.sizes, micrometres);
        },
      },
      readings: () => ({
        /** Micrometres; 0 when it is retracted. */
        condenserAperture: inserted,
        condenserApertures: truth.sizes,
      }),
    };
  },
});

/** The apertures of an instrument; at the start the one that is nearest to a size is in, or none for 0. */
export function aperturesOf(sizes: readonly number[], wanted: number): ApertureTruth {
  if (wanted === 0) return { sizes, atStart: 0 };
  const nearest = sizes.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best));
  return { sizes, atStart: nearest };
}

/** A size that an aperture has, or 0. @throws SimulationError for another one */
export function apertureOf(name: string, sizes: readonly number[], micrometres: number): number {
  if (micrometres === 0 || sizes.includes(micrometres)) return micrometres;
  throw new SimulationError(
    'simulation/bad-value',
    `There is no ${name} aperture of ${micrometres} um`,
    `Choose one of ${sizes.join(', ')}, or 0 to retract it.`,
  );
}
