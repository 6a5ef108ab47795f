import { EucentricError, metres, readable } from '../../../../core/base';
import {
  type IlluminatedArea,
  type Illumination,
  type ProbeMode,
  type ProbeModeSelector,
  type Screen,
} from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import { setSpot } from '../beam-images/spot-change';

/** Dependencies of the series. */
export interface LimitsUses {
  readonly illumination: Illumination;
  readonly illuminatedArea: IlluminatedArea;
  readonly probeModes: ProbeModeSelector;
  readonly screen: Screen | undefined;
}

/** The limits of the illuminated area at a spot size and probe mode, in hundreds of micrometres. */
export interface MeasuredLimits {
  readonly spot: number;
  readonly probe: ProbeMode;
  readonly low: number;
  readonly high: number;
}

const perMetre = 1e4;
/** An area that no column reaches, in the same measure. */
const farther = 10;
const otherMode: Readonly<Record<ProbeMode, ProbeMode>> = { micro: 'nano', nano: 'micro' };

/** Has the column go as far as it can to either side, at every spot size and in both probe modes, and reads where it stops. */
export async function measureLimits(run: Run, use: LimitsUses): Promise<readonly MeasuredLimits[]> {
  const { illumination, illuminatedArea, probeModes, screen } = use;
  const found: MeasuredLimits[] = [];
  const began = await probeModes.probeMode.read(run.signal);
  await screen?.screenDown.write(true, run.signal);
  const total = 2 * illumination.spotSizes;
  // The other mode comes first: where the column does not go to it, nothing has been swept yet.
  for (const probe of [otherMode[began], began]) {
    await probeModes.probeMode.write(probe, run.signal);
    if ((await probeModes.probeMode.read(run.signal)) !== probe) throw modeNotReached(probe);
    for (let spot = 1; spot <= illumination.spotSizes; spot++) {
      run.operator.progress({ done: found.length, total, text: `${probe}probe, spot size ${spot}` });
      await setSpot(run, use, spot);
      const reach = async (area: number): Promise<number> => {
        await illuminatedArea.illuminatedArea.write(metres(area / perMetre), run.signal);
        return perMetre * (await illuminatedArea.illuminatedArea.read(run.signal));
      };
      const [high, low] = [await reach(farther), await reach(-farther)];
      if (!(high > low) || high >= farther || low <= -farther) throw notLimited(spot, probe, low, high);
      run.operator.log(`${probe === 'micro' ? 'uP' : 'nP'} ${spot}: ${readable(low, 4)} ${readable(high, 4)}`);
      found.push({ spot, probe, low, high });
    }
  }
  return found;
}

const modeNotReached = (probe: ProbeMode): EucentricError =>
  new EucentricError({
    code: 'illuminated-area/no-probe-mode',
    message: `The column does not go to ${probe}probe, so the limits there cannot be read.`,
    hint: 'Leave low magnification, and start again. Nothing was stored.',
  });
const notLimited = (spot: number, probe: ProbeMode, low: number, high: number): EucentricError =>
  new EucentricError({
    code: 'illuminated-area/not-limited',
    message: `At spot size ${spot} in ${probe}probe the column reads an illuminated area of ${readable(100 * low, 2)} to ${readable(100 * high, 2)} um, which cannot be its limits.`,
    hint: 'Set the illuminated area in the panel and see whether it changes. Make sure that no other program sets it, then start again. Nothing was stored.',
  });
