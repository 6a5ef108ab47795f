import {
  CombinedError,
  EucentricError,
  type Place,
  type ProgramCopy,
  StoppedError,
  type Token,
  thisCopy,
  errorContents,
} from '../base';

/** The errors that the kernel raises, each with a stable code. */
export const kernelErrors = {
  pluginNotFound: (id: string, nearest: string | undefined, cause: unknown, place?: Place): EucentricError =>
    new EucentricError({
      code: 'plugin/not-found',
      message: `Plugin ${id} was not found.`,
      hint: `${nearest === undefined ? 'Check the name under "plugins:" in the configuration' : `Did you mean ${nearest}? Otherwise`}: a plugin of your own is named by its path, starting with "./", or by its npm package.`,
      cause,
      ...(place && { place }),
    }),
  pluginNotBuilt: (id: string, why: string, cause: unknown, place?: Place): EucentricError =>
    new EucentricError({
      code: 'plugin/not-built',
      message: `Plugin ${id} is there, but the file that its package.json names is not: ${why}`,
      hint: `Compile ${id}, or correct "exports" or "main" in its package.json.`,
      cause,
      ...(place && { place }),
    }),
  pluginBroken: (id: string, why: string, cause?: unknown): EucentricError =>
    new EucentricError({
      code: 'plugin/broken',
      message: `Plugin ${id} could not be loaded: ${why}`,
      hint: `Switch ${id} off in the configuration, or report this to its author.`,
      cause,
    }),
  otherCopy: (id: string, copy: ProgramCopy): EucentricError =>
    new EucentricError({
      code: 'plugin/other-copy',
      message: `Plugin ${id} was made for another copy of eucentric (${describeCopy(copy)}) than the one that runs (${describeCopy(thisCopy)}), so the two do not know each other's tokens.`,
      hint: `Let both use one copy: start the eucentric that is installed where ${id} is, have ${id} name eucentric among its peerDependencies only, and run "npm dedupe" there; "npm ls eucentric" shows the copies.`,
    }),
  noRecording: (plugin: string): EucentricError =>
    new EucentricError({
      code: 'recording/not-named',
      message: `${plugin} plays a recording back, but none is named.`,
      hint: 'Name the file that --record wrote, as "recording: FILE" beside "wire: replay".',
    }),
  duplicateClaim: (what: string, first: string, second: string): EucentricError =>
    new EucentricError({
      code: 'plugin/duplicate-claim',
      message: `Plugins ${first} and ${second} both provide ${what}.`,
      hint: `Switch off one of the two in the configuration.`,
    }),
  missing: (plugin: string, wanted: Token<unknown>): EucentricError =>
    new EucentricError({
      code: 'plugin/missing-provider',
      message: `Plugin ${plugin} needs ${wanted.name}, but no plugin that is switched on provides it.`,
      hint: `Switch on a plugin that provides ${wanted.name}.`,
    }),
  notConnected: (errors: readonly unknown[]): CombinedError =>
    new CombinedError(
      {
        code: 'devices/not-connected',
        message: `${errors.length === 1 ? 'One device' : `${errors.length} devices`} could not be reached:`,
        hint: 'Fix each of them, then start again. Nothing was changed at the microscope.',
      },
      errors,
    ),
  connectionFailed: (plugin: string, what: string, cause: unknown): EucentricError =>
    new EucentricError({
      code: 'devices/connection-failed',
      message: `${plugin}: ${what}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: hintOf(cause),
      cause,
    }),
  unknownItem: (id: string, nearest: string | undefined): EucentricError =>
    new EucentricError({
      code: 'menu/unknown-item',
      message: `There is no menu item ${id}.`,
      hint:
        nearest === undefined
          ? 'The command "menu" lists all items.'
          : `Did you mean ${nearest}? The command "menu" lists all items.`,
    }),
  ambiguousItem: (name: string, ids: readonly string[]): EucentricError =>
    new EucentricError({
      code: 'menu/ambiguous-item',
      message: `${ids.length} menu items are called ${name}: ${ids.join(' and ')}.`,
      hint: 'Name one of them by its id.',
    }),
  noPlace: (item: string, plugin: string): EucentricError =>
    new EucentricError({
      code: 'plugin/no-place',
      message: `Plugin ${plugin} brings the item ${item}, which has no place in the menu.`,
      hint: 'Give it a label, a summary and its submenus: "place" in defineItem, or a line in the menu of the plugin.',
    }),
  notStarted: (label: string): EucentricError =>
    new EucentricError({
      code: 'run/not-started',
      message: `${label} was not started.`,
      hint: 'Nothing was changed. Start it again when everything is ready.',
    }),
  noInstrument: (item: string): EucentricError =>
    new EucentricError({
      code: 'run/no-place',
      message: `${item} needs a column and a camera to know where it is, and this instrument lacks one of them.`,
      hint: 'Switch on the plugins of the column and of a camera.',
    }),
  disabled: (label: string, reason: string): EucentricError =>
    new EucentricError({
      code: 'menu/disabled',
      message: `${label} cannot run now: ${reason}.`,
      hint: 'Fix the reason given first, then try again.',
    }),
  undeclaredSetting: (item: string, setting: string): EucentricError =>
    new EucentricError({
      code: 'run/undeclared-setting',
      message: `${item} would set ${setting}, which it does not declare. Nothing was changed.`,
      hint: 'This is a fault of the item; list the setting in "sets" of its declaration.',
    }),
  noSuchBuffer: (buffer: string): EucentricError =>
    new EucentricError({
      code: 'buffers/no-such-buffer',
      message: `There is no buffer ${buffer}.`,
      hint: 'Buffers have the letters A to V.',
    }),
  busy: (running: string): EucentricError =>
    new EucentricError({
      code: 'run/busy',
      message: `${running} is still running; only one item can run at a time.`,
      hint: 'Wait until it has ended, or stop it.',
    }),
  /** The end of a run that could not put everything back. The reason why the run ended comes first. */
  notRestored: (what: readonly unknown[], during: unknown): CombinedError =>
    new CombinedError(
      {
        code: 'run/not-restored',
        message: `${causeFirst(during)}Not everything could be put back as it was before the run:`,
        hint: 'Check the settings named above at the microscope before you go on.',
        cause: during,
      },
      what,
    ),
  undeclaredQuestion: (item: string, question: string): EucentricError =>
    new EucentricError({
      code: 'plugin/undeclared-question',
      message: `Item ${item} asked the question "${question}", which it does not declare.`,
      hint: 'Add it to "questions" in the declaration of the item.',
    }),
  undeclaredRecord: (item: string, record: string): EucentricError =>
    new EucentricError({
      code: 'plugin/undeclared-record',
      message: `Item ${item} changes the record ${record}, which it does not declare; nothing was stored.`,
      hint: 'Add it to "stores" in the declaration of the item.',
    }),
  noAnswer: (question: string, text: string): EucentricError =>
    new EucentricError({
      code: 'run/no-answer',
      message: `No answer was given to "${question}": ${text}`,
      hint: `Give one with --answer '${question}=...', or take every default with --defaults.`,
    }),
  /** The operator has to do something that no prepared answer can do. */
  nobodyActs: (question: string, text: string): EucentricError =>
    new EucentricError({
      code: 'run/no-answer',
      message: `No answer was given to "${question}": ${text}.`,
      hint: 'Only a person can do this. Run the item in the console (eucentric start), or in a terminal without --json.',
    }),
  badAnswer: (question: string, given: string, wanted: string): EucentricError =>
    new EucentricError({
      code: 'run/bad-answer',
      message: `"${given}" is not an answer to "${question}": ${wanted}.`,
      hint: 'Nothing was changed. Give another answer.',
    }),
  unguarded: (plugin: string, token: string, why: keyof typeof unguarded): EucentricError =>
    new EucentricError({
      code: 'kernel/unguarded',
      message: `Plugin ${plugin} provides ${token}, ${unguarded[why].because}; nothing would check or stop what is done with it.`,
      hint: unguarded[why].hint,
    }),
  noTimedBlanker: (): EucentricError =>
    new EucentricError({
      code: 'camera/no-timed-blanker',
      message:
        'No image was taken. The beam should stay blanked for a time, but the blanker of this column does not work while a camera exposes.',
      hint: 'Use another shutter of the camera, or another way to the column; "devices" names the reason.',
    }),
  beamBlocked: (label: string, on: string, off: string): EucentricError =>
    new EucentricError({
      code: 'camera/beam-blocked',
      message: `${label}: still ${on}, so the image would be black; none was taken.`,
      hint: `Switch it to "${off}" at the microscope, then try again.`,
    }),
  noSuchCamera: (index: number, reason: string, there: readonly string[]): EucentricError =>
    new EucentricError({
      code: 'kernel/no-such-camera',
      message: `Camera ${index} cannot be selected: ${reason}.`,
      hint: `Nothing was changed. The cameras that can be selected are ${there.join(', ')}.`,
    }),
  outOfRange: (what: string, value: string, limits: string): EucentricError =>
    new EucentricError({
      code: 'limits/out-of-range',
      message: `${opening(what)} of ${value} is outside the limits (${limits}); nothing was sent.`,
      hint: 'Choose a value within the limits, or correct the limits in the configuration if they are wrong.',
    }),
};

const describeCopy = ({ version, folder }: ProgramCopy): string => `${version} in ${folder}`;
/** Reasons why nothing guards a provided value, and the remedy for the author of the plugin. */
const unguarded = {
  unmarked: {
    because: 'which says neither that it is a device nor that it is none',
    hint: 'Make its token with device(...), which says what its settings are, or with service(...) if it reaches no instrument.',
  },
  settings: {
    because: 'which holds a setting though it is said to be no device',
    hint: 'Make its token with device(...) instead of service(...), so that each setting says what it is.',
  },
  cameras: {
    because: 'the list of all cameras',
    hint: 'Hand over each camera with host.provideCamera(...); the program makes the list.',
  },
} as const;

/** A name as a sentence opens with it. */
const opening = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Errors that know what to do keep their advice, those of the wires too; others get the usual one. */
function hintOf(cause: unknown): string {
  const { code, hint } = errorContents(cause);
  return code === 'program/unexpected'
    ? 'Check that the instrument and its server are running and that the address in the configuration is right.'
    : hint;
}

/** The cause of a failure as the beginning of a message. The hint of a stopped run says that all is as before, which is wrong here. */
function causeFirst(cause: unknown): string {
  if (cause === undefined) return '';
  const { code, message, hint } = errorContents(cause);
  return cause instanceof StoppedError ? `${message}\n` : `${message}\n  ${hint} [${code}]\n`;
}
