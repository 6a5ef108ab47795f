import { EucentricError, type MagIndex } from '../../../../core/base';
import { Cameras, NeutralImageShift, Scope } from '../../../../core/devices';
import type { Run, Uses } from '../../../../core/kernel';
import { ImageShiftCarrying, ImageShiftControl, Optics } from '../../../../core/optics';
import { Calibrations } from '../../../../core/store';

/** Dependencies of a walk through the magnifications that have a neutral image shift. */
export const neutralNeeds = {
  scope: Scope,
  cameras: Cameras,
  optics: Optics,
  imageShift: ImageShiftControl,
  carrying: ImageShiftCarrying,
  neutral: NeutralImageShift,
  calibrations: Calibrations,
};
/** The things that such a walk uses. */
export type NeutralUse = Uses<typeof neutralNeeds>;

/** Seconds that a change of magnification takes, for forecasts. */
export const changeSeconds = 2;

/**
 * The magnifications that have a neutral image shift of their own. A column that remembers image shift has one for the whole of its range
 * above low magnification, up to the secondary range; behind a filter, low magnification is not in use.
 */
export function neutralMags({ scope, cameras, optics }: NeutralUse): readonly MagIndex[] {
  const camera = cameras.selected.traits;
  const indexes = optics.magnifications.indexes(camera);
  const isLow = (magIndex: MagIndex): boolean => optics.magnifications.isLowMagnification(camera, magIndex);
  if (!scope.traits.remembersByMagnification) return indexes.filter((each) => !camera.behindFilter || !isLow(each));
  const secondary = firstSecondary({ cameras, optics }, indexes);
  return secondary === undefined ? indexes : indexes.filter((each) => isLow(each) || each >= secondary);
}

/** The lowest magnification of the secondary range; undefined where there is none. */
function firstSecondary(
  { cameras, optics }: Pick<NeutralUse, 'cameras' | 'optics'>,
  indexes: readonly MagIndex[],
): MagIndex | undefined {
  const rangeAt = (magIndex: MagIndex) => optics.magnifications.rangeOf(cameras.selected.traits, magIndex).lowest;
  const last = indexes.at(-1);
  return last !== undefined && rangeAt(last) > 1 ? indexes.find((each) => rangeAt(each) > 1) : undefined;
}

/** Goes to each magnification with image shift left to the column, and back; what is done there is given its mag index and magnification. */
export async function visitNeutralMags(
  use: NeutralUse,
  run: Pick<Run, 'operator' | 'restoreLater' | 'preserve' | 'signal'>,
  mags: readonly MagIndex[],
  visit: (magIndex: MagIndex, magnification: number) => Promise<void>,
): Promise<void> {
  const { scope, cameras, optics, carrying } = use;
  run.restoreLater('carrying of image shift', carrying.suspend());
  await run.preserve(scope.magIndex);
  for (const [done, magIndex] of mags.entries()) {
    const { magnification } = optics.at({ magIndex, camera: cameras.selected.traits.index });
    run.operator.progress({ done, total: mags.length, text: `${magnification}x` });
    await scope.magIndex.write(magIndex, run.signal);
    await visit(magIndex, magnification);
  }
  // The column enters its secondary range where it left it, so it is left at its lowest magnification.
  if (!scope.traits.remembersByMagnification) return;
  const first = firstSecondary(use, mags);
  if (first !== undefined && first !== mags.at(-1)) await scope.magIndex.write(first, run.signal);
}

/** Refuses an empty table of magnifications. */
export const noNeutralMags = (): EucentricError =>
  new EucentricError({
    code: 'neutral-shift/no-magnifications',
    message: 'The table of magnifications has none with a neutral image shift of its own, so there is nothing to do.',
    hint: 'Run List Mags, or write MagnificationTable into the configuration.',
  });
