import { byMagIndex, drawnByMag, mapByMag } from '../../base/by-mag';
import { calibratedBy, type Magnification } from '../../base/instrument';
import { fraction, notNegative, pair } from '../../base/options';
import { definePart, type PerfectRecord } from '../../base/part';
import { origin, vectorOf, type PlaneVector } from '../../base/plane';
import { eftem } from './eftem';
import { magnification } from './magnification';

/** The truth of what a column sets by itself at each magnification. */
export interface ColumnMemoryTruth {
  /** Image shift at which the coils do nothing, in image-shift units, by mag index; zero where absent. Without and with the lenses set for the energy filter. */
  readonly neutral: ReadonlyMap<number, PlaneVector>;
  readonly neutralEftem: ReadonlyMap<number, PlaneVector>;
  /** Value of the focusing lens at zero defocus, as a share of its range, by mag index; a half where absent. */
  readonly baseFocus: ReadonlyMap<number, number>;
}

const half = 0.5;
/** The number that a Hitachi column has for the whole range of a lens. */
const wholeLens = 4193280;

/**
 * The values that a column sets by itself at each magnification. When it does so is a habit of its maker, and stands with the simulated wire of each; here
 * stands what the alignment of this column says.
 */
export const columnMemory = definePart({
  name: 'columnMemory',
  options: {
    neutralImageShiftSpread: notNegative
      .default(0.1)
      .describe(
        'Standard deviation of the image shift that is neutral at each magnification, in image-shift units; for columns that reset or remember image shift.',
      ),
    neutralImageShifts: byMagIndex(pair).describe(
      'Image shift that is neutral, in image-shift units, by mag index; written ones take the place of drawn ones.',
    ),
    neutralImageShiftsEftem: byMagIndex(pair).describe(
      'As neutralImageShifts, when the column works for the energy filter.',
    ),
    baseFocusSpread: fraction
      .default(0)
      .describe(
        'Standard deviation of the value that the focusing lens has at zero defocus, from one magnification to the next, as a share of its range; for columns that set it by themselves.',
      ),
    baseFocus: byMagIndex(fraction).describe(
      'Value of the focusing lens at zero defocus as a share of its range, by mag index; written ones take the place of drawn ones.',
    ),
  },
  draw: (random) => ({
    neutralImageShiftSpread: random.between(0.03, 0.3),
    baseFocusSpread: random.between(0.005, 0.02),
  }),

  truth(options, random, { instrument }): ColumnMemoryTruth {
    const { magnifications, habit = 'kept' } = instrument;
    const hasNeutral = neutralMags(magnifications, habit);
    const neutralsOf = (
      written: Readonly<Record<string, [number, number]>>,
      record: string,
    ): ReadonlyMap<number, PlaneVector> => {
      const drawn = drawnByMag(magnifications, random, (own): PlaneVector => {
        const [x, y] = own.pair(options.neutralImageShiftSpread);
        return { x, y };
      });
      const calibrated = calibratedBy(instrument, record).map(
        ({ magIndex, x, y }) => [magIndex!, { x: x!, y: y! }] as const,
      );
      const entries = [...drawn, ...calibrated, ...mapByMag(written, (each) => vectorOf(each))];
      return new Map(entries.filter(([index]) => hasNeutral(index)));
    };
    const neutral = neutralsOf(options.neutralImageShifts, 'NeutralImageShifts');
    const neutralEftem = neutralsOf(options.neutralImageShiftsEftem, 'GIFNeutralIS');
    const drawn = drawnByMag(magnifications, random, (own) =>
      Math.min(0.8, Math.max(0.2, half + options.baseFocusSpread * own.normal())),
    );
    const calibrated = calibratedBy(instrument, 'HitachiBaseFocus').map(
      ({ magIndex, lensValue }) => [magIndex!, lensValue! / wholeLens] as const,
    );
    const baseFocus = [...drawn, ...calibrated, ...mapByMag(options.baseFocus, (each) => each)];
    return { neutral, neutralEftem, baseFocus: new Map(habit === 'remembered' ? baseFocus : []) };
  },

  start(truth, { of }) {
    const lenses = of(magnification);
    const filtered = of(eftem);
    return {
      readings: () => {
        const { index } = lenses.selected();
        return {
          /** Image-shift units at which the coils do nothing here. */
          neutralImageShift: (filtered.isOn() ? truth.neutralEftem : truth.neutral).get(index) ?? origin,
          /** Share of the range of the focusing lens at zero defocus here. */
          baseFocus: truth.baseFocus.get(index) ?? half,
        };
      },
    };
  },

  perfect({ neutral, neutralEftem, baseFocus }, { instrument }) {
    const shifts = (record: string, values: ReadonlyMap<number, PlaneVector>): readonly PerfectRecord[] =>
      byIndex(values).map(([magIndex, shift]) => ({ record, magIndex, ...shift }));
    const hasFilter = instrument.cameras.some(({ behindFilter }) => behindFilter);
    return [
      ...shifts('NeutralImageShifts', neutral),
      ...(hasFilter ? shifts('GIFNeutralIS', neutralEftem) : []),
      ...byIndex(baseFocus).map(([magIndex, value]): PerfectRecord => {
        return { record: 'HitachiBaseFocus', magIndex, lensValue: Math.round(value * wholeLens) };
      }),
    ];
  },
});

const byIndex = <Value>(values: ReadonlyMap<number, Value>): readonly (readonly [number, Value])[] =>
  [...values].sort(([a], [b]) => a - b);

/** A column that remembers image shift has one for the whole of its first range above low magnification, whose neutral value is zero. */
function neutralMags(
  table: readonly Magnification[],
  habit: 'kept' | 'neutral' | 'remembered',
): (index: number) => boolean {
  if (habit === 'kept') return () => false;
  if (habit === 'neutral' || !table.some(({ secondary }) => secondary)) return () => true;
  const own = new Set(table.filter(({ low, secondary }) => low || secondary).map(({ index }) => index));
  return (index) => own.has(index);
}
