/** A request that the virtual microscope cannot carry out: a magnification, camera or area that it does not have. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';

  constructor(
    /** Stable name of the fault. */
    readonly code:
      | 'simulation/no-such-magnification'
      | 'simulation/no-such-camera'
      | 'simulation/no-such-view'
      | 'simulation/bad-area'
      | 'simulation/bad-value'
      | 'simulation/bad-parts',
    message: string,
    /** The remedy. */
    readonly hint: string,
  ) {
    super(message);
  }
}
