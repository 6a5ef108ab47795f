import { type Logger, type Vector, length, subtract } from '../base';
import type { LowDoseAreaName, LowDoseLeft } from '../kernel';
import type { InForce } from './area-plan';
import { type AreaInForce, type LowDoseState, type LowDoseStateFile, offsetsInWords } from './low-dose-state';

/** Focus within this share of its range is the same focus. */
const sameFocus = 1e-7;
/** Image shifts that differ by less than this many units are the same. */
const sameImageShift = 1e-3;

/** Signs in the column by which a program knows it again: mag index, absolute focus and net image shift. */
export type ColumnSigns = Pick<LowDoseState, 'magIndex' | 'absoluteFocus' | 'imageShift'>;

const ended = 'Low Dose was on when the program ended before';

/** The offsets that a program had put on when it ended, in words; undefined where there are none. A program that ended on the way may have put on a part of what lay ahead. */
const inWordsOf = (left: LowDoseState): string | undefined =>
  [left, ...(left.moving && left.towards ? [left.towards] : [])]
    .flatMap((each) => offsetsInWords(each) ?? [])
    .join(' or ') || undefined;

/** State of the column that an earlier program has left, until it is known or an area is entered. */
export class LeftBehind {
  /** Present while it is not known whether it is still in the column. */
  private doubt: LowDoseState | undefined;

  constructor(
    private readonly parts: {
      readonly state: Pick<LowDoseStateFile, 'read' | 'clear'>;
      readonly log: Pick<Logger, 'info' | 'warn'>;
    },
  ) {}

  /** Finds out, as far as the column shows it. */
  look(now: ColumnSigns): AreaInForce | undefined {
    const { state, log } = this.parts;
    const left = state.read();
    const found = leftInForce(left, now, log);
    this.doubt = left && !found && inWordsOf(left) ? left : undefined;
    return found;
  }

  /** Text for an operator; undefined where nothing was left, or it is known. */
  shown(isOn: boolean): LowDoseLeft | undefined {
    const left = isOn ? this.doubt : this.parts.state.read();
    const what = left && inWordsOf(left);
    if (!left || !what) return undefined;
    const changed = isOn ? ', and magnification or focus have changed since' : '';
    return {
      text: `${ended}${changed}. It is not known whether ${what} is still in the column.`,
      canTakeOff: !left.moving && left.inForce !== undefined,
    };
  }

  /** Takes the word of the operator; returns what is still in the column. */
  settle(isThere: boolean): AreaInForce | undefined {
    const { doubt } = this;
    this.doubt = undefined;
    if (!isThere) this.parts.state.clear();
    return isThere && doubt && !doubt.moving ? doubt : undefined;
  }

  /** Ends the doubt: an area was entered. */
  forget(): void {
    this.doubt = undefined;
  }
}

/** The area and the offsets that an earlier program has left in the column, as far as they are surely still there; undefined where none are. */
function leftInForce(
  left: LowDoseState | undefined,
  now: ColumnSigns,
  log: Pick<Logger, 'info' | 'warn'>,
): { readonly area: LowDoseAreaName; readonly inForce: InForce } | undefined {
  const what = left && inWordsOf(left);
  if (!left || !what) return undefined;
  const { area, inForce } = left;
  const focusScale = Math.max(1, Math.abs(left.absoluteFocus));
  const isSame =
    now.magIndex === left.magIndex && Math.abs(now.absoluteFocus - left.absoluteFocus) <= sameFocus * focusScale;
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
