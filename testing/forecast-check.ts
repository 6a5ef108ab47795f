import { type Forecast, leastOf, mostOf, movedNames } from '../core/kernel';

/** Calls that do something to the microscope. */
export const actions = /^(write|move|acquire|watch|set|normalize) /;

/** Differences between a forecast and the device calls of the run, in sentences; the names of moved settings are those of the settings themselves. */
export function contradictions(forecast: Forecast, made: readonly string[]): readonly string[] {
  const done = made.filter((call) => actions.test(call));
  const taken = done.filter((call) => call.startsWith('acquire ')).length;
  const [least, most] = [leastOf(forecast.images), mostOf(forecast.images)];
  const moved = [...new Set(done)].flatMap((call) => /^(?:write|move|set) (.*)$/.exec(call)?.[1] ?? []);
  const expected = new Set(movedNames(forecast).flatMap((name) => [name, name.replace(/ position$/, '')]));
  const nothing = most === 0 && expected.size === 0;
  return [
    ...(taken >= least && taken <= most ? [] : [`${taken} images taken, ${least} to ${most} in the forecast`]),
    ...moved.filter((name) => !expected.has(name)).map((name) => `moved, but not in the forecast: ${name}`),
    ...(nothing && done.length > 0 ? [`declared to touch nothing: ${done.join(', ')}`] : []),
  ];
}

/** True when the duration of a run fits its forecast within a factor of two; a forecast with two limits is not held to it, since an operator's time counts in neither. */
export function durationFits({ duration }: Forecast, seconds: number): boolean {
  if (duration === undefined || typeof duration !== 'number' || duration === 0) return true;
  return seconds < 2 * duration && seconds > duration / 2;
}
