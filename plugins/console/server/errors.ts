import { EucentricError } from '../../../core/base';

/** The errors of the console, each with a stable code. */
export const consoleErrors = {
  notInControl: (): EucentricError =>
    new EucentricError({
      code: 'console/not-in-control',
      message: 'Another browser is in control of the microscope.',
      hint: 'Take control first; the person who has it now sees that you took it.',
    }),
  tooMuch: (): EucentricError =>
    new EucentricError({
      code: 'console/too-much',
      message: 'This page asks for more than the program can do at a time.',
      hint: 'Wait a moment, or reload the page.',
    }),
  actionStopped: (what: string): EucentricError =>
    new EucentricError({
      code: 'console/action-stopped',
      message: `${what}: stopped.`,
      hint: 'Whatever was moving stays where it was stopped; no image was kept.',
    }),
  notAllowedYet: (name: string): EucentricError =>
    new EucentricError({
      code: 'console/asks-for-control',
      message: `${name} is an administrator in the middle of a run, and has to give you control.`,
      hint: 'The request is shown there. STOP works for you in any case.',
    }),
  roleTooLow: (role: string): EucentricError =>
    new EucentricError({
      code: 'console/not-allowed',
      message: `This needs the role of ${role}.`,
      hint: `Open the console with the address for ${role}s that the program printed when it started.`,
    }),
  administratorAgrees: (why: string): EucentricError =>
    new EucentricError({
      code: 'console/administrator-agrees',
      message: 'Only an administrator may answer this with yes.',
      hint: `Answer no, or leave the question to an administrator. ${why}`,
    }),
  badCommand: (): EucentricError =>
    new EucentricError({
      code: 'console/bad-command',
      message: 'The page sent something that the program does not understand.',
      hint: 'Reload the page; it may be older than the program.',
    }),
  nothingWaiting: (): EucentricError =>
    new EucentricError({
      code: 'console/answered-already',
      message: 'This question is no longer open.',
      hint: 'It was answered elsewhere, or the run has ended.',
    }),
  imageGone: (): EucentricError =>
    new EucentricError({
      code: 'console/image-gone',
      message: 'This image is not in a buffer any more.',
      hint: 'Choose another buffer.',
    }),
  ringsUnknown: (what: string): EucentricError =>
    new EucentricError({
      code: 'console/rings-unknown',
      message: `The rings of this image cannot be fitted: nobody knows ${what}.`,
      hint: 'Take an image at a magnification with a known pixel size, or read one with its metadata.',
    }),
  imageNotDrawn: (why: string): EucentricError =>
    new EucentricError({
      code: 'console/image-not-drawn',
      message: `This image could not be prepared for the page: ${why}.`,
      hint: 'Choose the buffer again. If that does not help, the program may be out of memory: end it and start it again.',
    }),
  superseded: (): EucentricError =>
    new EucentricError({
      code: 'console/superseded',
      message: 'The page requested a newer image before this one was sent.',
      hint: 'Nothing needs to be done; the page shows the newer image.',
    }),
  unknownSetting: (id: string): EucentricError =>
    new EucentricError({
      code: 'console/unknown-setting',
      message: `There is no setting ${id} that could be changed here.`,
      hint: 'Reload the page; the devices may have changed.',
    }),
  badValue: (label: string, expected: string): EucentricError =>
    new EucentricError({
      code: 'console/bad-value',
      message: `${label} needs ${expected}.`,
      hint: 'Correct the value; nothing was sent to the microscope.',
    }),
  fileIncomplete: (): EucentricError =>
    new EucentricError({
      code: 'console/file-incomplete',
      message: 'The file did not arrive completely.',
      hint: 'Choose it again.',
    }),
  fileTooLarge: (bytes: number): EucentricError =>
    new EucentricError({
      code: 'console/file-too-large',
      message: `The file is larger than ${bytes / 1024 / 1024} megabyte.`,
      hint: 'Choose a settings file of SerialEM, such as SerialEMsettings.txt.',
    }),
  nothingToWrite: (): EucentricError =>
    new EucentricError({
      code: 'console/nothing-to-write',
      message: 'This difference is out of date.',
      hint: 'Ask for the difference again and look at it before you write it.',
    }),
  inOtherArea: (area: string, present: string): EucentricError =>
    new EucentricError({
      code: 'console/in-other-area',
      message: `The column has the settings of ${present}; ${area} stays as it is.`,
      hint: `Go to ${area} or switch Low Dose off first, or copy ${present} to ${area}.`,
    }),
  inLowDose: (what: string): EucentricError =>
    new EucentricError({
      code: 'console/in-low-dose',
      message: `${what} while Low Dose is on: the areas would change under the column.`,
      hint: 'Switch Low Dose off first.',
    }),
  noCamera: (): EucentricError =>
    new EucentricError({
      code: 'console/no-camera',
      message: 'This instrument has no camera to take an image with.',
      hint: 'Switch on the plugin of a camera in the configuration.',
    }),
  noShiftMatrix: (): EucentricError =>
    new EucentricError({
      code: 'console/no-image-shift-calibration',
      message: 'The image shift for this drag is not known.',
      hint: 'Run Image Shift at this magnification first.',
    }),
  busy: (label: string): EucentricError =>
    new EucentricError({
      code: 'console/busy',
      message: `${label} is measuring; the microscope cannot be changed now.`,
      hint: 'Wait until it has ended or asks for something, or press STOP.',
    }),
  pageNotBuilt: (why: string, cause?: unknown): EucentricError =>
    new EucentricError({
      code: 'console/page-not-built',
      message: `The page of the console could not be built: ${why}`,
      hint: 'Install the program again ("npm ci" in a checkout), or use the terminal: "eucentric start --terminal".',
      cause,
    }),
  cannotListen: (host: string, port: number, cause: Error): EucentricError =>
    new EucentricError({
      code: 'console/cannot-listen',
      message: `The console could not be served on ${host}, port ${port}: ${cause.message}`,
      hint: 'Choose another host or port under "console:" in the configuration.',
      cause,
    }),
};
