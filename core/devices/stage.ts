import type { Metres, Radians, Seconds, Vector } from '../base';
import { device } from './device';
import type { Readable, Setting } from './setting';
import { position, quantity } from './setting-traits';

/** Position of the stage, in stage coordinates. */
export interface StagePosition {
  readonly x: Metres;
  readonly y: Metres;
  readonly z: Metres;
  readonly tilt: Radians;
}

/** Options of a stage move. */
export interface StageMove {
  readonly x?: Metres;
  readonly y?: Metres;
  readonly z?: Metres;
  readonly tilt?: Radians;
  /** Goes to target plus this vector first, so that the final approach is always from the same side. */
  readonly backlash?: Vector<Metres>;
}

/** Lowest and highest target of a move: micrometres, and degrees for the tilt. */
export type StageLimits = Partial<Readonly<Record<'x' | 'y' | 'z' | 'tilt', readonly [number, number]>>>;

/** The specimen stage. */
export interface Stage {
  /** Limits of the site for moves, in micrometres and degrees; an axis that is left out has none. */
  readonly limits?: StageLimits;
  readonly position: Readable<StagePosition>;
  /** Moves and waits until the stage is ready. Checked against the limits before anything is sent. */
  move(to: StageMove, signal?: AbortSignal): Promise<void>;
  /** Stops a move under way as fast as the stage allows. */
  stop(): Promise<void>;
  /** When the last move ended, on the program's clock; undefined when there was none. */
  lastMoved(): Seconds | undefined;
}
/** The token of the specimen stage. */
export const Stage = device<Stage>('Stage', {
  called: 'the stage',
  part: 'stage',
  settings: { position: position({ label: 'Position', name: 'stage position' }) },
  facts: { limits: true },
  methods: { move: () => 'move stage', stop: () => 'stop stage', lastMoved: 'question' },
});

/** Stages whose speed can be chosen. */
export interface StageSpeed {
  /** Share of the full speed with which the next moves are made. */
  readonly speed: Setting<number>;
}
/** The token of the speed of the stage. */
export const StageSpeed = device<StageSpeed>('StageSpeed', {
  called: 'the speed of the stage',
  part: 'stage',
  settings: {
    speed: quantity({ label: 'Speed', name: 'stage speed', unit: '%', decimals: 0, step: 10, range: [0.01, 1] }),
  },
});
