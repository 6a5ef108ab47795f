/** The stable codes of everything that can go wrong between this program and the process that speaks to a device. */
export type HostErrorCode =
  | 'host/call-failed'
  | 'host/closed'
  | 'host/crashed'
  | 'host/garbled'
  | 'host/keeps-failing'
  | 'host/no-answer'
  | 'host/not-started'
  | 'host/silent';

/** Says what went wrong with the process that speaks to a device, which device that is, and what to do. */
export class HostError extends Error {
  override readonly name = 'HostError';

  constructor(
    readonly code: HostErrorCode,
    message: string,
    readonly hint: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** An error that the device's own code raised in its process, with what it said there. */
export class DeviceCallError extends Error {
  override readonly name = 'DeviceCallError';

  constructor(
    /** Stable code that the device's code gave it; `host/call-failed` where it gave none. */
    readonly code: string,
    message: string,
    readonly hint: string,
    /** Further data from the device's code, such as the result of a call into Windows. */
    readonly details: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

const look = 'Look at the instrument before you go on: what was asked for may have been done in part.';
const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`;

/** The errors that a device's process can come to. */
export const hostErrors = {
  notStarted: (name: string, reason: string, cause?: unknown): HostError =>
    new HostError(
      'host/not-started',
      `${name}: the process that speaks to it could not be started: ${reason}`,
      'Check that Node can be started on this computer, and that nothing, such as a virus scanner, keeps programs from connecting to 127.0.0.1.',
      cause,
    ),
  crashed: (name: string, how: string, during: string): HostError =>
    new HostError(
      'host/crashed',
      `${name}: the process that speaks to it ended by itself (${how})${during}.`,
      `${look} It is restarted at the next use; if that fails again, restart the vendor's software.`,
    ),
  silent: (name: string, limit: number, during: string): HostError =>
    new HostError(
      'host/silent',
      `${name}: the process that speaks to it gave no sign of life for ${seconds(limit)}${during}, so it was ended.`,
      `${look} It is restarted at the next use. Check that this computer is not overloaded.`,
    ),
  noAnswer: (name: string, call: string, limit: number): HostError =>
    new HostError(
      'host/no-answer',
      `${name}: no answer to ${call} within ${seconds(limit)}; the process that speaks to it was ended.`,
      `${look} A message box may be waiting on the microscope computer. The process is restarted at the next use.`,
    ),
  garbled: (name: string, what: string, during: string): HostError =>
    new HostError(
      'host/garbled',
      `${name}: the process that speaks to it sent what cannot be understood (${what})${during}, so nothing of it was used and the process was ended.`,
      `${look} It is restarted at the next use.`,
    ),
  closed: (name: string, call: string): HostError =>
    new HostError(
      'host/closed',
      `${name}: ${call} was requested while the device was not connected.`,
      'Connect first.',
    ),
  keepsFailing: (name: string, times: number, last: Error): HostError =>
    new HostError(
      'host/keeps-failing',
      `${name}: the process that speaks to it failed ${times} times in a row; the last time: ${last.message}`,
      "Restart the vendor's software, then connect again.",
      last,
    ),
};
