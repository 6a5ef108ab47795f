import { z } from 'zod';
import { finite } from '../base/checks';
import { cosine, exponential, sine, tangent } from '../base/functions';
import { fraction, notNegative, pair, positive } from '../base/options';
import { definePart, type PerfectRecord } from '../base/part';
import {
  determinantOf,
  inverted,
  multiplied,
  rotationMatrix,
  transformed,
  type PlaneMatrix,
  type PlaneVector,
} from '../base/plane';
import { RandomStream } from '../base/random';
import { Signal } from '../base/signal';
import { focus, inFocusAt } from './focus';
import { magnification, seenPlaces } from './lenses/magnification';

/** A periodic error of one stage axis: the carriage is at `s + amplitude*period/(2 pi)*sin(2 pi s/period + phase)` when it reads s. */
export interface CyclicErrorTruth {
  /** Local error of scale, 0..0.15 on real stages. */
  readonly amplitude: number;
  /** Micrometres. */
  readonly period: number;
  /** Radians. */
  readonly phase: number;
}

/** The truth of the stage: how it really moves. */
export interface StageTruth {
  /** Specimen to stage, micrometres to micrometres, the stretch of the stage included. */
  readonly specimenToStage: PlaneMatrix;
  /** Stretch of the readings of the stage against true lengths; none where it is left out. */
  readonly stretch?: PlaneMatrix;
  readonly cyclic: { readonly x: CyclicErrorTruth; readonly y: CyclicErrorTruth };
  /** Play of the drive in micrometres: after a change of direction the carriage follows only when it is taken up. */
  readonly backlash: number;
  /** Standard deviation of the position reached, in micrometres, each axis, each move. */
  readonly repeatability: number;
  /** Fraction of a move that is left when the stage reports its end, and the seconds in which that decays to 1/e. */
  readonly settlingFraction: number;
  readonly settlingTime: number;
  /** Micrometres per second along an axis. */
  readonly speed: number;
  /** Degrees per second of tilt. */
  readonly tiltSpeed: number;
  /** Height in micrometres at which the specimen is eucentric and in focus. */
  readonly eucentricHeight: number;
}

/** The position that the stage reports: micrometres, and degrees of tilt. */
export interface StagePosition {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly tilt: number;
}

interface Axis {
  readonly cyclic: CyclicErrorTruth;
  readout: number;
  /** Carriage minus drive, within half the play on either side. */
  lag: number;
  /** The random part of the position at which the last move ended. */
  scatter: number;
}

/** A goniometer with play, cyclic and random errors, which takes time to move and to settle. */
export class SimulatedStage {
  private readonly random: RandomStream;
  private readonly x: Axis;
  private readonly y: Axis;
  private z: number;
  private tilt = 0;
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
    return { x: this.x.readout, y: this.y.readout, z: this.z, tilt: this.tilt };
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
      tilt: between(from.tilt, to.tilt),
    };
  }

  /** The real position of the carriage at a time in seconds, micrometres of the stage axes. */
  carriage(time: number): PlaneVector {
    const to = this.settledCarriage();
    const from = this.departure.carriage;
    const { settlingFraction, settlingTime } = this.truth;
    const left =
      time < this.arrival
        ? 1 - this.progress(time) * (1 - settlingFraction)
        : settlingFraction * exponential(-(time - this.arrival) / settlingTime);
    return { x: to.x + (from.x - to.x) * left, y: to.y + (from.y - to.y) * left };
  }

  /** True while the stage is under way. */
  isMoving(time: number): boolean {
    return time < this.arrival;
  }

  /** Sends the axes named to new positions at a time in seconds, from wherever the stage is then. @returns seconds until it reports its arrival. */
  move(position: Partial<StagePosition>, time: number, speed = 1): number {
    this.departure = { carriage: this.carriage(time), readout: this.readout(time), time };
    const from = this.departure.readout;
    this.drive(this.x, position.x);
    this.drive(this.y, position.y);
    this.z = position.z ?? this.z;
    this.tilt = position.tilt ?? this.tilt;
    const to = this.target;
    const distance = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), Math.abs(to.z - from.z));
    const duration =
      Math.max(distance / this.truth.speed, Math.abs(to.tilt - from.tilt) / this.truth.tiltSpeed) / speed;
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
  return readout + (cyclic.amplitude / turns) * sine(turns * readout + cyclic.phase) + lag + scatter;
}

