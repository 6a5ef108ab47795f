import { errorAt, type Problem, warningAt } from '../problem';
import { type Section, readInteger, rowsOf } from '../source';
import { lastEntry, numberedRows } from './rows';

/** Problems with lines that SerialEM ignores because they are in the wrong order. */
export function checkOrder(section: Section): readonly Problem[] {
  return section.scope === 'camera'
    ? sizesAfterRestriction(section)
    : [...lengthsBeforeTable(section), ...toolsWithoutName(section)];
}

const position = (section: Section, name: string): number =>
  section.entries.findLastIndex((entry) => entry.name === name);
const codeOf = (section: Section, name: string): number => readInteger(rowsOf(section, name).at(-1)?.[0]?.text ?? '0');

function sizesAfterRestriction(camera: Section): readonly Problem[] {
  const type = codeOf(camera, 'RestrictedSizeType');
  const found: Problem[] = [];
  const ignored = (name: string, by: string): void => {
    const entry = lastEntry(camera, name);
    if (entry && position(camera, name) > position(camera, by)) {
      found.push(
        warningAt(
          'no-effect',
          entry.place,
          `${name} has no effect after ${by}.`,
          `Remove it, or put it before ${by} if that leaves it a meaning.`,
        ),
      );
    }
  };
  if (lastEntry(camera, 'RestrictedSizeType') && ![0, 3, 4].includes(type))
    ['XMustBeMultipleOf', 'YMustBeMultipleOf'].forEach((name) => ignored(name, 'RestrictedSizeType'));
  if ([2, 5].includes(type)) ignored('SubareasAreBad', 'RestrictedSizeType');
  return found;
}

function lengthsBeforeTable(general: Section): readonly Problem[] {
  const entry = lastEntry(general, 'NumberOfCameraLengths');
  if (!entry || position(general, 'CameraLengthTable') < position(general, 'NumberOfCameraLengths')) return [];
  return [
    warningAt(
      'no-effect',
      entry.place,
      'NumberOfCameraLengths is overruled by the CameraLengthTable that follows it.',
      'Put it after the table.',
    ),
  ];
}

function toolsWithoutName(general: Section): readonly Problem[] {
  const tools = rowsOf(general, 'ExternalTool').length;
  return ['ToolCommand', 'ToolArguments'].flatMap((name) =>
    numberedRows(general, name).flatMap(({ first, index }) =>
      index >= 1 && index <= tools
        ? []
        : [
            errorAt(
              'unknown-tool',
              first.place,
              `${name} belongs to tool ${index}, but there ${tools === 1 ? 'is 1 ExternalTool' : `are ${tools} ExternalTool lines`}.`,
              'Tools are numbered from 1 in the order of ExternalTool.',
            ),
          ],
    ),
  );
}
