import path from 'node:path';
import { DeviceCallError, DeviceHost, compiledFile } from '../../wires';
import type { ComDeviceOptions } from './com-device';
import { feiErrors } from './errors';
import type { FeiLack, FeiTransport, RawPair, RawStageTarget } from './transport';

/** Options of the wire to the column's scripting; seconds. */
export interface ComFeiWireOptions extends ComDeviceOptions {
  /** The program that runs the process, where it is not this Node. */
  readonly hostCommand: readonly string[];
  readonly answerLimit: number;
  readonly stageTimeoutFactor: number;
}

/** Seconds of what takes long; a little less than the guard before the wires allows. */
const slowLimit = 55;
const stageLimit = 80;
const startLimit = 12;

/** FEI's scripting through COM, which lives in a process of its own: what crashes or hangs there fails one call. */
export class ComFeiWire implements FeiTransport {
  private missing: ReadonlySet<FeiLack> = new Set();
  private readonly host: DeviceHost;

  constructor(private readonly options: ComFeiWireOptions) {
    const { program, hostCommand, answerLimit } = options;
    this.host = new DeviceHost({
      name: 'FEI column',
      module: compiledFile(path.join(__dirname, 'com-device')),
      options: { program } satisfies ComDeviceOptions,
      command: hostCommand,
      startLimit: 1000 * startLimit,
      callLimit: 1000 * answerLimit,
      startsAnewAfter: (error) => error instanceof DeviceCallError && error.code === 'com/disconnected',
    });
  }

  /** Known once the column has been reached. */
  get lacks(): ReadonlySet<FeiLack> {
    return this.missing;
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (process.platform !== 'win32' && this.options.hostCommand.length === 0)
      throw feiErrors.needsWindows(process.platform);
    try {
      await this.host.open(signal);
      this.missing = new Set((await this.ask('lacks', [], signal)) as readonly FeiLack[]);
    } catch (error) {
      await this.host.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.host.close();
  }

  getVersions = (signal?: AbortSignal): Promise<Readonly<Record<string, string>>> =>
    this.ask('getVersions', [], signal) as Promise<Readonly<Record<string, string>>>;
  getMagnificationIndex = (signal?: AbortSignal): Promise<number> => this.number('getMagnificationIndex', signal);
  setMagnificationIndex = (index: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setMagnificationIndex', [index], signal, slowLimit);
  getImagingMode = (signal?: AbortSignal): Promise<number> => this.number('getImagingMode', signal);
  setImagingMode = (mode: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setImagingMode', [mode], signal, slowLimit);
  getEftemMode = (signal?: AbortSignal): Promise<number> => this.number('getEftemMode', signal, 'EFTEM mode');
  setEftemMode = (mode: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setEftemMode', [mode], signal, slowLimit, 'EFTEM mode');
  getProbeMode = (signal?: AbortSignal): Promise<number> => this.number('getProbeMode', signal);
  setProbeMode = (mode: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setProbeMode', [mode], signal, slowLimit);

  getImageShift = (signal?: AbortSignal): Promise<RawPair> => this.ask('getImageShift', [], signal) as Promise<RawPair>;
  setImageShift = (x: number, y: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setImageShift', [x, y], signal);
  getBeamShift = (signal?: AbortSignal): Promise<RawPair> => this.ask('getBeamShift', [], signal) as Promise<RawPair>;
  setBeamShift = (x: number, y: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setBeamShift', [x, y], signal);
  getDefocus = (signal?: AbortSignal): Promise<number> => this.number('getDefocus', signal);
  setDefocus = (metres: number, signal?: AbortSignal): Promise<void> => this.tell('setDefocus', [metres], signal);
  getAbsFocus = (signal?: AbortSignal): Promise<number> => this.number('getAbsFocus', signal, 'absolute focus');
  setAbsFocus = (value: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setAbsFocus', [value], signal, undefined, 'absolute focus');
  getSpotSize = (signal?: AbortSignal): Promise<number> => this.number('getSpotSize', signal);
  setSpotSize = (spot: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setSpotSize', [spot], signal, slowLimit);
  getIntensity = (signal?: AbortSignal): Promise<number> => this.number('getIntensity', signal);
  setIntensity = (value: number, signal?: AbortSignal): Promise<void> => this.tell('setIntensity', [value], signal);
  getIlluminatedArea = (signal?: AbortSignal): Promise<number> => this.number('getIlluminatedArea', signal);
  setIlluminatedArea = (metres: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setIlluminatedArea', [metres], signal);

  normalizeLens = (lens: number, signal?: AbortSignal): Promise<void> =>
    this.tell('normalizeLens', [lens], signal, slowLimit);
  setAutoNormEnabled = (enabled: boolean, signal?: AbortSignal): Promise<void> =>
    this.tell('setAutoNormEnabled', [enabled], signal, undefined, 'automatic normalization');

  getBeamBlank = (signal?: AbortSignal): Promise<boolean> => this.ask('getBeamBlank', [], signal) as Promise<boolean>;
  setBeamBlank = (blanked: boolean, signal?: AbortSignal): Promise<void> =>
    this.tell('setBeamBlank', [blanked], signal);
  getMainScreen = (signal?: AbortSignal): Promise<number> => this.number('getMainScreen', signal);
  setMainScreen = (position: number, signal?: AbortSignal): Promise<void> =>
    this.tell('setMainScreen', [position], signal, slowLimit);
  getHighVoltage = (signal?: AbortSignal): Promise<number> => this.number('getHighVoltage', signal);

  getStagePosition = (signal?: AbortSignal): Promise<{ readonly x: number; readonly y: number; readonly z: number }> =>
    this.ask('getStagePosition', [], signal) as Promise<{ x: number; y: number; z: number }>;
  getTiltAngle = (signal?: AbortSignal): Promise<number> => this.number('getTiltAngle', signal);
  getStageStatus = (signal?: AbortSignal): Promise<number> => this.number('getStageStatus', signal);
  setStagePosition = (target: RawStageTarget, axes: number): Promise<void> =>
    this.tell('setStagePosition', [target, axes], undefined, stageLimit * this.options.stageTimeoutFactor);

  private ask(
    name: string,
    given: readonly unknown[],
    signal?: AbortSignal,
    limit = this.options.answerLimit,
  ): Promise<unknown> {
    return this.host.call(name, given, { limit: 1000 * limit, ...(signal && { signal }) });
  }

  private number(name: string, signal?: AbortSignal, needs?: FeiLack): Promise<number> {
    return this.refused(needs) ?? (this.ask(name, [], signal) as Promise<number>);
  }

  private async tell(
    name: string,
    given: readonly unknown[],
    signal?: AbortSignal,
    limit?: number,
    needs?: FeiLack,
  ): Promise<void> {
    await (this.refused(needs) ?? this.ask(name, given, signal, limit));
  }

  private refused(needs: FeiLack | undefined): Promise<never> | undefined {
    return needs !== undefined && this.missing.has(needs)
      ? Promise.reject(feiErrors.notOnThisColumn(needs))
      : undefined;
  }
}
