import { setTimeout as delay } from 'node:timers/promises';
import { ComApartment, type HostSurroundings, type HostedDevice } from '../../../wires';
import { ComColumn, otherAnswer } from './com-column';

/** Options of the process that speaks to the column. */
export interface ComDeviceOptions {
  /** The name under which JEOL's external control is registered. */
  readonly program: string;
  /** Milliseconds until the column has to be ready to be controlled. */
  readonly readyLimit: number;
}

const pause = 500;

/** Reaches the column from a process of its own, and waits until it is ready to be controlled. */
export async function openDevice(
  { program, readyLimit }: ComDeviceOptions,
  { signal }: HostSurroundings,
): Promise<HostedDevice> {
  const apartment = new ComApartment();
  try {
    const column = new ComColumn(apartment.create(program), (work) => apartment.tidily(work));
    const end = performance.now() + readyLimit;
    for (;;) {
      try {
        column.checkReady();
        break;
      } catch (error) {
        const notYet = ['com/busy', otherAnswer].includes((error as { code?: string }).code ?? '');
        if (!notYet || performance.now() > end || signal.aborted) throw error;
      }
      await delay(pause);
    }
    return { calls: column, close: () => apartment.close() };
  } catch (error) {
    apartment.close();
    throw error;
  }
}
