import { z } from 'zod';
import { finite } from '../base/checks';
import { calibratedBy, type Instrument, type ProbeMode } from '../base/instrument';
import { notNegative } from '../base/options';
import { definePart, type PerfectRecord } from '../base/part';
import { Course } from '../base/course';
import { beam } from './condenser/beam';
import { byMagIndex, drawnByMag, mapByMag } from '../base/by-mag';
import { magnification } from './lenses/magnification';
import { includesObjective, normalization } from './lenses/normalization';
import { OneSidedLag } from '../base/one-sided-lag';

/** The truth of the focus: of the objective lens, and of the lens that focuses in low magnification. */
export interface FocusTruth {
  /** Micrometres of defocus for one unit of absolute focus. */
  readonly micrometresPerFocusUnit: number;
  /** The absolute focus that is in focus, for each range of magnification. */
  readonly focusInFocus: number;
  readonly lowMagnificationFocusInFocus: number;
  /** Micrometres of focus by which a mag index differs from its range; 0 where absent. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Micrometres of focus by which nanoprobe differs from microprobe, outside low magnification; by mag index where it is another one. */
  readonly nanoprobeOffset: number;
  readonly nanoprobeOffsets: ReadonlyMap<number, number>;
  /** Micrometres by which the lens lags behind a focus that is not approached from below. */
  readonly hysteresis: number;
}

/** The value of a focus that a calibration file does not have, and the least that stands for one. */
const none = -999;
const minFocus = -900;

/** The absolute focus that is in focus, in one range of magnification. */
const inFocus = (truth: FocusTruth, low: boolean): number =>
  low ? truth.lowMagnificationFocusInFocus : truth.focusInFocus;

/** The absolute focus that is in focus at a mag index, in a probe mode. */
export const inFocusAt = (
  truth: FocusTruth,
  { index, low }: { readonly index: number; readonly low: boolean },
  probeMode: ProbeMode = 'micro',
): number => {
  const inNanoprobe = probeMode === 'nano' && !low ? (truth.nanoprobeOffsets.get(index) ?? truth.nanoprobeOffset) : 0;
  const offset = (truth.offsets.get(index) ?? 0) + inNanoprobe;
  return inFocus(truth, low) + offset / truth.micrometresPerFocusUnit;
};

const micrometresPerFocusUnit = 1000;

/** The absolute focus that a site found in focus, in microprobe and in nanoprobe, by mag index. Columns of other makers write a measure of their own. */
function calibratedFocus(
  instrument: Instrument,
): readonly { readonly index: number; readonly low: boolean; readonly micro: number; readonly nano: number }[] {
  if ((instrument.habit ?? 'kept') !== 'kept') return [];
  return calibratedBy(instrument, 'StandardLMFocus').flatMap(({ magIndex, micro, nano }) =>
    instrument.magnifications.flatMap(({ index, low }) =>
      index === magIndex && Math.max(micro!, nano!) > minFocus ? [{ index, low, micro: micro!, nano: nano! }] : [],
    ),
  );
}

