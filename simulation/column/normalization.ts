import { definePart } from '../base/part';

/** The lenses that a normalization runs through their cycle. */
export type LensGroup = 'spot size' | 'condenser' | 'illumination' | 'objective' | 'projector' | 'all';

const secondsPerGroup = 1;

/** The normalization of lenses. */
export const normalization = definePart({
  name: 'normalization',
  options: {},
  truth: () => ({}),
  start() {
    let count = 0;
    return {
      commands: {
        /** Normalizes lenses. @returns seconds that it takes */
        normalize(lenses: LensGroup): number {
          count++;
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
