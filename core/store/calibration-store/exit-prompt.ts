import { type CountedKind, countedKinds, type ExitPrompt } from './calibrations';

const kinds = Object.keys(countedKinds) as readonly CountedKind[];

const kindsOfRecords: Readonly<Record<string, CountedKind>> = {
  ImageShiftMatrix: 'image shift',
  StageToCameraMatrix: 'stage shift',
  FocusCalibration: 'focus',
  BeamIntensityTable: 'beam intensity',
  SpotIntensities: 'spot intensity',
  HighFocusMagCal: 'high-focus mag or IS',
  HighFocusISCal: 'high-focus mag or IS',
  ParallelIllum: 'parallel illumination',
};

/** The counted kind to which a record belongs, if any. */
export const kindOf = (record: string): CountedKind | undefined => kindsOfRecords[record];

/** Number of calibrations of each kind. */
export type Counts = Readonly<Record<CountedKind, number>>;

/** Nothing counted yet. */
export const noCounts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Counts;

/**
 * The question to ask before the program ends: an administrator is asked whenever something is unsaved, others only
 * when a counted kind has reached its number.
 */
export function exitPromptFor(
  unsaved: boolean,
  counts: Readonly<Record<CountedKind, number>>,
  administrator: boolean,
): ExitPrompt | undefined {
  if (!unsaved) return undefined;
  const pending = kinds.map((kind) => ({ kind, count: counts[kind] })).filter(({ count }) => count > 0);
  if (administrator) {
    return {
      ask: 'save',
      message: 'There are unsaved calibrations. Save them before leaving?',
      answers: ['yes', 'no', 'cancel'],
      pending,
    };
  }
  if (!kinds.some((kind) => counts[kind] >= countedKinds[kind])) return undefined;
  const list = pending.map(({ kind, count }) => `${count} ${kind}`).join(', ');
  return {
    ask: 'administrator',
    message: `There are unsaved calibrations: ${list}. Do you want to save them?`,
    answers: ['yes', 'no'],
    afterYes: 'Turn on Administrator mode in the Calibration menu, then choose Save Calibrations.',
    pending,
  };
}

/** The counts after others were taken off. */
export const without = (now: Counts, then: Counts): Counts =>
  Object.fromEntries(kinds.map((kind) => [kind, Math.max(0, now[kind] - then[kind])])) as Counts;
