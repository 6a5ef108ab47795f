import { HttpJsonClient } from '../../wires';
import { feiErrors } from './errors';
import {
  type FeiLack,
  type FeiTransport,
  type RawPair,
  type RawStageTarget,
  axisBits,
  imagingMode,
  lensNumbers,
  probeModes,
  screenPositions,
} from './transport';

/** Address of the server, and time limits; seconds. */
export interface TemscriptWireOptions {
  readonly host: string;
  readonly port: number;
  readonly answerLimit: number;
  readonly stageTimeoutFactor: number;
}

/** Seconds of what takes long; a little less than the guard before the wires allows. */
const slowLimit = 55;
const stageLimit = 80;
/** The server's names for the groups of lenses that it can normalize. */
const lensNames: Readonly<Record<number, string>> = {
  [lensNumbers.spotSize]: 'SPOTSIZE',
  [lensNumbers.condenser]: 'CONDENSER',
  [lensNumbers.illumination]: 'OBJECTIVE_CONDENSER',
  [lensNumbers.objective]: 'OBJECTIVE',
  [lensNumbers.projector]: 'PROJECTOR',
  [lensNumbers.projection]: 'OBJECTIVE_PROJECTIVE',
  [lensNumbers.all]: 'ALL',
};
const imagingModes: Readonly<Record<string, number>> = {
  IMAGING: imagingMode.imaging,
  DIFFRACTION: imagingMode.diffraction,
};
const illuminationModes: Readonly<Record<string, number>> = {
  NANOPROBE: probeModes.nano,
  MICROPROBE: probeModes.micro,
};
const screens: Readonly<Record<string, number>> = {
  UNKNOWN: screenPositions.unknown,
  UP: screenPositions.up,
  DOWN: screenPositions.down,
};
const stageStates: Readonly<Record<string, number>> = {
  READY: 0,
  DISABLED: 1,
  NOT_READY: 2,
  GOING: 3,
  MOVING: 4,
  WOBBLING: 5,
};

/**
 * FEI's scripting interface through the HTTP server of temscript on the microscope computer: metres, radians and names of modes. The
 * server has no EFTEM mode, no switch for the column's own normalization and no absolute focus; its beam tilt is the dark-field tilt,
 * which this wire never touches.
 */
export class TemscriptFeiWire implements FeiTransport {
  readonly lacks: ReadonlySet<FeiLack> = new Set<FeiLack>(['EFTEM mode', 'automatic normalization', 'absolute focus']);
  private client: HttpJsonClient | undefined;

  constructor(private readonly options: TemscriptWireOptions) {}

