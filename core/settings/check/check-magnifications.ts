import type { Place } from '../../base';
import { findDefinition } from '../definitions';
import { errorAt, type Problem, warningAt } from '../problem';
import type { Settings } from '../settings';
import { type PropertySource, type Section, type Written, isNumber, readReal, rowsOf } from '../source';
import { allValues, lastEntry, numberedRows } from './rows';

const HIGHEST_INDEX: Readonly<Record<string, number>> = {
  MagnificationTable: 119,
  STEMMagTable: 119,
  FocusTickTable: 119,
  CameraLengthTable: 59,
};
/** General properties that hold magnification indexes; 0 or less means none. */
const BOUNDARIES = [
  'LowestMModeMagIndex',
  'LowestSecondaryModeMag',
  'LowestEFTEMNonLMIndex',
  'LowestGIFModeMagIndex',
  'OtherShiftBoundaries',
  'BeamShiftBoundaries',
  'MinMagIndexForAutofocus',
];
/** Properties of a camera whose rows begin with magnification indexes, and the number of these. */
const PER_MAG: Readonly<Record<string, number>> = {
  RotationAndPixel: 1,
  RefinedPixel: 1,
  RotationStretchXform: 1,
  SpecialRelativeRotation: 2,
};
const NOT_MEASURED = 999;

/** Problems in the tables of magnifications and in everything that refers to them. */
export function checkMagnifications(source: PropertySource, settings: Settings): readonly Problem[] {
  const { general } = source;
  const tables = Object.keys(HIGHEST_INDEX).flatMap((name) => checkTable(general, name));
  const regular = indexesIn(general, 'MagnificationTable');
  const scanning = indexesIn(general, 'STEMMagTable');
  const cameras = source.cameras.flatMap((section) => {
    const camera = settings.cameras.find((each) => each.index === section.index);
    return camera
      ? checkCamera(section, camera.isStem ? scanning : regular, camera.isStem ? 'STEMMagTable' : 'MagnificationTable')
      : [];
  });
  return [
    ...tables,
    ...missingTables(source, settings),
    ...BOUNDARIES.flatMap((name) => checkBoundary(general, name, regular)),
    ...checkLowestMode(general),
    ...cameras,
  ];
}

const indexesIn = (general: Section, table: string): ReadonlySet<number> =>
  new Set(numberedRows(general, table).map(({ index }) => index));

function checkTable(general: Section, name: string): readonly Problem[] {
  const found: Problem[] = [];
  const seen = new Map<number, Place>();
  let before: number | undefined;
  for (const { first, index, row } of numberedRows(general, name)) {
    if (index < 1 || index > HIGHEST_INDEX[name]!) {
      found.push(
        errorAt(
          'table-row',
          first.place,
          `${name} has the index ${index}; it goes from 1 to ${HIGHEST_INDEX[name]!}.`,
          'Correct the first value of the row.',
        ),
      );
    } else if (seen.has(index)) {
      found.push(
        errorAt(
          'table-row',
          first.place,
          `${name} has the index ${index} twice; line ${seen.get(index)!.line} has it already.`,
          'Keep one of the two rows.',
        ),
      );
    } else if (before !== undefined && index !== before + 1 && name !== 'FocusTickTable') {
      found.push(
        warningAt(
          'table-gap',
          first.place,
          `${name} goes from index ${before} to ${index}; some searches end at a gap.`,
          'Number the rows one by one.',
        ),
      );
    }
    seen.set(index, first.place);
    before = index;
    const value = row[1];
    if (name !== 'FocusTickTable' && value && isNumber(value.text)) found.push(...checkScale(name, value));
  }
  return found;
}

/** A magnification of 0 marks an index that is not used. */
function checkScale(name: string, value: Written): readonly Problem[] {
  const what = name === 'CameraLengthTable' ? 'camera length' : 'magnification';
  const scale = readReal(value.text);
  if (scale < 0)
    return [
      errorAt(
        'table-row',
        value.place,
        `A ${what} of ${value.text} is not possible.`,
        'Correct the second value of the row.',
      ),
    ];
  if (scale > 0) return [];
  return [
    warningAt(
      'table-gap',
      value.place,
      `A ${what} of 0 means that the index is not in use; some searches end there.`,
      'Leave such rows out and number the others one by one.',
    ),
  ];
}

/** The vendor of the column, if the plugins or the properties show it. */
function vendorOf({ general }: PropertySource, settings: Settings): 'jeol' | 'hitachi' | undefined {
  const plugins = settings.plugins.map(({ id }) => id);
  if (plugins.includes('jeol')) return 'jeol';
  if (plugins.includes('hitachi')) return 'hitachi';
  if (plugins.includes('fei')) return undefined;
  const topics = general.entries.map((entry) => findDefinition('general', entry.name)?.topic?.split('/')[0]);
  if (topics.includes('FEI')) return undefined;
  return topics.includes('JEOL') ? 'jeol' : topics.includes('Hitachi') ? 'hitachi' : undefined;
}

