import { EucentricError, describe, hintOf } from '../../core/base';

/** Hint for an error that has none of its own. */
const unexplained = 'Check the network and the address of the column.';

/** The errors that this plugin raises, each with a stable code. */
export const hitachiErrors = {
  outsideCoils: (what: string, value: string, limits: string): EucentricError =>
    new EucentricError({
      code: 'hitachi/outside-coils',
      message: `Hitachi column: ${what} of ${value} is more than its coils or lenses can do (${limits}); nothing was sent.`,
      hint: 'Move the stage instead, or set the image shift back to zero first.',
    }),
  refused: (line: string, answer: string): EucentricError =>
    new EucentricError({
      code: 'hitachi/refused',
      message: `Hitachi column: it refused "${line}" with ${answer}.`,
      hint: 'See whether the column is ready: high tension on, valve open, no dialog waiting.',
    }),
  strangeAnswer: (line: string, answer: string): EucentricError =>
    new EucentricError({
      code: 'hitachi/strange-answer',
      message: `Hitachi column: "${line}" was answered by "${answer.slice(0, 80)}", which is not an answer to it.`,
      hint: 'Another program may be connected to the column; only one can be.',
    }),
  noAnswer: (line: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'hitachi/no-answer',
      message: `Hitachi column: no answer to "${line}" within ${seconds} s.`,
      hint: 'Check that external control is on at the column and that the network is up.',
    }),
  exchangeFailed: (line: string, cause: unknown): EucentricError =>
    new EucentricError({
      code: 'hitachi/exchange-failed',
      message: `Hitachi column: "${line}" could not be sent: ${describe(cause)}`,
      hint: hintOf(cause, unexplained),
      cause,
    }),
  notSet: (line: string, read: string): EucentricError =>
    new EucentricError({
      code: 'hitachi/not-set',
      message: `Hitachi column: after "${line}" it is at ${read}, which is something else.`,
      hint: 'Look at the column before going on: somebody may be turning its knobs, or the line was damaged on its way.',
    }),
  screenStuck: (wanted: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'hitachi/screen-timeout',
      message: `Hitachi column: the viewing screen was not ${wanted} within ${seconds} s.`,
      hint: 'See whether something blocks the screen, then try again.',
    }),
  stageBusy: (): EucentricError =>
    new EucentricError({
      code: 'hitachi/stage-busy',
      message: 'Hitachi stage: it is still moving, so the new move was not sent.',
      hint: 'Wait until the stage stands still, then try again.',
    }),
  stageTimeout: (seconds: number): EucentricError =>
    new EucentricError({
      code: 'hitachi/stage-timeout',
      message: `Hitachi stage: it had not arrived after ${seconds} s.`,
      hint: 'Look at the stage: it may have been touched or stopped. StageTimeoutFactor sets how long a move may take.',
    }),
  notOpen: (): EucentricError =>
    new EucentricError({
      code: 'hitachi/not-connected',
      message: 'Hitachi column: it was used before it was connected.',
      hint: 'Start the program again; it connects at the start.',
    }),
};
