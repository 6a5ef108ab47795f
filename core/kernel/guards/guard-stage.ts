import { throwIfStopped } from '../../base';
import { type Driver, Stage, type StageMove } from '../../devices';
import { guardReadable } from './guard-setting';
import type { Guarding } from './guarding';
import { checkStageMove } from './limits';

/** The stage as everybody but its vendor sees it: no target outside the limits is ever sent, not even on the way for backlash. */
export function guardStage(stage: Driver<Stage>, guarding: Guarding): Stage {
  const { hooks, limits, watch } = guarding;
  const position = guardReadable(Stage.settings.position, stage.position, guarding);
  const check = (move: StageMove): void => checkStageMove(move, limits);
  return {
    position,
    move: async (move, signal) => {
      if (signal) throwIfStopped(signal);
      check(move);
      const changed = await hooks.willMoveStage.promise(move, await stage.position.read(signal));
      check(changed);
      watch('move stage');
      await stage.move(changed, signal);
      const arrived = await stage.position.read(signal);
      guarding.seen?.(position, arrived);
      await hooks.didMoveStage.promise(arrived);
    },
    stop: async () => {
      watch('stop stage');
      return stage.stop();
    },
    lastMoved: () => stage.lastMoved(),
  };
}
