import path from 'node:path';
import { DeviceCallError, DeviceHost, compiledFile } from '../../wires';
import { otherAnswer } from './com-column';
import type { ComDeviceOptions } from './com-device';
import { jeolErrors } from './errors';
import { type DacPair, JeolBusy, type JeolDeflector, type JeolLens, type JeolTransport } from './transport';

/** Options of the wire to JEOL's external control; seconds. */
export interface ComJeolWireOptions {
  readonly program: string;
  /** The program that runs the process, where it is not this Node. */
  readonly hostCommand: readonly string[];
  readonly answerLimit: number;
  /** Until the column has to be ready to be controlled. */
  readonly readyLimit: number;
}

const spareSeconds = 10;

/** JEOL's external control through COM, which lives in a process of its own: what crashes or hangs there fails one call. */
export class ComJeolWire implements JeolTransport {
  private readonly host: DeviceHost;

  constructor(private readonly options: ComJeolWireOptions) {
    const { program, hostCommand, answerLimit, readyLimit } = options;
    this.host = new DeviceHost({
      name: 'JEOL column',
      module: compiledFile(path.join(__dirname, 'com-device')),
      options: { program, readyLimit: 1000 * readyLimit } satisfies ComDeviceOptions,
      command: hostCommand,
      startLimit: 1000 * (readyLimit + spareSeconds),
      callLimit: 1000 * answerLimit,
      startsAnewAfter: (error) => error instanceof DeviceCallError && error.code === 'com/disconnected',
    });
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (process.platform !== 'win32' && this.options.hostCommand.length === 0)
      throw jeolErrors.needsWindows(process.platform);
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

  getFunctionMode = (): Promise<number> => this.ask('getFunctionMode');
  setFunctionMode = (mode: number): Promise<void> => this.ask('setFunctionMode', mode);
  getSelector = (): Promise<number> => this.ask('getSelector');
  setSelector = (selector: number): Promise<void> => this.ask('setSelector', selector);
  getDeflector = (deflector: JeolDeflector): Promise<DacPair> => this.ask('getDeflector', deflector);
  setDeflector = (deflector: JeolDeflector, x: number, y: number): Promise<void> =>
    this.ask('setDeflector', deflector, x, y);
  setNeutral = (deflector: number): Promise<void> => this.ask('setNeutral', deflector);
  getLens = (lens: JeolLens): Promise<number> => this.ask('getLens', lens);
  setLens = (lens: JeolLens, value: number): Promise<void> => this.ask('setLens', lens, value);
  getSpotSize = (): Promise<number> => this.ask('getSpotSize');
  setSpotSize = (spot: number): Promise<void> => this.ask('setSpotSize', spot);
  getAlpha = (): Promise<number> => this.ask('getAlpha');
  setAlpha = (alpha: number): Promise<void> => this.ask('setAlpha', alpha);
  getBeamBlank = (): Promise<boolean> => this.ask('getBeamBlank');
  setBeamBlank = (blanked: boolean): Promise<void> => this.ask('setBeamBlank', blanked);
  getScreen = (): Promise<number> => this.ask('getScreen');
  setScreen = (place: number): Promise<void> => this.ask('setScreen', place);
  getHtValue = (): Promise<number> => this.ask('getHtValue');
  getStagePosition = (): Promise<{
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly tilt: number;
  }> => this.ask('getStagePosition');
  getStageStatus = (): Promise<readonly number[]> => this.ask('getStageStatus');
  setStageXY = (x: number, y: number): Promise<void> => this.ask('setStageXY', x, y);
  setStageX = (x: number): Promise<void> => this.ask('setStageX', x);
  setStageY = (y: number): Promise<void> => this.ask('setStageY', y);
  setStageZ = (z: number): Promise<void> => this.ask('setStageZ', z);
  setTiltX = (degrees: number): Promise<void> => this.ask('setTiltX', degrees);
  stopStage = (): Promise<void> => this.ask('stopStage');

  /** Everything that is sent here says where to go, not how far, so that what a busy column has not taken may be sent again. */
  private async ask<Answer>(name: string, ...given: readonly unknown[]): Promise<Answer> {
    try {
      return (await this.host.call(name, given)) as Answer;
    } catch (error) {
      if (error instanceof DeviceCallError && (error.code === 'com/busy' || error.code === otherAnswer))
        throw new JeolBusy(error.message);
      throw error;
    }
  }
}
