import { type Matrix, type Vector, apply, micrometres, seconds, vector } from '../../../../core/base';
import type { Exposure, Scope, Stage } from '../../../../core/devices';
import type { BufferedImage, ImageBuffers, Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import type { Settings } from '../../../../core/settings';
import { FineRegistration } from '../../../../imaging';
import {
  type SeriesFinding,
  type RepeatedPair,
  findingsOfPair,
  findingsOfRepeated,
  findingsOfSpecimen,
} from '../image-series/series-findings';
import type { WholeImageCorrelation } from './whole-image-correlation';
import { alignPair } from '../image-series/shift-series';
import type { StagePair } from './stage-shift-analysis';
import { type AxisPlan, usualStageError } from './stage-shift-plan';
import { type SeenDisplacement, displacementPlot } from '../image-series/measurement-plots';

/** Dependencies of a stage series. */
export interface StageSeriesParts {
  readonly scope: Scope;
  readonly stage: Stage;
  readonly acquisition: ImageAcquisition;
  readonly buffers: ImageBuffers;
  readonly settings: Settings;
  readonly wholeImages: WholeImageCorrelation;
}

/** Plan of a stage series: the steps of each axis, from where (micrometres), what is expected of them, and the exposure of its images. */
export interface StageSeriesPlan {
  readonly plan: Readonly<Record<'x' | 'y', AxisPlan>>;
  readonly start: Vector;
  /** Unbinned pixels for one micrometre of the stage. */
  readonly prior: Matrix;
  readonly exposure: Exposure;
}

/** Steps the stage along X, then along Y, and measures how far each step carried the image. */
export async function takeStageSeries(
  run: Run,
  parts: StageSeriesParts,
  { plan, start, prior, exposure }: StageSeriesPlan,
): Promise<{ readonly pairs: readonly StagePair[]; readonly findings: readonly SeriesFinding[] }> {
  const registration = new FineRegistration({ ignoreZeroPeak: true });
  const entered = parts.settings.get('StageCalibrationBacklash');
  const backlash = -(entered > 0 ? entered : (parts.scope.traits.stageError ?? usualStageError).backlash);
  const total = plan.x.images + plan.y.images;
  const pairs: StagePair[] = [];
  const [ofSpecimen, ofPairs]: [SeriesFinding[], RepeatedPair[]] = [[], []];
  const seen: SeenDisplacement[] = [];
  let taken = 0;
  for (const axis of ['x', 'y'] as const) {
    const { positions, step } = plan[axis];
    let before: BufferedImage | undefined;
    for (const [index, position] of positions.entries()) {
      run.operator.progress({
        done: taken,
        total,
        text: `Stage shift along ${axis.toUpperCase()}: image ${index + 1} of ${positions.length}`,
      });
      const target = {
        x: micrometres(start.x + (axis === 'x' ? position : 0)),
        y: micrometres(start.y + (axis === 'y' ? position : 0)),
      };
      // Only the first move of a series comes from elsewhere; all others go the same way already.
      await parts.stage.move(
        index === 0 ? { ...target, backlash: vector(micrometres(backlash), micrometres(backlash)) } : target,
        run.signal,
      );
      const image = await parts.acquisition.take(exposure, { signal: run.signal, roll: 5, title: 'Stage shift' });
      taken += 1;
      if (before) {
        const onCamera = apply(prior, axis === 'x' ? vector(step, 0) : vector(0, step));
        const expected = parts.wholeImages.on
          ? undefined
          : vector(onCamera.x / exposure.binning, onCamera.y / exposure.binning);
        const found = alignPair(registration, image, before, expected, taken - 1);
        ofPairs.push({ axis, shift: found, findings: findingsOfPair(image, before, taken - 1, found) });
        pairs.push({
          axis,
          shift: vector(found.x, found.y),
          correlation: found.correlation,
          standardError: vector(found.standardError.x, found.standardError.y),
        });
        seen.push({
          measured: vector(found.x, found.y),
          expected: vector(onCamera.x / exposure.binning, onCamera.y / exposure.binning),
        });
        run.operator.plot(displacementPlot('Measured displacements', seen));
        parts.buffers.align('B', vector(-found.x, -found.y));
        await run.operator.toggleImages({
          buffers: ['A', 'B'],
          times: parts.settings.get('StageCalNumToggles'),
          interval: seconds(parts.settings.get('StageCalToggleInterval') / 1000),
        });
        run.log.debug(
          'c',
          `${axis.toUpperCase()} pair ${index}: ${found.x.toFixed(2)}, ${found.y.toFixed(2)} binned px, correlation ${found.correlation.toFixed(3)}`,
        );
      } else if (ofSpecimen.length === 0) ofSpecimen.push(...findingsOfSpecimen(image));
      before = image;
    }
  }
  return { pairs, findings: [...ofSpecimen, ...findingsOfRepeated(ofPairs)] };
}