/** The focus, which each range of magnification keeps for itself. */
export const focus = definePart({
  name: 'focus',
  options: {
    focusOffsetsMicrometres: byMagIndex(z.number()).describe(
      'Change of focus that a magnification needs against the others of its range, by mag index.',
    ),
    focusSpreadByMagMicrometres: notNegative
      .default(0)
      .describe('Standard deviation of such a change that each magnification has besides, outside low magnification.'),
    focusSpreadByMagMicrometresLowMagnification: notNegative.default(0).describe('The same in low magnification.'),
    nanoprobeFocusOffsetMicrometres: z
      .number()
      .default(0)
      .describe('Change of focus from microprobe to nanoprobe, outside low magnification.'),
    defocusHysteresisNm: notNegative
      .default(0)
      .describe(
        'How far the lens lags behind a defocus that is not approached from below; a normalization of the objective lens clears it.',
      ),
  },
  draw: (random) => ({
    focusSpreadByMagMicrometres: random.between(0.1, 0.8),
    focusSpreadByMagMicrometresLowMagnification: random.between(5, 40),
    nanoprobeFocusOffsetMicrometres: random.eitherSign(0.2, 2),
    defocusHysteresisNm: random.between(5, 80),
  }),

  truth(options, random, { instrument }): FocusTruth {
    const drawn = new Map(
      drawnByMag(instrument.magnifications, random, (own, { low }) => {
        const spread = low ? options.focusSpreadByMagMicrometresLowMagnification : options.focusSpreadByMagMicrometres;
        return spread * own.normal();
      }),
    );
    const written = mapByMag(options.focusOffsetsMicrometres, (offset) => offset);
    const entries = calibratedFocus(instrument);
    const found = entries.filter(({ micro }) => micro > minFocus);
    const range = { high: found.find(({ low }) => !low)?.micro ?? 0, low: found.find(({ low }) => low)?.micro ?? 0 };
    for (const { index, low, micro } of found)
      if (!written.has(index)) drawn.set(index, (micro - (low ? range.low : range.high)) * micrometresPerFocusUnit);
    const both = found.find(({ low, nano }) => !low && nano > minFocus);
    const nanoprobeOffset = both && (both.nano - both.micro) * micrometresPerFocusUnit;
    const offsets = new Map([...drawn].map(([index, offset]) => [index, offset + (written.get(index) ?? 0)]));
    // In nanoprobe each magnification can have a focus of its own.
    const nanoprobeOffsets = entries
      .filter(({ low, nano }) => !low && nano > minFocus)
      .map(({ index, nano }): [number, number] => [
        index,
        (nano - range.high) * micrometresPerFocusUnit - (offsets.get(index) ?? 0),
      ]);
    return {
      micrometresPerFocusUnit,
      focusInFocus: range.high,
      lowMagnificationFocusInFocus: range.low,
      offsets: new Map([...offsets].filter(([, offset]) => offset !== 0)),
      nanoprobeOffsets: new Map(nanoprobeOffsets),
      nanoprobeOffset: nanoprobeOffset ?? options.nanoprobeFocusOffsetMicrometres,
      hysteresis: options.defocusHysteresisNm / 1000,
    };
  },

  start(truth, { now, of }) {
    const { micrometresPerFocusUnit } = truth;
    const lenses = of(magnification);
    const illumination = of(beam);
    // Absolute focus, the absolute focus at which defocus reads zero, what the lens remembers, and what both were over time.
    const startOf = (low: boolean) => ({
      absolute: inFocus(truth, low),
      zero: inFocus(truth, low),
      memory: new OneSidedLag(truth.hysteresis),
      course: new Course({ absolute: inFocus(truth, low), lag: 0 }),
    });
    const ranges = { high: startOf(false), low: startOf(true) };
    const present = (): ReturnType<typeof startOf> => (lenses.selected().low ? ranges.low : ranges.high);
    const set = (absolute: number): void => {
      const range = present();
      range.memory.move(range.absolute * micrometresPerFocusUnit, absolute * micrometresPerFocusUnit);
      range.absolute = absolute;
      range.course.set({ absolute, lag: range.memory.lag }, now());
    };
    of(normalization).normalized.follow((group) => {
      if (!includesObjective(group)) return;
      for (const { absolute, memory, course } of [ranges.high, ranges.low]) {
        memory.clear();
        course.set({ absolute, lag: 0 }, now());
      }
    });
    const defocusOf = ({ absolute, lag }: { readonly absolute: number; readonly lag: number }): number => {
      const needed = inFocusAt(truth, lenses.selected(), illumination.readings().probeMode);
      return (absolute - needed) * micrometresPerFocusUnit + lag;
    };
    const defocus = (): number => defocusOf(present().course.last);
    return {
      /** As the lens was at the time: its focus may change while an image is taken. */
      aberrations: (time: number) => ({ defocus: defocusOf(present().course.at(time)) }),
      /** Micrometres by which the lens itself is out of focus, negative for underfocus; the height of the specimen comes on top. */
      lensDefocus: defocus,
      commands: {
        /** Micrometres, negative for underfocus. */
        setDefocus(micrometres: number): void {
          set(present().zero + finite('defocus', micrometres) / micrometresPerFocusUnit);
        },
        /** Calls the present focus zero defocus. */
        resetDefocus(): void {
          present().zero = present().absolute;
        },
        setAbsoluteFocus(value: number): void {
          set(finite('absolute focus', value));
        },
      },
      readings: () => ({
        /** Micrometres since the last reset, negative for underfocus. */
        defocus: (present().absolute - present().zero) * micrometresPerFocusUnit,
        absoluteFocus: present().absolute,
      }),
    };
  },

  // The records of other columns hold a measure of the focus that is their own.
  perfect(truth, { instrument: { magnifications, habit = 'kept' } }) {
    if (habit !== 'kept') return [];
    return magnifications.map(({ index: magIndex, low, magnification: written }): PerfectRecord => ({
      record: 'StandardLMFocus',
      magIndex,
      micro: inFocusAt(truth, { index: magIndex, low }),
      nano: low ? none : inFocusAt(truth, { index: magIndex, low }, 'nano'),
      magnification: written,
    }));
  },
});
