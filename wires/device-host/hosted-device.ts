/** What the code of a device is told by the process in which it runs. */
export interface HostSurroundings {
  /** Fires when whoever made the present call does not want its answer any more. */
  readonly signal: AbortSignal;
}

/** A device in a process of its own. Its calls are made one after the other, each with what was given; they may block. */
export interface HostedDevice {
  readonly calls: object;
  /** Lets go of the device; called at the end, unless the process is ended by force. */
  close?(): void | Promise<void>;
}

/** What a module that a device's process loads exports as `openDevice`. Options are plain values. */
export type OpenDevice = (options: never, surroundings: HostSurroundings) => HostedDevice | Promise<HostedDevice>;
