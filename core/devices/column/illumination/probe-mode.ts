import { device } from '../../device';
import type { Setting } from '../../setting';
import { oneOf } from '../../setting-traits';

/** Nanoprobe or microprobe; columns without probe modes are always in microprobe. */
export type ProbeMode = 'nano' | 'micro';

/** Columns with nanoprobe and microprobe. */
export interface ProbeModeSelector {
  /** Microprobe in low magnification, whatever it was before. */
  readonly probeMode: Setting<ProbeMode>;
}
/** The token of the probe-mode selector. */
export const ProbeModeSelector = device<ProbeModeSelector>('ProbeModeSelector', {
  called: 'the probe-mode selector',
  part: 'column',
  settings: {
    probeMode: oneOf(
      { micro: 'microprobe', nano: 'nanoprobe' },
      { label: 'Probe mode', short: 'Probe', changesBeam: true, condition: true },
    ),
  },
});

/** Reads the probe mode of a column, which may be without a selector for it. */
export const readProbeMode = async (
  selector: ProbeModeSelector | undefined,
  signal?: AbortSignal,
): Promise<ProbeMode> => (selector ? selector.probeMode.read(signal) : 'micro');

/** The number of a probe mode in the calibration files. */
export const probeNumber = (probe: ProbeMode): 0 | 1 => (probe === 'micro' ? 1 : 0);
/** The probe mode of a number in the calibration files. */
export const probeOfNumber = (number: number): ProbeMode => (number === 0 ? 'nano' : 'micro');
