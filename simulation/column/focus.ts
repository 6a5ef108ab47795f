import { finite } from '../base/checks';
import { definePart } from '../base/part';
import { magnification } from './magnification';

/** The truth of the focus: of the objective lens, and of the lens that focuses in low magnification. */
export interface FocusTruth {
  /** Micrometres of defocus for one unit of absolute focus. */
  readonly micrometresPerFocusUnit: number;
  /** The absolute focus that is in focus, for each range of magnification. */
  readonly focusInFocus: number;
  readonly lowMagnificationFocusInFocus: number;
}

/** The absolute focus that is in focus, in one range of magnification. */
export const inFocus = (truth: FocusTruth, low: boolean): number =>
  low ? truth.lowMagnificationFocusInFocus : truth.focusInFocus;

/** The focus, which each range of magnification keeps for itself. */
export const focus = definePart({
  name: 'focus',
  options: {},
  truth: (): FocusTruth => ({ micrometresPerFocusUnit: 1000, focusInFocus: 0, lowMagnificationFocusInFocus: 0 }),
  start(truth, { of }) {
    const { micrometresPerFocusUnit } = truth;
    const lenses = of(magnification);
    // Absolute focus, and the absolute focus at which defocus reads zero.
    const startOf = (low: boolean): { absolute: number; zero: number } => ({
      absolute: inFocus(truth, low),
      zero: inFocus(truth, low),
    });
    const ranges = { high: startOf(false), low: startOf(true) };
    const present = (): { absolute: number; zero: number } => (lenses.selected().low ? ranges.low : ranges.high);
    return {
      aberrations: () => ({
        defocus: (present().absolute - inFocus(truth, lenses.selected().low)) * micrometresPerFocusUnit,
      }),
      commands: {
        /** Micrometres, negative for underfocus. */
        setDefocus(micrometres: number): void {
          present().absolute = present().zero + finite('defocus', micrometres) / micrometresPerFocusUnit;
        },
        /** Calls the present focus zero defocus. */
        resetDefocus(): void {
          present().zero = present().absolute;
        },
        setAbsoluteFocus(value: number): void {
          present().absolute = finite('absolute focus', value);
        },
      },
      readings: () => ({
        /** Micrometres since the last reset, negative for underfocus. */
        defocus: (present().absolute - present().zero) * micrometresPerFocusUnit,
        absoluteFocus: present().absolute,
      }),
    };
  },
});
