import type { Layout } from './fields';
import { mainLayouts } from './main-layouts';
import { flybackLayouts, shortTermLayouts } from './short-term-layouts';

/** Name of one of the three calibration files. */
export type FileKind = 'calibrations' | 'short-term' | 'flyback';

/** Properties of a kind of calibration file. */
export interface FileFormat {
  readonly kind: FileKind;
  /** The first item of the first line, case-sensitive. */
  readonly header: string;
  /** The usual file name. */
  readonly fileName: string;
  /** The layouts of all records in the order in which SerialEM writes them. */
  readonly layouts: ReadonlyMap<string, Layout>;
  /** The record on every line, in a file without keywords. */
  readonly everyLine?: string;
  /** Names of records that are written as one group, sorted by their key. */
  readonly interleaved: readonly string[];
}

const inOrder = (layouts: Readonly<Record<string, Layout>>): ReadonlyMap<string, Layout> =>
  new Map(Object.entries(layouts));

/** The three formats. */
export const fileFormats: Readonly<Record<FileKind, FileFormat>> = {
  calibrations: {
    kind: 'calibrations',
    header: 'SerialEMCalibrations',
    fileName: 'SerialEMcalibrations.txt',
    layouts: inOrder(mainLayouts),
    interleaved: [],
  },
  'short-term': {
    kind: 'short-term',
    header: 'SerialEMShortTermCal',
    fileName: 'SEMshortTermCal.txt',
    layouts: inOrder(shortTermLayouts),
    interleaved: ['ImageShiftMatrix', 'StageCalibration'],
  },
  flyback: {
    kind: 'flyback',
    header: 'SerialEMFlybackTimes',
    fileName: 'SEMflybackTimes.txt',
    layouts: inOrder(flybackLayouts),
    everyLine: 'FlybackTime',
    interleaved: [],
  },
};

const ranks = new Map(
  Object.values(fileFormats).map((format) => {
    const names = [...format.layouts.keys()];
    const ranked = (name: string): string => (format.interleaved.includes(name) ? format.interleaved[0]! : name);
    return [format.kind, new Map(names.map((name) => [name, names.indexOf(ranked(name))]))];
  }),
);

/** The place of a record in the order of writing; -1 for an unknown one. */
export const rankOf = (format: FileFormat, name: string): number => ranks.get(format.kind)?.get(name) ?? -1;
