import { device } from '../../device';
import type { Setting } from '../../setting';
import { wholeNumber } from '../../setting-traits';

/** Columns that go to diffraction, at a camera length of their list. */
export interface Diffraction {
  /**
   * From 1 in the list of the column, in which it goes to diffraction; it stays at the last one for a number beyond the list. 0 in imaging, to which it goes
   * back at the magnification that it had.
   */
  readonly cameraLengthIndex: Setting<number>;
}
/** The token of the diffraction mode. */
export const Diffraction = device<Diffraction>('Diffraction', {
  called: 'the diffraction mode',
  part: 'column',
  settings: {
    // No list of a column is longer, its low angles included.
    cameraLengthIndex: wholeNumber({
      label: 'Camera length index',
      short: 'Length index',
      range: [0, 60],
      changesBeam: true,
    }),
  },
});
