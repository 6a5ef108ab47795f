import { type Clock, service } from '../../../../core/base';

/** The defocus of the last calibration of image shift at high defocus in this session. */
interface LastDefocus {
  /** As it was entered, in micrometres. */
  readonly entered: number;
  /** Reading of the column, in micrometres, that stands for focus. */
  readonly zero: number;
  /** Seconds on the clock of the program. */
  readonly at: number;
}

/** Memory of the calibrations at high defocus, for the session. */
export interface HighDefocusMemory {
  last?: LastDefocus;
  /** The condenser aperture, in micrometres, and the defocus at which it was requested. */
  aperture?: { readonly size: number; readonly defocus: number };
  /** That the instructions of High-Defocus Mag were read. */
  instructed?: boolean;
}
/** The token of that memory. */
export const HighDefocusMemory = service<HighDefocusMemory>('HighDefocusMemory');

/** Seconds for which the reading that stands for focus is relied on. */
const zeroHolds = 3600;
/** Micrometres that are offered the first time. */
const firstDefocus = -50;

/** The defocus that is offered, in micrometres: counted from the focus of a recent calibration, else as it was entered last. */
export function offeredDefocus({ last }: HighDefocusMemory, reading: number, clock: Pick<Clock, 'now'>): number {
  if (!last) return firstDefocus;
  const counted = Math.round(reading - last.zero);
  return clock.now() - last.at < zeroHolds && counted < 0 ? counted : last.entered;
}
