import { CombinedError, EucentricError, describePlace } from '../core/base';
import type { Problem } from '../core/settings';

/** A configuration that cannot be used, with everything that is wrong with it. */
export function brokenConfiguration(file: string, problems: readonly Problem[]): EucentricError {
  const lines = problems.map(({ place, message, hint }) => `  ${describePlace(place)}: ${message} ${hint}`);
  return new EucentricError({
    code: 'settings/broken-configuration',
    message: [
      `The configuration ${file} has ${problems.length === 1 ? 'a fault' : `${problems.length} faults`}:`,
      ...lines,
    ].join('\n'),
    hint: `Correct what is listed; "eucentric check ${file}" shows it again.`,
    ...(problems[0] && { place: problems[0].place }),
  });
}

/** Connections that could not be closed at the end of a command. */
export const closingFailed = (failures: readonly unknown[]): CombinedError =>
  new CombinedError(
    {
      code: 'command/not-closed',
      message: 'Not everything could be closed:',
      hint: 'What was measured is kept. Check the devices named above before the next run.',
    },
    failures,
  );

/** No console is switched on. */
export const noConsole = (): EucentricError =>
  new EucentricError({
    code: 'start/no-console',
    message: 'No operator console is switched on.',
    hint: 'Add "console: {}" or "terminal: {}" under "plugins:" in the configuration; "start --terminal" needs the latter.',
  });

/** The console of a terminal was asked for where there is no terminal. */
export const noTerminal = (): EucentricError =>
  new EucentricError({
    code: 'start/no-terminal',
    message: 'The operator console needs a terminal for its keys and its screen.',
    hint: 'Start it in a terminal without redirection, or leave out --terminal for the console in a browser; programs use "eucentric run ID --json".',
  });

/** The truth of a simulation was asked for where there is none. */
export const noSimulation = (): EucentricError =>
  new EucentricError({
    code: 'truth/no-simulation',
    message: 'This instrument is not simulated, so its truth is not known.',
    hint: 'Use a configuration with "simulator: {}" under "plugins:".',
  });
