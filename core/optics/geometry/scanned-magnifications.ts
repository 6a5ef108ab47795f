import type { ProbeMode } from '../../devices';
import type { Settings } from '../../settings';

/** A magnification of a scanned probe. */
export interface ScannedMagnification {
  readonly index: number;
  readonly magnification: number;
  /** True in low magnification, where the objective lens is off. */
  readonly low: boolean;
  /** Probe mode to which it belongs; undefined where nanoprobe and microprobe have the same magnifications. */
  readonly probe?: ProbeMode;
}

/** The magnifications of a scanned probe in STEMMagTable; none for a site without a camera that scans. */
export function scannedMagnifications(settings: Settings): readonly ScannedMagnification[] {
  if (!settings.cameras.some(({ isStem }) => isStem)) return [];
  const lowestMicro = settings.get('LowestMicroSTEMmag');
  const [inNano, inMicro] = settings.get('LowestSTEMnonLMmag');
  const byProbe = lowestMicro > 1;
  return settings
    .get('STEMMagTable')
    .filter(([, magnification]) => magnification > 0)
    .map(([index, magnification]) => {
      const micro = byProbe && index >= lowestMicro;
      const low = index < (micro ? inMicro : inNano);
      return { index, magnification, low, ...(byProbe && { probe: micro ? 'micro' : 'nano' }) };
    });
}
