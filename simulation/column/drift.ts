import { z } from 'zod';
import { exponentialMinusOne } from '../base/functions';
import { pair, positive } from '../base/options';
import { definePart } from '../base/part';
import { scaled, sum, vectorOf, type PlaneVector } from '../base/plane';
import { magnification } from './lenses/magnification';
import { stage } from './stage';

/** The truth of the drift: micrometres in the specimen plane. */
export interface DriftTruth {
  /** Micrometres per second for ever. */
  readonly linear: PlaneVector;
  readonly decaying: {
    /** Micrometres per second at the start. */
    readonly amplitude: PlaneVector;
    /** Seconds. */
    readonly timeConstant: number;
    readonly restartsOnStageMove: boolean;
  };
  /** In low magnification, while the specimen charges up: the whole of it in micrometres, and seconds. */
  readonly charging: { readonly amplitude: PlaneVector; readonly timeConstant: number };
}

/** The wandering of the specimen: a steady part, one that dies away and may start afresh with each stage move, and in low magnification that of its charge. */
export class Drift {
  private restarted: number;
  private settled: PlaneVector = { x: 0, y: 0 };
  /** Since when the specimen charges up; not outside low magnification. */
  private charging: number | undefined;

  constructor(
    private readonly truth: DriftTruth,
    private readonly start: number,
  ) {
    this.restarted = start;
  }

  /** Displacement of the specimen at a time in seconds, micrometres in the specimen plane. */
  at(time: number): PlaneVector {
    return sum(
      sum(scaled(this.truth.linear, time - this.start), this.charged(time)),
      sum(this.settled, this.decayed(time)),
    );
  }

  /** Takes note of the range of magnification; a specimen charges up again when the low one is entered. */
  magnificationSet(low: boolean, time: number): void {
    if (!low) this.charging = undefined;
    else this.charging ??= time;
  }

  /** Takes note of a stage move, which may disturb the holder again. */
  stageMoved(time: number): void {
    if (this.charging !== undefined) this.charging = time;
    if (!this.truth.decaying.restartsOnStageMove) return;
    this.settled = sum(this.settled, this.decayed(time));
    this.restarted = time;
  }

  private charged(time: number): PlaneVector {
    const { amplitude, timeConstant } = this.truth.charging;
    return this.charging === undefined
      ? { x: 0, y: 0 }
      : scaled(amplitude, -exponentialMinusOne(-Math.max(0, time - this.charging) / timeConstant));
  }

  private decayed(time: number): PlaneVector {
    const { amplitude, timeConstant } = this.truth.decaying;
    return scaled(amplitude, timeConstant * -exponentialMinusOne(-Math.max(0, time - this.restarted) / timeConstant));
  }
}

/** The drift of the specimen. */
export const drift = definePart({
  name: 'drift',
  options: {
    driftNmPerSecond: pair.default([0.1, -0.05]).describe('Steady drift of the specimen along its X and Y.'),
    driftDecayNmPerSecond: pair.default([0, 0]).describe('Drift that dies away, as it is at the start.'),
    driftDecaySeconds: positive.default(60).describe('Seconds in which the decaying drift falls to 1/e.'),
    driftRestartsOnStageMove: z
      .boolean()
      .default(true)
      .describe('Whether each stage move starts the decaying drift afresh.'),
    chargingMicrometresLowMagnification: pair
      .default([0, 0])
      .describe(
        'How far the image of a charging specimen drifts in low magnification, along specimen X and Y, until the charge is complete.',
      ),
    chargingSeconds: positive
      .default(30)
      .describe(
        'Seconds in which the rest of that drift falls to 1/e; it starts when low magnification is entered and with each stage move.',
      ),
  },
  draw: (random) => ({
    driftNmPerSecond: random.pair(0.15),
    driftDecayNmPerSecond: random.pair(1),
    driftDecaySeconds: random.between(20, 90),
    chargingMicrometresLowMagnification: random.pair(0.1),
    chargingSeconds: random.between(10, 60),
  }),
  truth: (options): DriftTruth => ({
    linear: vectorOf(options.driftNmPerSecond, 1e-3),
    decaying: {
      amplitude: vectorOf(options.driftDecayNmPerSecond, 1e-3),
      timeConstant: options.driftDecaySeconds,
      restartsOnStageMove: options.driftRestartsOnStageMove,
    },
    charging: {
      amplitude: vectorOf(options.chargingMicrometresLowMagnification),
      timeConstant: options.chargingSeconds,
    },
  }),
  start(truth, { now, of }) {
    const wandering = new Drift(truth, now());
    const lenses = of(magnification);
    wandering.magnificationSet(lenses.selected().low, now());
    lenses.changed.follow(({ to }) => wandering.magnificationSet(to.low, now()));
    of(stage).moved.follow((time) => wandering.stageMoved(time));
    return {
      specimenDisplacement: (time: number) => wandering.at(time),
      recorded: (time: number) => ({
        /** Micrometres in the specimen plane. */
        drift: wandering.at(time),
      }),
    };
  },
});
