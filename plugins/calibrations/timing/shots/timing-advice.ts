import { readable } from '../../../../core/base';
import type { PropertySuggestion } from '../../../../core/store';
import type { BlankerTimes } from './blanker-times';
import type { StartDelays } from './start-delays';
import type { TimingCase } from './timing-case';
import { timingErrors } from './timing-errors';

/** Seconds of the shortest start-up delay that the configuration gets. */
const minStartup = 0.01;
/** Seconds that make the start-up delay of a K2 safe beyond the least one. */
const safeReserve = 0.1;
/** Microseconds of the flyback that a scan generator has where it does not tell. */
const usualFlyback = 50;
const microseconds = 1e-6;

/** Times of a scan beside its start, in seconds. */
export interface ScanFlyback {
  readonly flyback: number;
  /** The one that the generator tells, without what the configuration adds. */
  readonly basic?: number;
}

/** Values for the configuration, with what the operator has to know about them. */
export interface TimingAdvice {
  readonly suggestions: readonly PropertySuggestion[];
  readonly remarks: readonly string[];
  /** Start-up delay as it is offered, in seconds. */
  readonly startup: number;
  readonly builtIn: number;
}

/** The properties that follow from the starts of exposures. Throws where they cannot be right. */
export function timingAdvice(
  given: TimingCase,
  { start, extra }: Pick<StartDelays, 'start' | 'extra'>,
  { minimum }: Pick<BlankerTimes, 'minimum'>,
  scan?: ScanFlyback,
): TimingAdvice {
  const { camera, dual } = given;
  const { traits } = camera;
  const builtIn = traits.builtInSettling;
  // With two shutters the camera settles first, and the start-up delay is what comes before that.
  const before = dual ? start - builtIn : start;
  if (!dual && before < 0) throw timingErrors.slowBlanker(before);
  const startup = rounded(Math.max(minStartup, before));
  const changedBuiltIn = rounded(dual ? builtIn + Math.min(0, before - minStartup) : 0);
  if (changedBuiltIn < 0) throw timingErrors.builtInSettling(builtIn, minStartup - before);
  const of = (property: string, value: number, what: string, unit = 's'): PropertySuggestion => ({
    property,
    camera: traits.index,
    value,
    what,
    unit,
  });
  return {
    startup,
    builtIn: changedBuiltIn,
    suggestions: [
      of('StartupDelay', startup, 'start-up delay'),
      of('ExtraBeamTime', rounded(extra), 'time of the beam beyond the exposure'),
      ...(dual ? [of('MinimumDriftSettling', rounded(extra), 'shortest drift settling')] : []),
      ...(changedBuiltIn === builtIn ? [] : [of('BuiltInSettling', changedBuiltIn, 'settling that is built in')]),
      ...(scan ? [of('AddedFlybackTime', addedFlyback(scan), 'flyback beyond that of the generator', 'us')] : []),
      ...(minimum > 0
        ? [{ property: 'MinimumBlankingTime', value: minimum, what: 'time to blank and unblank', unit: 's' }]
        : []),
    ],
    remarks: remarksOf(given, startup),
  };
}

const rounded = (time: number): number => Number(time.toFixed(3));

/** Microseconds of flyback beyond that of the generator. */
const addedFlyback = ({ flyback, basic = usualFlyback * microseconds }: ScanFlyback): number =>
  Math.max(0, Math.round((flyback - basic) / microseconds));

function remarksOf({ k2Summit, k3, k2LeastStartup }: TimingCase, startup: number): readonly string[] {
  if (k3)
    return [
      'These results are not reliable on a K3, whose exposures begin at very different times. Actions after the exposure are off for it unless AllowPostActions is 1; then add 0.7 s or more to StartupDelay, and never use less than 1.9 s.',
    ];
  if (!k2Summit || startup >= k2LeastStartup) return [];
  return [
    `A start-up delay of ${readable(startup, 2)} s is not safe for actions after the exposure; for these set StartupDelay to ${readable(k2LeastStartup + safeReserve, 1)} s.`,
  ];
}
