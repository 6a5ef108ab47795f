import type { PlaneVector } from '../plane';
import { RandomStream } from '../random';
import type { CyclicErrorTruth, StageTruth } from '../truth';

/** Where the stage says that it is: micrometres, and degrees of tilt. */
export interface StagePosition {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly alpha: number;
}

interface Axis {
  readonly cyclic: CyclicErrorTruth;
  readout: number;
  /** Carriage minus drive, within half the play on either side. */
  lag: number;
  /** Where this move happened to end, beyond all that repeats. */
  scatter: number;
}

/** A goniometer with play, cyclic and random errors, which takes time to move and to settle. */
export class SimulatedStage {
  private readonly random: RandomStream;
  private readonly x: Axis;
  private readonly y: Axis;
  private z: number;
  private alpha = 0;
  private departure: { carriage: PlaneVector; readout: StagePosition; time: number };
  private arrival: number;

  constructor(
    private readonly truth: StageTruth,
    key: number,
    start: number,
  ) {
    this.random = new RandomStream(key);
    this.x = { cyclic: truth.cyclic.x, readout: 0, lag: 0, scatter: 0 };
    this.y = { cyclic: truth.cyclic.y, readout: 0, lag: 0, scatter: 0 };
    this.z = truth.eucentricHeight;
    this.arrival = start;
    this.departure = { carriage: this.settledCarriage(), readout: this.target, time: start };
  }

  /** The position asked for last. */
  get target(): StagePosition {
    return { x: this.x.readout, y: this.y.readout, z: this.z, alpha: this.alpha };
  }

  /** The position that the stage reports at a time in seconds; it follows the drive, not the carriage. */
  readout(time: number): StagePosition {
    const done = this.progress(time);
    const from = this.departure.readout;
    const to = this.target;
    const between = (a: number, b: number): number => (done >= 1 ? b : a + (b - a) * done);
    return {
      x: between(from.x, to.x),
      y: between(from.y, to.y),
      z: between(from.z, to.z),
      alpha: between(from.alpha, to.alpha),
    };
  }

  /** Where the carriage really is at a time in seconds, micrometres of the stage axes. */
  carriage(time: number): PlaneVector {
    const to = this.settledCarriage();
    const from = this.departure.carriage;
    const { settlingFraction, settlingTime } = this.truth;
    const left =
      time < this.arrival
        ? 1 - this.progress(time) * (1 - settlingFraction)
        : settlingFraction * Math.exp(-(time - this.arrival) / settlingTime);
    return { x: to.x + (from.x - to.x) * left, y: to.y + (from.y - to.y) * left };
  }

  /** Whether the stage is still under way. */
  isMoving(time: number): boolean {
    return time < this.arrival;
  }

  /** Sends the axes named to new positions at a time in seconds, from wherever the stage is then. @returns seconds until it reports its arrival. */
  move(position: Partial<StagePosition>, time: number): number {
    this.departure = { carriage: this.carriage(time), readout: this.readout(time), time };
    const from = this.departure.readout;
    this.drive(this.x, position.x);
    this.drive(this.y, position.y);
    this.z = position.z ?? this.z;
    this.alpha = position.alpha ?? this.alpha;
    const to = this.target;
    const distance = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), Math.abs(to.z - from.z));
    const duration = Math.max(distance / this.truth.speed, Math.abs(to.alpha - from.alpha) / this.truth.tiltSpeed);
    this.arrival = time + duration;
    return duration;
  }

  private drive(axis: Axis, to: number | undefined): void {
    if (to === undefined) return;
    const play = this.truth.backlash / 2;
    axis.lag = Math.min(play, Math.max(-play, axis.lag + axis.readout - to));
    axis.scatter = this.truth.repeatability * this.random.normal();
    axis.readout = to;
  }

  private settledCarriage(): PlaneVector {
    return { x: carriageOf(this.x), y: carriageOf(this.y) };
  }

  private progress(time: number): number {
    const duration = this.arrival - this.departure.time;
    return duration <= 0 ? 1 : Math.min(1, Math.max(0, (time - this.departure.time) / duration));
  }
}

function carriageOf({ cyclic, readout, lag, scatter }: Axis): number {
  const turns = (2 * Math.PI) / cyclic.period;
  return readout + (cyclic.amplitude / turns) * Math.sin(turns * readout + cyclic.phase) + lag + scatter;
}
