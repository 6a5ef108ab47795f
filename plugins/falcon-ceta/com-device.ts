import { type AutomationObject, ComApartment, ComError, type HostedDevice } from '../../wires';
import { ComCameras } from './com-cameras';

/** Options of the process that speaks to the cameras. */
export interface ComCamerasDeviceOptions {
  /** The names under which FEI's two kinds of scripting are registered; empty for none. */
  readonly program: string;
  readonly advancedProgram: string;
  /** Seconds. */
  readonly longestExposure: number;
}

/** Reaches the cameras from a process of its own. One kind of scripting is enough. */
export function openDevice({ program, advancedProgram, longestExposure }: ComCamerasDeviceOptions): HostedDevice {
  const apartment = new ComApartment();
  let refusal: unknown;
  const reach = (name: string): AutomationObject | undefined => {
    if (name === '') return undefined;
    try {
      return apartment.create(name);
    } catch (error) {
      if (!(error instanceof ComError) || error.code !== 'com/not-registered') throw error;
      refusal = error;
      return undefined;
    }
  };
  try {
    const [advanced, standard] = [reach(advancedProgram), reach(program)];
    if (!advanced && !standard) throw refusal ?? new Error('neither kind of scripting is named');
    const cameras = new ComCameras({ advanced, standard, longestExposure }, (work) => apartment.tidily(work));
    return { calls: cameras, close: () => apartment.close() };
  } catch (error) {
    apartment.close();
    throw error;
  }
}
