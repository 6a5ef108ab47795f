import { definePart } from '../../base/part';

/** The truth of the second set of lens settings, for the energy filter behind the column. */
export interface EftemTruth {
  /** True when the column works for the filter at the start. */
  readonly atStart: boolean;
  /** The factor by which the filter magnifies, and the column then magnifies less. */
  readonly filterMagnification: number;
}

/** The lens settings for the energy filter behind the column (EFTEM). */
export const eftem = definePart({
  name: 'eftem',
  options: {},
  truth: (_options, _random, { instrument }): EftemTruth => ({
    atStart: instrument.startsInEftem ?? false,
    filterMagnification: 10,
  }),
  start({ atStart, filterMagnification }) {
    let on = atStart;
    return {
      isOn: () => on,
      /** The factor by which the lenses magnify more than a camera needs; 1 when they are set for it. */
      misfit: (behindFilter: boolean) => (behindFilter === on ? 1 : on ? 1 / filterMagnification : filterMagnification),
      commands: {
        /** Sets the lenses for the energy filter behind the column, or back. */
        setEftem(eftem: boolean): void {
          on = eftem;
        },
      },
      readings: () => ({
        /** True when the column works for the energy filter. */
        eftem: on,
      }),
    };
  },
});
