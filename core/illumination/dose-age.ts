import { readable } from '../base';

const millisecondsPerMinute = 60_000;
const minutesPerHour = 60;
/** Minutes up to which an age is given in minutes. */
const maxMinutes = 90;

/** Age of a dose in words, by the minutes since 1970 at which it was measured: the gun drifts, so an old dose says less. */
export function doseAge(time: number, now: Date): string {
  const minutes = Math.max(0, Math.floor(now.getTime() / millisecondsPerMinute) - time);
  return minutes <= maxMinutes ? `${minutes} min` : `${readable(minutes / minutesPerHour, 1)} h`;
}
