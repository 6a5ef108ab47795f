import { service } from '../../../../core/base';

/** The choice of stage calibrations between whole images and the expected overlap, for the session. */
export interface WholeImageCorrelation {
  on: boolean;
}
/** The token of that choice. */
export const WholeImageCorrelation = service<WholeImageCorrelation>('WholeImageCorrelation');
