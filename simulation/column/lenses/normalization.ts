import { definePart } from '../../base/part';
import { Signal } from '../../base/signal';

/** The lenses that a normalization runs through their cycle. */
export type LensGroup = 'spot size' | 'condenser' | 'illumination' | 'objective' | 'projector' | 'all';

const secondsPerGroup = 1;

/** True when a normalization of a group runs the objective lens, with its stigmator, through the cycle. */
export const includesObjective = (group: LensGroup): boolean => group === 'objective' || group === 'all';

/** The normalization of lenses. */
export const normalization = definePart({
  name: 'normalization',
  options: {},
  truth: () => ({}),
  start() {
    let count = 0;
    const normalized = new Signal<LensGroup>();
    return {
      /** Sent with every normalization: what lagged behind its setting has caught up. */
      normalized,
      commands: {
        /** Normalizes lenses. @returns seconds that it takes */
        normalize(lenses: LensGroup): number {
          count++;
          normalized.send(lenses);
          return lenses === 'all' ? 2 * secondsPerGroup : secondsPerGroup;
        },
      },
      readings: () => ({
        /** Number of normalizations since the start. */
        normalizations: count,
      }),
    };
  },
});
