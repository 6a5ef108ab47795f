import { service } from '../base';

/**
 * The virtual microscope, for the simulated wires of the vendor plugins. Core knows nothing of its physics: a vendor's simulated
 * wire hands the value to the simulation package, which checks that it is what it says.
 */
export interface VirtualInstrument {
  readonly microscope: unknown;
}
/** The token of the virtual microscope. */
export const VirtualInstrument = service<VirtualInstrument>('VirtualInstrument');
