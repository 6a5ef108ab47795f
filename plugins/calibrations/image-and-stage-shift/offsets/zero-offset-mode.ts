import { service } from '../../../../core/base';

/** The operator's answer about the magnification whose image-shift offset is zero, for the session. */
export interface ZeroOffsetMode {
  /** The mode that has it: regular (0) or energy-filtered (1); undefined before the operator was asked. */
  mode?: 0 | 1;
}
/** The token of that answer. */
export const ZeroOffsetMode = service<ZeroOffsetMode>('ZeroOffsetMode');
