import { finitePair } from '../../base/checks';
import { fraction } from '../../base/options';
import { definePart } from '../../base/part';
import { origin, type PlaneVector } from '../../base/plane';
import { includesObjective, normalization } from '../lenses/normalization';
import { OneSidedLag } from '../../base/one-sided-lag';

/** The truth of the stigmators. */
export interface StigmatorTruth {
  /** Share of the range by which the objective stigmator lags behind a value that it comes down to. */
  readonly objectiveHysteresis: number;
}

/** The stigmators. What the objective one does to an image stands with the aberrations. */
export const stigmators = definePart({
  name: 'stigmators',
  options: {
    objectiveStigmatorHysteresis: fraction
      .default(0)
      .describe(
        'Share of the range by which the objective stigmator lags behind a value that is not approached from below; a normalization clears it.',
      ),
  },
  // Programs approach a value from 0.02 below, which is enough on real columns.
  draw: (random) => ({ objectiveStigmatorHysteresis: random.between(0, 0.01) }),
  truth: (options): StigmatorTruth => ({ objectiveHysteresis: options.objectiveStigmatorHysteresis }),
  start({ objectiveHysteresis }, { of }) {
    let objectiveStigmator = origin;
    let condenserStigmator = origin;
    let diffractionStigmator = origin;
    const lag = { x: new OneSidedLag(objectiveHysteresis), y: new OneSidedLag(objectiveHysteresis) };
    of(normalization).normalized.follow((group) => {
      if (includesObjective(group)) for (const axis of [lag.x, lag.y]) axis.clear();
    });
    return {
      /** Share of the range that the objective stigmator really has. */
      objective: (): PlaneVector => ({ x: objectiveStigmator.x + lag.x.lag, y: objectiveStigmator.y + lag.y.lag }),
      commands: {
        /** Shares of the range, -1 to 1. */
        setObjectiveStigmator(value: PlaneVector): void {
          const next = finitePair('objective stigmator', value);
          lag.x.move(objectiveStigmator.x, next.x);
          lag.y.move(objectiveStigmator.y, next.y);
          objectiveStigmator = next;
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
