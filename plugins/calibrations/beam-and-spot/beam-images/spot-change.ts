import { EucentricError } from '../../../../core/base';
import { type Illumination, type LensNormalization, readBack } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { Settings } from '../../../../core/settings';

/** Dependencies of a change of spot size. */
export interface SpotUses {
  readonly illumination: Pick<Illumination, 'spotSize' | 'spotSizes' | 'brightestSpotSize'>;
  readonly settings: Pick<Settings, 'get'>;
}

/** The spot sizes that a site uses, the brightest one first. */
export function usedSpots({ illumination, settings }: SpotUses): readonly number[] {
  const lowest = Math.max(1, settings.get('MinSpotSizeToUse'));
  const spots = Array.from({ length: illumination.spotSizes }, (_, index) => index + 1).filter(
    (spot) => spot >= lowest,
  );
  return illumination.brightestSpotSize === 1 ? spots : spots.reverse();
}

/** Sets a spot size and reads it back. Throws `beam/spot-not-set`. */
export async function setSpot(
  run: Run,
  { illumination: { spotSize } }: Pick<SpotUses, 'illumination'>,
  spot: number,
  normalization?: LensNormalization,
): Promise<void> {
  if ((await spotSize.read(run.signal)) !== spot) await spotSize.write(spot, run.signal);
  try {
    await readBack(spotSize, spot, { signal: run.signal });
  } catch (error) {
    if (!(error instanceof EucentricError) || error.code !== 'setting/not-held') throw error;
    throw new EucentricError({
      code: 'beam/spot-not-set',
      message: `The column does not go to spot size ${spot}.`,
      hint: 'Check NumberOfSpotSizes in the configuration, and that nothing holds the column, such as a holder that is not in.',
      cause: error,
    });
  }
  await normalization?.normalize('condenser', run.signal);
}
