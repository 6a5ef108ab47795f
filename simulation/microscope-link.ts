import { VirtualMicroscope } from './microscope';

/** The virtual microscope behind a simulated wire, between opening and closing. */
export class MicroscopeLink {
  private opened: VirtualMicroscope | undefined;

  /**
   * @param find looks for the microscope, of whatever kind
   * @param notOpen makes the error for a use outside of that time
   */
  constructor(
    private readonly find: () => unknown,
    private readonly notOpen: () => Error,
  ) {}

  open(): void {
    const found = this.find();
    if (!(found instanceof VirtualMicroscope))
      throw new TypeError('what the simulator provides is not a virtual microscope');
    this.opened = found;
  }

  close(): void {
    this.opened = undefined;
  }

  get microscope(): VirtualMicroscope {
    if (!this.opened) throw this.notOpen();
    return this.opened;
  }
}
