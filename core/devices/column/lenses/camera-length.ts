import type { Metres } from '../../../base';
import { device } from '../../device';
import type { Readable } from '../../setting';
import { quantity } from '../../setting-traits';

/** Columns that report the camera length of a diffraction pattern. */
export interface CameraLength {
  /** 0 outside diffraction, as the mag index is 0 in it. */
  readonly cameraLength: Readable<Metres>;
}
/** The token of the camera length. */
export const CameraLength = device<CameraLength>('CameraLength', {
  called: 'the camera length',
  part: 'column',
  settings: { cameraLength: quantity({ label: 'Camera length', short: 'Cam length', unit: 'mm', decimals: 0 }) },
});
