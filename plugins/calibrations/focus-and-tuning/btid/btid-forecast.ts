import type { Forecast, Move } from '../../../../core/kernel';
import { focusShots } from '../../../../core/tuning';
import { type BtidUses, focusImages, tuningDelays } from './btid-place';

/** Reading out and comparing an image, in seconds. */
const readoutSeconds = 1;

/** The cost of a run of patterns after a measurement of the defocus; a pattern whose images are lost is taken once more. */
export async function btidForecast(
  use: BtidUses,
  signal: AbortSignal,
  {
    images,
    pattern,
    changes,
    moves,
    rounds = 1,
  }: {
    readonly images: number;
    /** Images of one pattern. */
    readonly pattern: number;
    /** Changes of the lens, each with its wait. */
    readonly changes: number;
    readonly moves: readonly Move[];
    /** Largest number of times that all of it is done. */
    readonly rounds?: number;
  },
): Promise<Forecast> {
  const { exposure, driftSettling } = (await focusShots(use, signal)).exposure;
  const delays = tuningDelays(use);
  const perImage =
    exposure + driftSettling + Math.max(use.cameras.selected.traits.startupDelay, delays.tilt) + readoutSeconds;
  const waits = changes * (delays.stigmator + delays.focus);
  const [least, most] = [images + focusImages, rounds * 2 * images + 2 * focusImages];
  return {
    images: { least, most },
    exposure: { least: least * (exposure + driftSettling), most: most * (exposure + driftSettling) },
    duration: { least: least * perImage + waits, most: most * (perImage + delays.tilt) + rounds * waits },
    dependsOn: `whether patterns of ${pattern} images have to be repeated`,
    moves,
  };
}