  async open(signal?: AbortSignal): Promise<void> {
    const { host, port } = this.options;
    this.client = new HttpJsonClient({ name: 'the temscript server', host, port });
    try {
      await this.getText('family', signal);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.close();
  }

  async getVersions(signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    return {
      'temscript server': await this.getText('version', signal),
      family: await this.getText('family', signal),
      'microscope id': await this.getText('microscope_id', signal),
    };
  }

  async getMagnificationIndex(signal?: AbortSignal): Promise<number> {
    // Some servers go on telling the last magnification in diffraction.
    if ((await this.getImagingMode(signal)) === imagingMode.diffraction) return 0;
    const index = await this.getNumber('magnification_index', signal);
    if (!Number.isInteger(index) || index < 0) throw feiErrors.strangeAnswer('magnification_index', index);
    return index;
  }
  setMagnificationIndex = (index: number, signal?: AbortSignal): Promise<void> =>
    this.put('magnification_index', index, signal, slowLimit);
  getImagingMode = (signal?: AbortSignal): Promise<number> => this.getOneOf('projection_mode', imagingModes, signal);
  setImagingMode = (mode: number, signal?: AbortSignal): Promise<void> =>
    this.put('projection_mode', nameOf(imagingModes, mode), signal, slowLimit);
  getEftemMode = (): Promise<number> => Promise.reject(feiErrors.notOnThisWire('an EFTEM mode'));
  setEftemMode = (): Promise<void> => Promise.reject(feiErrors.notOnThisWire('an EFTEM mode'));
  getProbeMode = (signal?: AbortSignal): Promise<number> =>
    this.getOneOf('illumination_mode', illuminationModes, signal);
  setProbeMode = (mode: number, signal?: AbortSignal): Promise<void> =>
    this.put('illumination_mode', nameOf(illuminationModes, mode), signal, slowLimit);

  getImageShift = (signal?: AbortSignal): Promise<RawPair> => this.getPair('image_shift', signal);
  setImageShift = (x: number, y: number, signal?: AbortSignal): Promise<void> =>
    this.put('image_shift', [x * 1e-6, y * 1e-6], signal);
  getBeamShift = (signal?: AbortSignal): Promise<RawPair> => this.getPair('beam_shift', signal);
  setBeamShift = (x: number, y: number, signal?: AbortSignal): Promise<void> =>
    this.put('beam_shift', [x * 1e-6, y * 1e-6], signal);
  getDefocus = (signal?: AbortSignal): Promise<number> => this.getNumber('defocus', signal);
  setDefocus = (metres: number, signal?: AbortSignal): Promise<void> => this.put('defocus', metres, signal);
  getAbsFocus = (): Promise<number> => Promise.reject(feiErrors.notOnThisWire('an absolute focus'));
  setAbsFocus = (): Promise<void> => Promise.reject(feiErrors.notOnThisWire('an absolute focus'));
  getSpotSize = (signal?: AbortSignal): Promise<number> => this.getNumber('spot_size_index', signal);
  setSpotSize = (spot: number, signal?: AbortSignal): Promise<void> =>
    this.put('spot_size_index', spot, signal, slowLimit);
  getIntensity = (signal?: AbortSignal): Promise<number> => this.getNumber('intensity', signal);
  setIntensity = (value: number, signal?: AbortSignal): Promise<void> => this.put('intensity', value, signal);
  getIlluminatedArea = (signal?: AbortSignal): Promise<number> => this.getNumber('illuminated_area', signal);
  setIlluminatedArea = (metres: number, signal?: AbortSignal): Promise<void> =>
    this.put('illuminated_area', metres, signal);

  normalizeLens = (lens: number, signal?: AbortSignal): Promise<void> =>
    this.put('normalize', lensNames[lens] ?? 'ALL', signal, slowLimit);
  setAutoNormEnabled = (): Promise<void> =>
    Promise.reject(feiErrors.notOnThisWire('a switch for automatic normalization'));

  async getBeamBlank(signal?: AbortSignal): Promise<boolean> {
    const blanked = await this.get('beam_blanked', signal);
    if (typeof blanked !== 'boolean') throw feiErrors.strangeAnswer('beam_blanked', blanked);
    return blanked;
  }
  setBeamBlank = (blanked: boolean, signal?: AbortSignal): Promise<void> => this.put('beam_blanked', blanked, signal);
  getMainScreen = (signal?: AbortSignal): Promise<number> => this.getOneOf('screen_position', screens, signal);
  setMainScreen = (position: number, signal?: AbortSignal): Promise<void> =>
    this.put('screen_position', nameOf(screens, position), signal, slowLimit);

  async getHighVoltage(signal?: AbortSignal): Promise<number> {
    return 1000 * (await this.getNumber('voltage', signal));
  }

  async getStagePosition(
    signal?: AbortSignal,
  ): Promise<{ readonly x: number; readonly y: number; readonly z: number }> {
    const { x, y, z } = await this.getPlace(signal);
    return { x, y, z };
  }
  async getTiltAngle(signal?: AbortSignal): Promise<number> {
    return (await this.getPlace(signal)).a;
  }
  getStageStatus = (signal?: AbortSignal): Promise<number> => this.getOneOf('stage_status', stageStates, signal);

  setStagePosition({ x, y, z, alpha }: RawStageTarget, axes: number): Promise<void> {
    const target = {
      ...(axes & axisBits.x && { x }),
      ...(axes & axisBits.y && { y }),
      ...(axes & axisBits.z && { z }),
      ...(axes & axisBits.alpha && { a: alpha }),
    };
    return this.put('stage_position?method=GO', target, undefined, stageLimit * this.options.stageTimeoutFactor);
  }

  private async getPlace(signal?: AbortSignal): Promise<Record<'x' | 'y' | 'z' | 'a', number>> {
    const place = await this.get('stage_position', signal);
    const { x, y, z, a } = (place ?? {}) as Record<string, unknown>;
    if (![x, y, z, a].every(isNumber)) throw feiErrors.strangeAnswer('stage_position', place);
    return { x, y, z, a } as Record<'x' | 'y' | 'z' | 'a', number>;
  }

  private async getNumber(name: string, signal?: AbortSignal): Promise<number> {
    const value = await this.get(name, signal);
    if (!isNumber(value)) throw feiErrors.strangeAnswer(name, value);
    return value;
  }

  /** A pair in micrometres of one in metres. */
  private async getPair(name: string, signal?: AbortSignal): Promise<RawPair> {
    const value = await this.get(name, signal);
    if (!Array.isArray(value) || value.length !== 2 || !value.every(isNumber))
      throw feiErrors.strangeAnswer(name, value);
    return { x: value[0]! * 1e6, y: value[1]! * 1e6 };
  }

  private async getText(name: string, signal?: AbortSignal): Promise<string> {
    const value = await this.get(name, signal);
    if (typeof value !== 'string') throw feiErrors.strangeAnswer(name, value);
    return value;
  }

  private async getOneOf(
    name: string,
    values: Readonly<Record<string, number>>,
    signal?: AbortSignal,
  ): Promise<number> {
    const text = await this.getText(name, signal);
    const value = Object.hasOwn(values, text) ? values[text] : undefined;
    if (value === undefined) throw feiErrors.strangeAnswer(name, text);
    return value;
  }

  private async get(name: string, signal?: AbortSignal): Promise<unknown> {
    const { status, value } = await this.connected(name).get(`/v1/${name}`, {
      limit: 1000 * this.options.answerLimit,
      ...(signal && { signal }),
    });
    if (status !== 200) throw feiErrors.serverRefused(`GET ${name}`, status);
    return value;
  }

  private async put(
    name: string,
    value: unknown,
    signal?: AbortSignal,
    limit = this.options.answerLimit,
  ): Promise<void> {
    const { status } = await this.connected(name).put(`/v1/${name}`, value, {
      limit: 1000 * limit,
      ...(signal && { signal }),
    });
    // With a result the server answers 200; both say that it is done.
    if (status !== 204 && status !== 200) throw feiErrors.serverRefused(`PUT ${name} ${JSON.stringify(value)}`, status);
  }

  private connected(call: string): HttpJsonClient {
    if (!this.client) throw feiErrors.notOpen(call);
    return this.client;
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const nameOf = (values: Readonly<Record<string, number>>, wanted: number): string =>
  Object.keys(values).find((name) => values[name] === wanted) ?? String(wanted);
