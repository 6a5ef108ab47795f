/** Services of the process for the code of a device. */
export interface HostSurroundings {
  /** Fires when the caller of the present call no longer needs its answer. */
  readonly signal: AbortSignal;
}

/** A device in a process of its own. Its calls are made one after the other, each with what was given; they may block. */
export interface HostedDevice {
  readonly calls: object;
  /** Lets go of the device; called at the end, unless the process is ended by force. */
  close?(): void | Promise<void>;
}

/** The export `openDevice` of a module that a device's process loads. Options are plain values. */
export type OpenDevice<Options = unknown> = (
  options: Options,
  surroundings: HostSurroundings,
) => HostedDevice | Promise<HostedDevice>;
