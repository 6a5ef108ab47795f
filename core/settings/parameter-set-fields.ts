import type { CameraSettings } from './camera-settings';
import {
  countsElectrons,
  type DoseFractions,
  namedAreas,
  type ParameterSet,
  type ScanParameters,
} from './parameter-sets';

/** The value of a field of a parameter set, as a person enters it. */
export type ParameterValue = number | boolean | string;

/** Parts of a camera by which it is known what fields make sense for it. */
export interface FieldCamera extends Pick<CameraSettings, 'binnings' | 'get' | 'isStem' | 'sizeX' | 'sizeY'> {
  /** The shutters among which it can choose. */
  readonly shutters?: readonly string[] | undefined;
  /** True where exposures can be divided into frames. */
  readonly dividesExposures: boolean;
}

/** One field of a parameter set for people: its name, its nature, and how it is read from a set and changed in it. */
export interface ParameterSetField {
  /** Path in the set, such as `fractions.frameTime`. */
  readonly id: string;
  readonly label: string;
  readonly unit?: string;
  /** One sentence for an operator. */
  readonly about: string;
  readonly kind: 'number' | 'whole number' | 'switch' | 'choice' | 'text';
  readonly step?: number;
  /** Limits of a number; the camera may allow less. */
  readonly range?: readonly [minimum: number, maximum: number];
  /** The values to choose from on a camera; undefined where any value of the kind is possible. */
  readonly choices?: (camera: FieldCamera) => readonly string[];
  /** False where the field means nothing for a camera. */
  appliesTo?(camera: FieldCamera): boolean;
  /** The value in a set; undefined where the set has none, such as a frame time without frames. */
  read(set: ParameterSet): ParameterValue | undefined;
  /** The change that gives a set the value; undefined where the value cannot be understood. */
  change(set: ParameterSet, value: ParameterValue): Partial<ParameterSet> | undefined;
}

type Described = Pick<ParameterSetField, 'label' | 'about'> & Partial<ParameterSetField>;
type KeysOf<Holder, Value> = { [Key in keyof Holder]-?: Holder[Key] extends Value ? Key : never }[keyof Holder];

const asNumber = (value: ParameterValue): number => (typeof value === 'number' ? value : Number(value));

/** A field of a set that holds a value of the kind itself. */
function plain<Key extends KeysOf<ParameterSet, ParameterValue>>(
  id: Key,
  kind: Exclude<ParameterSetField['kind'], 'text'>,
  described: Described,
): ParameterSetField {
  return {
    id,
    kind,
    read: (set) => set[id],
    change: (_, value) => ({ [id]: value }),
    ...described,
  };
}

/** The division that a set begins with when frames are switched on. */
const firstFractions: DoseFractions = {
  frameTime: 0.1,
  align: 'no',
  alignParameters: 0,
  save: false,
  sum: false,
  skipBefore: 0,
  skipAfter: 0,
  groups: [],
};
const firstScan: ScanParameters = { lineSync: false, dynamicFocus: false, integration: 0, detectors: [] };

function ofFractions<Key extends KeysOf<DoseFractions, ParameterValue>>(
  key: Key,
  kind: Exclude<ParameterSetField['kind'], 'text'>,
  described: Described,
): ParameterSetField {
  return {
    id: `fractions.${key}`,
    kind,
    appliesTo: ({ dividesExposures }) => dividesExposures,
    read: ({ fractions }) => fractions?.[key],
    change: ({ fractions }, value) => ({ fractions: { ...firstFractions, ...fractions, [key]: value } }),
    ...described,
  };
}

function ofScan<Key extends KeysOf<ScanParameters, ParameterValue>>(
  key: Key,
  kind: Exclude<ParameterSetField['kind'], 'text'>,
  described: Described,
): ParameterSetField {
  return {
    id: `scan.${key}`,
    kind,
    appliesTo: ({ isStem }) => isStem,
    read: ({ scan }) => scan?.[key] ?? firstScan[key],
    change: ({ scan }, value) => ({ scan: { ...firstScan, ...scan, [key]: value } }),
    ...described,
  };
}

/** Whole numbers in a text, separated by anything; undefined where something else stands there. */
function wholeNumbers(text: string): readonly number[] | undefined {
  const items = text.split(/[\s,;x]+/).filter((item) => item !== '');
  return items.every((item) => /^\d+$/.test(item)) ? items.map(Number) : undefined;
}

const isNamedArea = (text: string): text is (typeof namedAreas)[number] =>
  (namedAreas as readonly string[]).includes(text);

function areaIn(text: string): ParameterSet['area'] | undefined {
  const word = text.trim().toLowerCase();
  if (isNamedArea(word)) return word;
  const [left, top, right, bottom, ...more] = wholeNumbers(text) ?? [];
  if (left === undefined || top === undefined || right === undefined || bottom === undefined || more.length > 0)
    return undefined;
  return { left, top, right, bottom };
}

function groupsIn(text: string): DoseFractions['groups'] | undefined {
  const numbers = wholeNumbers(text);
  if (!numbers || numbers.length % 2 !== 0) return undefined;
  return Array.from({ length: numbers.length / 2 }, (_, at): [number, number] => [
    numbers[2 * at]!,
    numbers[2 * at + 1]!,
  ]);
}

