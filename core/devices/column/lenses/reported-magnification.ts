import type { Radians } from '../../../base';
import { device } from '../../device';
import type { Readable } from '../../setting';
import { quantity } from '../../setting-traits';

/** Columns that report the magnification as they show it on their display. */
export interface ReportedMagnification {
  /** 0 in diffraction. */
  readonly reportedMagnification: Readable<number>;
}
/** The token of the reported magnification. */
export const ReportedMagnification = device<ReportedMagnification>('ReportedMagnification', {
  called: 'the reported magnification',
  part: 'column',
  settings: {
    reportedMagnification: quantity({ label: 'Reported magnification', short: 'Shown mag', unit: 'x', decimals: 0 }),
  },
});

/** Columns that report how their lenses turn the image. */
export interface ReportedRotation {
  readonly reportedRotation: Readable<Radians>;
}
/** The token of the reported rotation. */
export const ReportedRotation = device<ReportedRotation>('ReportedRotation', {
  called: 'the reported rotation',
  part: 'column',
  settings: {
    reportedRotation: quantity({ label: 'Reported rotation', short: 'Rotation', unit: 'degrees', decimals: 2 }),
  },
});
