import { EucentricError, describe, hintOf } from '../../../core/base';
import type { ExposureRefusal } from '../../../core/devices';

/** The errors of the detector service, each with a stable code. */
export const detectorErrors = {
  notConnected: (name: string): EucentricError =>
    new EucentricError({
      code: 'jeol/detectors-not-connected',
      message: `${name}: it was used before the detector service was reached.`,
      hint: 'Start the program again; it connects at the start.',
    }),
  missing: (name: string, attached: readonly string[]): EucentricError =>
    new EucentricError({
      code: 'jeol/no-such-detector',
      message: `The detector service has no detector "${name}"; it has ${attached.join(', ') || 'none'}.`,
      hint: 'Give the names that TEM Center has for them as DetectorName of the STEM camera.',
    }),
  badExposure: (name: string, { what, asked, allowed }: ExposureRefusal): EucentricError =>
    new EucentricError({
      code: 'jeol/bad-exposure',
      message: `${name} does not take ${asked} as ${what} (it takes ${allowed}); nothing was sent.`,
      hint: 'Change the camera parameters.',
    }),
  busy: (name: string): EucentricError =>
    new EucentricError({
      code: 'jeol/scan-busy',
      message: `${name} is still scanning.`,
      hint: 'Wait until the scan has ended.',
    }),
  refused: (call: string, status: number): EucentricError =>
    new EucentricError({
      code: 'jeol/detectors-refused',
      message: `The detector service refused ${call} (HTTP ${status}); nothing was done.`,
      hint: 'See in TEM Center whether the detector is there and free, and whether the column is in STEM.',
    }),
  strangeAnswer: (call: string, answer: unknown): EucentricError =>
    new EucentricError({
      code: 'jeol/strange-detector-answer',
      message: `The detector service answered ${call} with ${(JSON.stringify(answer) ?? 'nothing').slice(0, 80)}, which this program does not understand; it was not used.`,
      hint: 'Check that the address is that of the detector service of TEM Center, and report its version and this answer.',
    }),
  strangeImage: (detector: string, what: string): EucentricError =>
    new EucentricError({
      code: 'jeol/strange-image',
      message: `${detector}: the detector service sent an image that cannot be used (${what}); it was thrown away.`,
      hint: 'Set the detector to images of 16 bits in TEM Center, then scan again.',
    }),
  notTaken: (detector: string, what: string): EucentricError =>
    new EucentricError({
      code: 'jeol/detector-setting-not-taken',
      message: `${detector} did not take its settings: ${what}. No image was taken.`,
      hint: 'Choose a size and a time on a pixel that the detector has in TEM Center.',
    }),
  notAssigned: (names: readonly string[]): EucentricError =>
    new EucentricError({
      code: 'jeol/channels-not-assigned',
      message: `The detector service did not assign a channel to ${names.join(', ')}.`,
      hint: 'Assign the detectors in TEM Center, then scan again.',
    }),
  wrongImage: (detector: string, got: string, wanted: string): EucentricError =>
    new EucentricError({
      code: 'jeol/wrong-image',
      message: `${detector} delivered an image of ${got} pixels instead of ${wanted}; it was thrown away.`,
      hint: 'Check CameraSizeX, CameraSizeY and Binnings of the STEM camera in the configuration.',
    }),
  failed: (name: string, cause: unknown): EucentricError =>
    new EucentricError({
      code: 'jeol/scan-failed',
      message: `${name}: the scan could not be made: ${describe(cause)}`,
      hint: hintOf(cause, 'Look for a message in TEM Center.'),
      cause,
    }),
  noAnswer: (name: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'jeol/no-scan',
      message: `${name}: no scan within ${seconds.toFixed(0)} s.`,
      hint: 'Look for a message in TEM Center, and check the detector there.',
    }),
};
