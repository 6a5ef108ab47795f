import path from 'node:path';
import { DeviceCallError, DeviceHost, compiledFile } from '../../wires';
import type { ComCamerasDeviceOptions } from './com-device';
import { feiCameraErrors } from './errors';
import type { FeiCameraFound, FeiCameraTransport, FeiPicture, FeiShot } from './transport';

/** Options of the wire to FEI's scripting; seconds. */
export interface ComCamerasWireOptions extends ComCamerasDeviceOptions {
  /** The program that runs the process, where it is not this Node. */
  readonly hostCommand: readonly string[];
  readonly answerLimit: number;
  /** Limit of an image beyond its exposure. */
  readonly imageLimit: number;
}

const startLimit = 30;

/** Cameras of FEI's scripting through COM, which lives in a process of its own: an image under way keeps the column from nothing. */
export class ComCamerasWire implements FeiCameraTransport {
  private readonly host: DeviceHost;

  constructor(private readonly options: ComCamerasWireOptions) {
    const { program, advancedProgram, longestExposure, hostCommand, answerLimit } = options;
    this.host = new DeviceHost({
      name: 'FEI cameras',
      module: compiledFile(path.join(__dirname, 'com-device')),
      options: { program, advancedProgram, longestExposure } satisfies ComCamerasDeviceOptions,
      command: hostCommand,
      startLimit: 1000 * startLimit,
      callLimit: 1000 * answerLimit,
      startsAnewAfter: (error) => error instanceof DeviceCallError && error.code === 'com/disconnected',
    });
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (process.platform !== 'win32' && this.options.hostCommand.length === 0)
      throw feiCameraErrors.needsWindows(process.platform);
    try {
      await this.host.open(signal);
    } catch (error) {
      await this.host.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.host.close();
  }

  async lookUp(name: string): Promise<FeiCameraFound | undefined> {
    return (await this.host.call('lookUp', [name])) as FeiCameraFound | undefined;
  }

  async isInserted(name: string): Promise<boolean> {
    return (await this.host.call('isInserted', [name])) as boolean;
  }

  async setInserted(name: string, inserted: boolean): Promise<void> {
    await this.host.call('setInserted', [name, inserted]);
  }

  async acquire(shot: FeiShot): Promise<FeiPicture> {
    return (await this.host.call('acquire', [shot], {
      limit: 1000 * (shot.exposure + this.options.imageLimit),
    })) as FeiPicture;
  }
}