function missingTables(source: PropertySource, settings: Settings): readonly Problem[] {
  const { general, cameras } = source;
  if (settings.plugins.length === 0 && !cameras.some((camera) => camera.index! >= 0)) return [];
  const vendor = vendorOf(source, settings);
  const found: Problem[] = [];
  if (!lastEntry(general, 'MagnificationTable')) {
    const message = 'There is no MagnificationTable, so no magnification, pixel size or rotation is known.';
    found.push(
      (vendor ? errorAt : warningAt)(
        'missing-table',
        general.place,
        message,
        'Enter it; List Mags in the Calibration menu prints one to start from.',
      ),
    );
  }
  if (vendor && !lastEntry(general, 'LowestMModeMagIndex')) {
    const name = vendor === 'jeol' ? 'JEOL' : 'Hitachi';
    found.push(
      errorAt(
        'missing-key',
        general.place,
        `LowestMModeMagIndex is not entered; its default of 17 is not right for a ${name} column.`,
        'Enter the index of the lowest magnification above low magnification.',
      ),
    );
  }
  return found;
}

const notInTable = (place: Place, name: string, index: number, table: string): Problem =>
  warningAt(
    'unknown-mag-index',
    place,
    `${name} names mag index ${index}, which ${table} does not have.`,
    `Use an index from the first column of ${table}.`,
  );

function checkBoundary(general: Section, name: string, known: ReadonlySet<number>): readonly Problem[] {
  if (known.size === 0) return [];
  return allValues(general, name).flatMap(({ written, value }) =>
    value <= 0 || known.has(value) ? [] : [notInTable(written.place, name, value, 'MagnificationTable')],
  );
}

/** Index 1 is the first: a lower one makes no magnification low, which is probably not meant. */
function checkLowestMode(general: Section): readonly Problem[] {
  const entered = allValues(general, 'LowestMModeMagIndex').at(-1);
  if (!entered || !isNumber(entered.written.text) || entered.value >= 1) return [];
  return [
    warningAt(
      'out-of-range',
      entered.written.place,
      `LowestMModeMagIndex is ${entered.written.text}, so no magnification counts as low magnification.`,
      'Enter the index of the lowest magnification above low magnification; 1 if the column has no low magnification.',
    ),
  ];
}

function checkCamera(section: Section, known: ReadonlySet<number>, table: string): readonly Problem[] {
  const found: Problem[] = [];
  for (const [name, count] of Object.entries(PER_MAG)) {
    const seen = new Map<number, Place>();
    for (const row of rowsOf(section, name)) {
      for (const written of row.slice(0, count)) {
        const index = readReal(written.text);
        if (known.size > 0 && isNumber(written.text) && !known.has(index))
          found.push(notInTable(written.place, name, index, table));
      }
      const first = row[0];
      const earlier = count === 1 && first ? seen.get(readReal(first.text)) : undefined;
      if (earlier)
        found.push(
          warningAt(
            'duplicate-mag',
            first!.place,
            `${name} has mag index ${first!.text} twice; line ${earlier.line} has it already.`,
            'Keep one of the two.',
          ),
        );
      if (first) seen.set(readReal(first.text), first.place);
    }
  }
  return [...found, ...checkMeasured(section)];
}

function checkMeasured(section: Section): readonly Problem[] {
  const found: Problem[] = [];
  for (const row of rowsOf(section, 'RotationAndPixel')) {
    for (const angle of row.slice(1, 3)) {
      const value = readReal(angle.text);
      if (value !== NOT_MEASURED && Math.abs(value) > 360)
        found.push(
          warningAt(
            'out-of-range',
            angle.place,
            `An angle of ${angle.text} degrees is more than a turn.`,
            `Write ${NOT_MEASURED} for an angle that is not measured.`,
          ),
        );
    }
    const pixel = row[3];
    if (!pixel) continue;
    const size = readReal(pixel.text);
    if (size < 0)
      found.push(
        errorAt(
          'out-of-range',
          pixel.place,
          `A pixel cannot have ${pixel.text} nm.`,
          'Write 0 for a pixel size that is not measured.',
        ),
      );
    if (size === NOT_MEASURED)
      found.push(
        warningAt(
          'out-of-range',
          pixel.place,
          `A pixel size of ${NOT_MEASURED} nm was probably meant as "not measured".`,
          'Write 0 for a pixel size that is not measured.',
        ),
      );
  }
  return found;
}
