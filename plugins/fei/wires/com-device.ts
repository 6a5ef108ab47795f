import { ComApartment, type HostedDevice } from '../../../wires';
import { ComColumn } from './com-column';

/** Options of the process that speaks to the column. */
export interface ComDeviceOptions {
  /** The name under which FEI's scripting is registered. */
  readonly program: string;
}

/** Reaches the column from a process of its own. */
export function openDevice({ program }: ComDeviceOptions): HostedDevice {
  const apartment = new ComApartment();
  try {
    const column = new ComColumn(apartment.create(program), (work) => apartment.tidily(work));
    return { calls: column, close: () => apartment.close() };
  } catch (error) {
    apartment.close();
    throw error;
  }
}