/** Every field of a parameter set, in the order in which people go through them. */
export const parameterSetFields: readonly ParameterSetField[] = [
  plain('exposure', 'number', {
    label: 'Exposure',
    unit: 's',
    step: 0.1,
    range: [0.0001, 3600],
    about: 'Time for which the camera is exposed.',
  }),
  plain('driftSettling', 'number', {
    label: 'Drift settling',
    unit: 's',
    step: 0.1,
    range: [0, 600],
    about: 'Time for which the specimen is illuminated before the exposure.',
  }),
  plain('binning', 'choice', {
    label: 'Binning',
    about: 'Physical pixels along each side that are summed to one pixel of the image.',
    choices: ({ binnings }) => binnings.map(String),
    change: (_, value) => (Number.isInteger(asNumber(value)) ? { binning: asNumber(value) } : undefined),
  }),
  {
    id: 'area',
    kind: 'text',
    label: 'Area',
    about: `Part of the camera that is read: ${namedAreas.join(', ')}, or the edges left, top, right, bottom in unbinned pixels.`,
    choices: () => namedAreas,
    read: ({ area }) => (typeof area === 'string' ? area : [area.left, area.top, area.right, area.bottom].join(', ')),
    change: (_, value) => {
      const area = areaIn(String(value));
      return area === undefined ? undefined : { area };
    },
  },
  plain('shutter', 'choice', {
    label: 'Shutter',
    about: 'What begins and ends an exposure: the beam blanker, the film shutter or both.',
    choices: ({ shutters }) => {
      const all = ['beam', 'film', 'dual'];
      const own = all.filter((each) => shutters?.includes(each));
      return own.length > 0 ? own : all;
    },
  }),
  plain('processing', 'choice', {
    label: 'Processing',
    about: 'What is done with the raw image.',
    choices: () => ['unprocessed', 'dark subtracted', 'gain normalized'],
  }),
  plain('readMode', 'choice', {
    label: 'Read mode',
    about: 'How the camera is read: the charge is measured, or single electrons are counted.',
    choices: () => ['linear', 'counting', 'super-resolution'],
    appliesTo: countsElectrons,
  }),
  plain('continuous', 'switch', {
    label: 'Continuous',
    about: 'Takes images one after the other until something stops them.',
  }),
  {
    id: 'fractions',
    kind: 'switch',
    label: 'Frames',
    about: 'Divides the exposure into frames.',
    appliesTo: ({ dividesExposures }) => dividesExposures,
    read: ({ fractions }) => fractions !== undefined,
    change: ({ fractions }, value) =>
      ({ fractions: value === true ? (fractions ?? firstFractions) : undefined }) as Partial<ParameterSet>,
  },
  ofFractions('frameTime', 'number', {
    label: 'Frame time',
    unit: 's',
    step: 0.01,
    range: [0.0001, 600],
    about: 'Exposure of one frame.',
  }),
  ofFractions('align', 'choice', {
    label: 'Alignment',
    about: 'Who aligns the frames before they are added up.',
    choices: () => ['no', 'by the camera', 'by the program', 'by IMOD'],
  }),
  ofFractions('alignParameters', 'whole number', {
    label: 'Alignment parameters',
    range: [0, 1000],
    about: 'Number of the parameters for aligning, from 0.',
  }),
  ofFractions('save', 'switch', { label: 'Save frames', about: 'Saves the frames.' }),
  ofFractions('sum', 'switch', { label: 'Sum in groups', about: 'Adds frames up in groups before they are saved.' }),
  {
    id: 'fractions.groups',
    kind: 'text',
    label: 'Groups',
    about:
      'Groups of frames that are saved as one, such as 10 x 2, 5 x 4: the number of groups, and of frames in each.',
    appliesTo: ({ dividesExposures }) => dividesExposures,
    read: ({ fractions }) => fractions?.groups.map(([count, size]) => `${count} x ${size}`).join(', '),
    change: ({ fractions }, value) => {
      const groups = groupsIn(String(value));
      return groups && { fractions: { ...firstFractions, ...fractions, groups } };
    },
  },
  ofFractions('skipBefore', 'whole number', {
    label: 'Skip at the beginning',
    range: [0, 10],
    about: 'Frames at the beginning that are left out of the sum.',
  }),
  ofFractions('skipAfter', 'whole number', {
    label: 'Skip at the end',
    range: [0, 10],
    about: 'Frames at the end that are left out of the sum.',
  }),
  plain('darkReferenceEveryTime', 'switch', {
    label: 'New dark reference',
    about: 'Takes a new dark reference for each image.',
  }),
  plain('darkReferenceImages', 'whole number', {
    label: 'Dark references',
    range: [1, 100],
    about: 'Number of images of which a dark reference is the mean.',
  }),
  plain('removeXRays', 'switch', { label: 'Remove X-rays', about: 'Removes the spots of X-rays from the image.' }),
  plain('driftCorrection', 'switch', {
    label: 'Drift correction',
    about: 'Corrects drift within the exposure.',
    appliesTo: ({ get }) => get('OneViewType') > 0,
  }),
  ofScan('lineSync', 'switch', { label: 'Line sync', about: 'Begins each line at the same phase of the mains.' }),
  ofScan('dynamicFocus', 'switch', {
    label: 'Dynamic focus',
    about: 'Follows the height of a tilted specimen from line to line.',
  }),
  ofScan('integration', 'whole number', {
    label: 'Scans',
    range: [0, 1000],
    about: 'Number of scans that are added up; 0 for one.',
  }),
  {
    id: 'scan.detectors',
    kind: 'text',
    label: 'Detectors',
    about: 'Numbers of the detectors, in the order of the images.',
    appliesTo: ({ isStem }) => isStem,
    read: ({ scan }) => (scan?.detectors ?? []).join(', '),
    change: ({ scan }, value) => {
      const detectors = wholeNumbers(String(value));
      return detectors && { scan: { ...firstScan, ...scan, detectors: [...detectors] } };
    },
  },
];
