import { device } from './device';
import type { Setting } from './setting';
import { oneOf } from './setting-traits';

/** Specimens that a virtual microscope can be given, and what people call them. */
export const simulatedSpecimens = {
  film: 'film',
  'cross-grating': 'cross grating',
  catalase: 'catalase crystal',
  'grid-bars': 'grid bars',
  empty: 'nothing',
  carbon: 'amorphous carbon',
  ice: 'amorphous ice',
  'gold-beads': 'gold beads on carbon',
  latex: 'latex spheres on carbon',
  'holey-film': 'holey film',
  crystal: 'perfect crystal',
} as const;
/** One of these specimens. */
export type SimulatedSpecimenKind = keyof typeof simulatedSpecimens;

/** The specimen of a virtual microscope, which an operator exchanges as at a real one: by hand, while nothing is measured. No real instrument has it. */
export interface SimulatedSpecimen {
  readonly specimen: Setting<SimulatedSpecimenKind>;
}
/** The token of the simulated specimen. */
export const SimulatedSpecimen = device<SimulatedSpecimen>('SimulatedSpecimen', {
  called: 'the simulated specimen',
  part: 'simulation',
  settings: {
    specimen: oneOf(simulatedSpecimens, { label: 'Simulated specimen', short: 'Specimen', operatorsOnly: true }),
  },
});
