import type { CameraIndex, MagIndex } from '../../../../core/base';
import { Cameras, Scope } from '../../../../core/devices';
import type { Session } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import type { HistoryEntry } from '../../../../core/store';

/** Differences between the instrument and the conditions of a measurement, in words; undefined when there are none. */
export type ChangedSince = (entry: HistoryEntry) => string | undefined;

/** The present instrument, as far as calibrations depend on it. */
export interface InstrumentNow {
  readonly highTensionKilovolts?: number | undefined;
  /** The name of a camera by its number; undefined when it does not exist any more. */
  readonly cameraName: (index: number) => string | undefined;
  /** The magnification at a mag index on a camera; undefined when it is unknown. */
  readonly magnification: (magIndex: MagIndex, camera: CameraIndex) => number | undefined;
}

/** Reads everything on which calibrations depend, without the high tension where the column does not report it. */
export async function instrumentNow(session: Pick<Session, 'find'>): Promise<InstrumentNow> {
  const [cameras, optics] = [session.find(Cameras), session.find(Optics)];
  const volts = await session
    .find(Scope)
    ?.highTension.read()
    .catch(() => undefined);
  return {
    ...(volts !== undefined && { highTensionKilovolts: volts / 1000 }),
    cameraName: (index) => cameras?.all.find(({ traits }) => traits.index === index)?.traits.name,
    magnification: (magIndex, camera) => optics?.at({ magIndex, camera }).magnification || undefined,
  };
}

/**
 * Compares the conditions of a calibration with the present instrument: high tension, cameras and table of
 * magnifications.
 */
export function changedSince(now: InstrumentNow): ChangedSince {
  return ({ conditions }) => {
    const { camera, cameraName, magIndex, magnification, highTensionKilovolts } = conditions;
    if (
      typeof highTensionKilovolts === 'number' &&
      now.highTensionKilovolts !== undefined &&
      Math.abs(now.highTensionKilovolts - highTensionKilovolts) > 0.5
    ) {
      return `the high tension was ${highTensionKilovolts.toFixed(0)} kV then and is ${now.highTensionKilovolts.toFixed(0)} kV now`;
    }
    if (camera === undefined) return undefined;
    const name = now.cameraName(camera);
    if (name === undefined) return `camera ${cameraName ?? camera} is not there any more`;
    if (cameraName !== undefined && name !== cameraName)
      return `camera ${camera} was ${cameraName} then and is ${name} now`;
    if (magIndex === undefined || magnification === undefined) return undefined;
    const shown = now.magnification(magIndex, camera);
    return shown === undefined || shown === magnification
      ? undefined
      : `mag index ${magIndex} was ${magnification}x then and is ${shown}x now`;
  };
}
