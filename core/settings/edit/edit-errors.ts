import { EucentricError, type Place, describePlace } from '../../base';
import type { Problem } from '../problem';

const byHand = 'Enter the values with a text editor; the log lists them. Nothing was written.';

/** Errors for a configuration that cannot be edited. */
export const editErrors = {
  notYaml: (file: string) =>
    new EucentricError({
      code: 'settings/not-yaml',
      message: `${file} is a SerialEMproperties.txt, which this program does not change.`,
      hint: 'Make a configuration of it with "eucentric import"; "eucentric export" writes the properties file again from that.',
    }),
  notValid: (file: string, problem: Problem | undefined) =>
    new EucentricError({
      code: 'settings/not-valid',
      message: problem ? `${describePlace(problem.place)}: ${problem.message}` : `${file} holds no settings.`,
      hint: 'Nothing was written. "eucentric check" lists the faults of a configuration; correct them first.',
    }),
  noSuchPlace: (file: string, what: string) =>
    new EucentricError({
      code: 'settings/no-such-place',
      message: `A value cannot be written into ${file}: ${what}.`,
      hint: byHand,
    }),
  notEditable: (place: Place, property: string) =>
    new EucentricError({
      code: 'settings/not-editable',
      message: `${describePlace(place)}: ${property} is written in a way that cannot be changed safely.`,
      hint: byHand,
    }),
  encoding: (file: string) =>
    new EucentricError({
      code: 'settings/not-editable',
      message: `${file} is in a code page that cannot be written back without loss.`,
      hint: 'Save it as UTF-8 with a text editor. Nothing was written.',
    }),
} as const;
