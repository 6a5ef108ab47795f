import type { ValueSpec } from '../../../core/kernel';
import type { CalibrationResult } from '../../../core/store';
import type { MatrixState, ValueState } from '../protocol';

/** Names of the elements of a matrix, row by row. */
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** True for a value that is an element of the matrix of a result. */
export const isElement = (name: string): boolean => (elements as readonly string[]).includes(name);

/**
 * The matrix of a result for reading: its elements, and for each axis the length on the specimen and the direction in the image,
 * with the ratio of the axes and the deviation of the angle between them from 90 degrees. Undefined where an element is missing.
 */
export function matrixOf(
  { conditions }: Pick<CalibrationResult, 'conditions'>,
  values: readonly ValueState[],
  specs: ReadonlyMap<string, ValueSpec>,
): MatrixState | undefined {
  const found = elements.map((name) => values.find((each) => each.name === name));
  const [xpx, xpy, ypx, ypy] = found.map((each) => (typeof each?.value === 'number' ? each.value : NaN)) as [
    number,
    number,
    number,
    number,
  ];
  if (![xpx, xpy, ypx, ypy].every(Number.isFinite)) return undefined;
  const spec = specs.get('xpx');
  const unit = spec?.kind === 'quantity' ? (spec.unit ?? '') : '';
  const per = unit.replace(/^px per /, '') || 'unit';
  // Only what counts in pixels is a length on the specimen.
  const pixel = unit.startsWith('px') ? conditions.pixelSizeNanometres : undefined;
  const axis = (name: string, x: number, y: number): MatrixState['axes'][number] => ({
    name,
    angle: degrees(Math.atan2(y, x)),
    length: pixel === undefined ? Math.hypot(x, y) : Math.hypot(x, y) * pixel,
    unit: pixel === undefined ? unit : `nm per ${per}`,
  });
  const axes = [axis('X', xpx, ypx), axis('Y', xpy, ypy)] as const;
  const between = wrapped(axes[1].angle - axes[0].angle);
  return {
    unit,
    elements: found.map((each) => each!),
    axes,
    ratio: axes[1].length / axes[0].length,
    skew: Math.abs(between) - 90,
    mirrored: between < 0,
  };
}

const degrees = (radians: number): number => (radians * 180) / Math.PI;
const wrapped = (angle: number): number => angle - 360 * Math.round(angle / 360);
