import { Illumination, ProbeModeSelector } from '../../core/devices';
import { BeamCalibrations } from '../../core/illumination';
import { LowDose, type Session } from '../../core/kernel';
import { HighDefocusCalibrations, type HighDefocusOfImage, type OpticalPlace, Optics } from '../../core/optics';
import type { Calibrations } from '../../core/store';

/** Finds the changes by high defocus of an image that is taken now; undefined where the image is as in focus, or nothing is calibrated. */
export type HighDefocusNow = (place: OpticalPlace, signal?: AbortSignal) => Promise<HighDefocusOfImage | undefined>;

/**
 * The changes by the defocus offset that View or Search of Low Dose has put on. The defocus that the column shows says nothing: it can be reset anywhere. Only
 * what was calibrated counts, outside of low magnification.
 */
export function highDefocusNow(find: Session['find'], calibrations: Pick<Calibrations, 'records'>): HighDefocusNow {
  const table = new HighDefocusCalibrations(calibrations, () => find(BeamCalibrations));
  return async (place, signal) => {
    const { area, defocusOffset = 0 } = find(LowDose) ?? {};
    const [illumination, optics] = [find(Illumination), find(Optics)];
    if ((area !== 'View' && area !== 'Search') || !(defocusOffset < 0) || !illumination || !optics) return undefined;
    if (optics.at(place).isLowMagnification) return undefined;
    const spot = await illumination.spotSize.read(signal);
    const intensity = await illumination.intensity.read(signal);
    const probeMode = await find(ProbeModeSelector)?.probeMode.read(signal);
    const found = table.at({
      spot,
      intensity,
      defocus: defocusOffset,
      ...(probeMode && { probe: probeMode === 'micro' ? 1 : 0 }),
    });
    return found.ofImage.confidence > 0 || found.ofImageShift.confidence > 0 ? found : undefined;
  };
}
