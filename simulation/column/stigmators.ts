import { finitePair } from '../base/checks';
import { definePart } from '../base/part';
import { origin, type PlaneVector } from '../base/plane';

/** The stigmators, whose values are kept and change nothing of an image. */
export const stigmators = definePart({
  name: 'stigmators',
  options: {},
  truth: () => ({}),
  start() {
    let objectiveStigmator = origin;
    let condenserStigmator = origin;
    let diffractionStigmator = origin;
    return {
      commands: {
        /** Shares of the range, -1 to 1. */
        setObjectiveStigmator(value: PlaneVector): void {
          objectiveStigmator = finitePair('objective stigmator', value);
        },
        setCondenserStigmator(value: PlaneVector): void {
          condenserStigmator = finitePair('condenser stigmator', value);
        },
        setDiffractionStigmator(value: PlaneVector): void {
          diffractionStigmator = finitePair('diffraction stigmator', value);
        },
      },
      readings: () => ({ objectiveStigmator, condenserStigmator, diffractionStigmator }),
    };
  },
});
