/** The stable codes of everything that can go wrong between this program and an automation server. */
export type ComErrorCode =
  | 'com/access-denied'
  | 'com/bad-call'
  | 'com/bad-value'
  | 'com/busy'
  | 'com/disconnected'
  | 'com/failed'
  | 'com/no-such-member'
  | 'com/not-registered'
  | 'com/not-started'
  | 'com/not-windows'
  | 'com/refused'
  | 'com/released';

/** The server's own description of an error. */
export interface ComErrorParts {
  /** The 32-bit result, as an unsigned number. */
  readonly result: number;
  /** The part of the server that reports it. */
  readonly source?: string;
  readonly description?: string;
  /** The result that the server itself gives beside the general one, as an unsigned number. */
  readonly ownResult?: number;
}

/** Says what went wrong with an automation server, at which call, and what to do about it. */
export class ComError extends Error {
  override readonly name = 'ComError';
  /** The 32-bit result of the call, as an unsigned number; undefined when the call was never made. */
  readonly result: number | undefined;

  constructor(
    readonly code: ComErrorCode,
    message: string,
    readonly hint: string,
    failure?: ComErrorParts,
  ) {
    super(message);
    this.result = failure?.ownResult || failure?.result;
  }
}

interface Meaning {
  readonly code: ComErrorCode;
  readonly text: string;
  readonly hint: string;
}

const restart = 'Restart the microscope software on that computer if it does not recover, then connect again.';
const disconnected: Meaning = { code: 'com/disconnected', text: 'its server has gone', hint: restart };
const busy: Meaning = {
  code: 'com/busy',
  text: 'its server is busy',
  hint: 'Wait until it has finished what it is doing, then try again. A message box may be waiting for an answer there.',
};
const absent: Meaning = {
  code: 'com/no-such-member',
  text: 'it does not have that',
  hint: 'The instrument or its software version lacks this function; switch off in the configuration what needs it.',
};
const wrong: Meaning = {
  code: 'com/bad-call',
  text: 'it does not take these values',
  hint: 'The version of the scripting interface may differ from the one expected. Please keep the log and report it.',
};
const denied: Meaning = {
  code: 'com/access-denied',
  text: 'Windows does not permit it',
  hint: 'Run this program as the user who runs the microscope software, with both of them as administrator or neither.',
};

/** Meanings of the results of servers and Windows. */
const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [
    0x800401f3,
    {
      code: 'com/not-registered',
      text: 'Windows knows no program of that name',
      hint: 'Install the scripting interface of the microscope software on this computer, or set the name that is registered here in the options of the plugin.',
    },
  ],
  [
    0x80040154,
    {
      code: 'com/not-registered',
      text: 'its server is not installed for 64-bit programs',
      hint: 'Install or register the scripting interface on this computer.',
    },
  ],
  [
    0x80080005,
    {
      code: 'com/not-started',
      text: 'its server could not be started',
      hint: 'Start the microscope software first, then connect again.',
    },
  ],
  [
    0x8007007e,
    {
      code: 'com/not-started',
      text: 'a part of its server is missing',
      hint: 'Repair the installation of the scripting interface.',
    },
  ],
  [0x80010108, disconnected],
  [0x80010007, disconnected],
  [0x80010012, disconnected],
  [0x800706ba, disconnected],
  [0x800706be, disconnected],
  [0x800706bf, disconnected],
  [0x800401fd, disconnected],
  [0x80010001, busy],
  [0x8001010a, busy],
  [0x80010005, busy],
  [0x80020003, absent],
  [0x80020006, absent],
  [0x80004001, absent],
  [0x8004fffc, absent],
  [0x80004002, absent],
  [0x80020004, wrong],
  [0x80020005, wrong],
  [0x80020007, wrong],
  [0x80020008, wrong],
  [0x8002000e, wrong],
  [0x8002000f, wrong],
  [0x80070057, wrong],
  [0x80070005, denied],
  [0x80030005, denied],
  [
    0x8002000a,
    {
      code: 'com/refused',
      text: 'the value is out of its range',
      hint: 'Ask for a value within the limits of the instrument.',
    },
  ],
  [
    0x8004fffd,
    {
      code: 'com/refused',
      text: 'the value is out of its range',
      hint: 'Ask for a value within the limits of the instrument.',
    },
  ],
  [
    0x8004fffe,
    {
      code: 'com/refused',
      text: 'the value was cut to what it can do',
      hint: 'Ask for a value within the limits of the instrument.',
    },
  ],
]);
const exception = 0x80020009;
const plain: Meaning = {
  code: 'com/failed',
  text: 'it failed',
  hint: 'Look for a message on the microscope computer; the state of the instrument may forbid this.',
};

/** Writes a result as Windows does, such as 0x80020009. */
const describeResult = (result: number): string => `0x${(result >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;

/** The error for a call that did not succeed. `call` names it, such as `TEMScripting.Instrument Projection.Defocus`. */
export function comError(call: string, failure: ComErrorParts): ComError {
  const own = failure.ownResult ? meanings.get(failure.ownResult >>> 0) : undefined;
  const general = failure.result >>> 0 === exception ? undefined : meanings.get(failure.result >>> 0);
  const refusal: Meaning = { ...plain, code: 'com/refused', text: 'the server refused' };
  const { code, text, hint } = own ?? general ?? (failure.result >>> 0 === exception ? refusal : plain);
  const words = [failure.source, failure.description].filter((each) => each !== undefined && each !== '').join(': ');
  const result = failure.ownResult || failure.result;
  return new ComError(
    code,
    `${call}: ${text}${words ? ` ("${words}")` : ''} (${describeResult(result)}).`,
    hint,
    failure,
  );
}

/** Throws when Windows says that a call did not succeed. */
export function checkResult(call: string, result: number): void {
  if (result < 0) throw comError(call, { result: result >>> 0 });
}

/** Errors that are found before a call is made. */
export const comErrors = {
  notWindows: (platform: string): ComError =>
    new ComError(
      'com/not-windows',
      `Automation servers are reached on Windows with a 64-bit Node only; this is ${platform}.`,
      'Run this program on the microscope computer, or choose another wire in the options of the plugin.',
    ),
  noKoffi: (reason: string): ComError =>
    new ComError(
      'com/not-windows',
      `The package koffi, which calls Windows, could not be loaded: ${reason}`,
      'Run "npm ci" in the folder of the program on this computer.',
    ),
  badValue: (call: string, what: string): ComError =>
    new ComError(
      'com/bad-value',
      `${call}: ${what}; nothing was sent.`,
      'This is a fault of the program. Please keep the log and report it.',
    ),
  unknownType: (call: string, type: string): ComError =>
    new ComError(
      'com/bad-value',
      `${call}: it answered with ${type}, which this program cannot read.`,
      'Please keep the log and report it, with the version of the microscope software.',
    ),
  released: (name: string): ComError =>
    new ComError(
      'com/released',
      `${name} was used after it had been released.`,
      'Connect again. If it happens again, please keep the log and report it.',
    ),
};
