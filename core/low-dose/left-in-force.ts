import { type Logger, type Vector, length, subtract } from '../base';
import type { LowDoseAreaName } from '../kernel';
import type { InForce } from './area-plan';
import { type LowDoseState, offsetsInWords } from './low-dose-state';

/** Focus within this share of its range is the same focus. */
const sameFocus = 1e-7;
/** Image shifts that differ by less than this many units are the same. */
const sameImageShift = 1e-3;

/** Signs in the column by which a program knows it again: mag index, absolute focus and net image shift. */
export type ColumnSigns = Pick<LowDoseState, 'magIndex' | 'absoluteFocus' | 'imageShift'>;

/** The area and the offsets that an earlier program has left in the column, as far as they are surely still there; undefined where none are. */
export function leftInForce(
  left: LowDoseState | undefined,
  now: ColumnSigns,
  log: Pick<Logger, 'info' | 'warn'>,
): { readonly area: LowDoseAreaName; readonly inForce: InForce } | undefined {
  // A program that ended on the way may have put on a part of what lay ahead.
  const what =
    left &&
    [left, ...(left.moving && left.towards ? [left.towards] : [])]
      .flatMap((each) => offsetsInWords(each) ?? [])
      .join(' or ');
  if (!left || !what) return undefined;
  const { area, inForce } = left;
  const focusScale = Math.max(1, Math.abs(left.absoluteFocus));
  const isSame =
    now.magIndex === left.magIndex && Math.abs(now.absoluteFocus - left.absoluteFocus) <= sameFocus * focusScale;
  const ended = 'Low Dose was on when the program ended before';
  if (!isSame || left.moving || !inForce) {
    log.warn(
      `${ended}, and magnification or focus have changed since. It is not known whether ${what} is still in the column: look at the focus in Record before you go on. No offset is taken off.`,
    );
    return undefined;
  }
  if (inForce.imageShift && differ(now.imageShift, left.imageShift)) {
    log.warn(
      `${ended}, and image shift has changed since. It is not known whether the image shift of ${area} is still in the column: look at the image before you go on. No image shift is taken off.`,
    );
    const { imageShift: _unknown, ...known } = inForce;
    return { area, inForce: known };
  }
  log.info(`${ended}: ${what} is still in the column, and is taken off when an area is entered.`);
  return { area, inForce };
}

const differ = (one: Vector, other: Vector): boolean => length(subtract(one, other)) > sameImageShift;
