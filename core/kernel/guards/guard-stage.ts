import { throwIfStopped } from '../../base';
import { type Driver, Stage, type StageLimits, type StageMove } from '../../devices';
import { guardReadable } from './guard-setting';
import type { Guarding } from './guarding';
import { checkStageMove, stageLimits } from './limits';

/** The stage as everybody but its vendor sees it: no target outside the limits is ever sent, not even on the way for backlash. */
export function guardStage(stage: Driver<Stage>, guarding: Guarding): Stage {
  const { hooks, limits, watch } = guarding;
  const position = guardReadable(Stage.settings.position, stage.position, guarding);
  const check = (move: StageMove): void => checkStageMove(move, limits);
  return {
    position,
    limits: narrower(stage.limits ?? {}, stageLimits(limits)),
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

/** The limits of a vendor within those of a site. */
function narrower(vendor: StageLimits, site: StageLimits): StageLimits {
  const axes = (['x', 'y', 'z', 'tilt'] as const).flatMap((axis) => {
    const [one, other] = [vendor[axis] ?? site[axis], site[axis] ?? vendor[axis]];
    return one && other ? [[axis, [Math.max(one[0], other[0]), Math.min(one[1], other[1])]] as const] : [];
  });
  return Object.fromEntries(axes);
}