/** The specimen stage. */
export const stage = definePart({
  name: 'stage',
  stream: 11,
  options: {
    stageCycleError: pair
      .default([0.03, 0.03])
      .describe(
        'Local error of scale of the stage X and Y drives, 0 to 0.15 on real stages; it repeats with each cycle.',
      ),
    stageCyclesMicrometres: pair.default([62, 41]).describe('Length of a cycle of the stage X and Y drives.'),
    stageCyclePhasesDegrees: pair.default([30, 200]).describe('Phase of the cycles at stage position zero.'),
    stageBacklashMicrometres: notNegative.default(0.2).describe('Play of the stage drives.'),
    stageRepeatabilityNm: notNegative
      .default(10)
      .describe('Standard deviation of the position that a stage move ends at.'),
    stageSettlingFraction: fraction
      .default(0.002)
      .describe('Fraction of a stage move that is still to come when the stage reports its end.'),
    stageSettlingSeconds: positive.default(0.7).describe('Seconds in which that falls to 1/e.'),
    stageMicrometresPerSecond: positive.default(100).describe('Speed of the stage.'),
    stageDegreesPerSecond: positive.default(10).describe('Speed of tilting.'),
    stageStretch: positive
      .default(1)
      .describe(
        'Factor by which the stage reads too far along one direction, and too little across it; 1.01 or so where the axes are not square or not alike.',
      ),
    stageStretchAxisDegrees: z.number().default(0).describe('That direction, counter-clockwise from stage X.'),
    eucentricHeightMicrometres: z
      .number()
      .default(0)
      .describe('Stage height at which the specimen is eucentric and in focus.'),
  },

  // Cycles and errors of scale as the help of SerialEM and the files of sites tell them; the rest as the makers specify their stages.
  draw: (random) => ({
    stageCycleError: [random.between(0.01, 0.08), random.between(0.01, 0.08)],
    stageCyclesMicrometres: [random.between(55, 66), random.between(36, 44)],
    stageCyclePhasesDegrees: [random.between(0, 360), random.between(0, 360)],
    stageBacklashMicrometres: random.between(0.2, 2),
    stageRepeatabilityNm: random.between(10, 60),
    stageSettlingFraction: random.between(0.0005, 0.003),
    stageSettlingSeconds: random.between(0.5, 2),
    stageStretch: random.between(1.001, 1.012),
    stageStretchAxisDegrees: random.between(0, 180),
  }),

  truth(options, _random, { instrument }): StageTruth {
    const cyclicError = (axis: 0 | 1): CyclicErrorTruth => ({
      amplitude: options.stageCycleError[axis],
      period: options.stageCyclesMicrometres[axis],
      phase: (options.stageCyclePhasesDegrees[axis] * Math.PI) / 180,
    });
    const { stageStretch: stretch, stageStretchAxisDegrees: axis } = options;
    const stretched = stretch === 1 ? undefined : stretchMatrix(stretch, axis);
    return {
      specimenToStage: stretched ? multiplied(stretched, instrument.specimenToStage) : instrument.specimenToStage,
      ...(stretched && { stretch: stretched }),
      cyclic: { x: cyclicError(0), y: cyclicError(1) },
      backlash: options.stageBacklashMicrometres,
      repeatability: options.stageRepeatabilityNm / 1000,
      settlingFraction: options.stageSettlingFraction,
      settlingTime: options.stageSettlingSeconds,
      speed: options.stageMicrometresPerSecond,
      tiltSpeed: options.stageDegreesPerSecond,
      eucentricHeight: options.eucentricHeightMicrometres,
    };
  },

  start(truth, { key, now }) {
    const goniometer = new SimulatedStage(truth, key, now());
    const moved = new Signal<number>();
    const tiltAt = (time: number): number => (goniometer.readout(time).tilt * Math.PI) / 180;
    return {
      /** Sent with the time at which a move begins. */
      moved,
      /** Height of the tilted plane for a micrometre along Y as the camera sees it. */
      slope: (time: number): number => -tangent(tiltAt(time)),
      /** The plane of a tilted specimen as the camera sees it: shortened along its Y. */
      foreshortening: (time: number): PlaneMatrix => ({ xpx: 1, xpy: 0, ypx: 0, ypy: cosine(tiltAt(time)) }),
      specimenDisplacement(time: number): PlaneVector {
        const tilt = tiltAt(time);
        const { z } = goniometer.readout(time);
        const { x, y } = transformed(inverted(truth.specimenToStage), goniometer.carriage(time));
        return { x, y: y * cosine(tilt) - (z - truth.eucentricHeight) * sine(tilt) };
      },
      aberrations: (time: number) => ({ defocus: goniometer.readout(time).z - truth.eucentricHeight }),
      commands: {
        /** Sends the stage to new positions (micrometres, degrees) on the axes named, with a share of its speed. @returns seconds until it arrives */
        moveStage(position: Partial<StagePosition>, speed = 1): number {
          for (const [axis, value] of Object.entries(position)) if (value !== undefined) finite(`stage ${axis}`, value);
          const time = now();
          moved.send(time);
          return goniometer.move(position, time, finite('stage speed', speed));
        },
      },
      readings: () => ({ stage: goniometer.readout(now()), stageMoving: goniometer.isMoving(now()) }),
      recorded: (time: number) => ({
        /** The stage as it reads and its carriage as it stands. */
        stage: goniometer.readout(time),
        carriage: goniometer.carriage(time),
      }),
    };
  },

  perfect({ specimenToStage, stretch }, context) {
    if (determinantOf(specimenToStage) === 0) return [];
    const { views } = context.truthOf(magnification);
    const stageToSpecimen = inverted(specimenToStage);
    const matrices = seenPlaces(context).map(
      ({ magIndex, camera, low, magnification: written, key }): PerfectRecord => ({
        record: 'StageToCameraMatrix',
        magIndex,
        camera,
        ...multiplied(views.get(key)!.specimenToCamera, stageToSpecimen),
        absoluteFocus: inFocusAt(context.truthOf(focus), { index: magIndex, low }),
        magnification: written,
      }),
    );
    if (!stretch) return matrices;
    // The transform between the readings of a grid before and after it was turned by a quarter.
    const turned = multiplied(multiplied(stretch, rotationMatrix(90)), inverted(stretch));
    return [...matrices, { record: 'StageStretchXform', ...turned }];
  },
});

/** Stretches by a factor along an axis, and by its inverse across it. */
function stretchMatrix(factor: number, axisDegrees: number): PlaneMatrix {
  const along: PlaneMatrix = { xpx: factor, xpy: 0, ypx: 0, ypy: 1 / factor };
  return multiplied(multiplied(rotationMatrix(axisDegrees), along), rotationMatrix(-axisDegrees));
}
