import path from 'node:path';
import { ComHost } from '../../wires';
import type { ComCamerasDeviceOptions } from './com-device';
import { feiCameraErrors } from './errors';
import type { FeiCameraFound, FeiCameraTransport, FeiPicture, FeiScanShot, FeiShot } from './transport';

/** Options of the wire to FEI's scripting; seconds. */
export interface ComCamerasWireOptions extends ComCamerasDeviceOptions {
  /** The program that runs the process, where it is not this Node. */
  readonly hostCommand: readonly string[];
  readonly answerLimit: number;
  /** Limit of an image beyond its exposure. */
  readonly imageLimit: number;
}

const startLimit = 30;

/** Cameras of FEI's scripting through COM, in a process of its own: the column can be spoken to while it takes an image. */
export class ComCamerasWire implements FeiCameraTransport {
  private readonly host: ComHost;

  constructor(private readonly options: ComCamerasWireOptions) {
    const { program, advancedProgram, longestExposure, hostCommand, answerLimit } = options;
    this.host = new ComHost({
      name: 'FEI cameras',
      module: path.join(__dirname, 'com-device'),
      options: { program, advancedProgram, longestExposure } satisfies ComCamerasDeviceOptions,
      command: hostCommand,
      startLimit,
      answerLimit,
      needsWindows: feiCameraErrors.needsWindows,
    });
  }

  open(signal?: AbortSignal): Promise<void> {
    return this.host.open(signal);
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

  async lookUpDetectors(): Promise<readonly string[]> {
    return (await this.host.call('lookUpDetectors', [])) as readonly string[];
  }

  async scan(shot: FeiScanShot): Promise<Readonly<Record<string, FeiPicture>>> {
    return (await this.host.call('scan', [shot], {
      limit: 2 * shot.exposure + this.options.imageLimit,
    })) as Readonly<Record<string, FeiPicture>>;
  }

  async acquire(shot: FeiShot): Promise<FeiPicture> {
    return (await this.host.call('acquire', [shot], {
      limit: shot.exposure + this.options.imageLimit,
    })) as FeiPicture;
  }
}
