import { type Clock, seconds } from '../../../core/base';
import type { Processing, ReadMode } from '../../../core/devices';
import type { VirtualMicroscope } from '../../../simulation';
import type { SerialEmCameraModel } from './camera-model';
import { serialEmErrors } from '../errors';
import type { BufferImage, ScriptValue } from '../transport';

const processings: readonly Processing[] = ['unprocessed', 'dark subtracted', 'gain normalized'];
const readModes: readonly ReadMode[] = ['linear', 'counting', 'super-resolution'];
const unsignedShorts = 6;

interface Parameters {
  binning: number;
  /** Unbinned pixels. */
  left: number;
  top: number;
  right: number;
  bottom: number;
  exposure: number;
  drift: number;
  processing: number;
  readMode: number;
}

/** The cameras of a SerialEM that photographs the virtual microscope: one set of parameters, and the image in buffer A. */
export class SimulatedCameras {
  private selected: SerialEmCameraModel | undefined;
  private set: Parameters | undefined;
  private taken: { readonly image: BufferImage; readonly binning: number; readonly exposure: number } | undefined;

  constructor(
    private readonly cameras: readonly SerialEmCameraModel[],
    private readonly clock: Clock,
  ) {}

  select(place: number): void {
    this.selected = this.cameras.find((camera) => camera.place === place);
    if (!this.selected) throw serialEmErrors.commandFailed('SelectCamera');
    this.restore();
  }

  restore(): void {
    const { width = 0, height = 0 } = this.selected ?? {};
    this.set = {
      binning: 1,
      left: 0,
      top: 0,
      right: width,
      bottom: height,
      exposure: 1,
      drift: 0,
      processing: 2,
      readMode: 0,
    };
  }

  /** Changes some of the parameters. */
  change(some: Partial<Parameters>): void {
    Object.assign(this.parameters, some);
  }

  /** Sets a binning, as scripts count it, and a size in binned pixels about the middle. */
  centre(binning: number, columns: number, rows: number): void {
    const { width, height, binningUnit } = this.camera;
    const real = binning * binningUnit;
    const span = (size: number, whole: number): readonly [number, number] => {
      const first = Math.floor((Math.floor(whole / real) - size) / 2) * real;
      return [first, first + size * real];
    };
    const [left, right] = span(columns, width);
    const [top, bottom] = span(rows, height);
    this.change({ binning: real, left, right, top, bottom });
  }

  bin(binning: number): void {
    this.change({ binning: binning * this.camera.binningUnit });
  }

  /** Takes an image. */
  async take(microscope: VirtualMicroscope, signal: AbortSignal | undefined): Promise<void> {
    const { camera, clock } = this;
    const { binning, left, top, right, bottom, exposure, drift, processing, readMode } = this.parameters;
    this.taken = undefined;
    const startup = microscope.requestExposure(camera.index, { startup: camera.startupDelay });
    await clock.delay(seconds(startup + drift), signal);
    // The image is made at the end, so that it holds what the blanker and the screen did meanwhile.
    const began = clock.now();
    await clock.delay(seconds(exposure), signal);
    const { width, height, data } = microscope.expose({
      camera: camera.index,
      binning,
      area: { left, top, width: right - left, height: bottom - top },
      exposure,
      readMode: readModes[readMode] === 'linear' ? 'linear' : 'counting',
      processing: processings[processing] ?? 'gain normalized',
      atTime: began,
    });
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    const image = { type: unsignedShorts, width, height, rowBytes: 2 * width, data: bytes };
    this.taken = { image, binning: binning / camera.binningUnit, exposure };
  }

  /** Size, binning and exposure of the image. */
  properties(): readonly ScriptValue[] {
    if (!this.taken) throw serialEmErrors.commandFailed('ImageProperties');
    const { image, binning, exposure } = this.taken;
    return [image.width, image.height, binning, exposure, 0, 3];
  }

  get image(): BufferImage | undefined {
    return this.taken?.image;
  }

  private get camera(): SerialEmCameraModel {
    if (!this.selected) throw serialEmErrors.commandFailed('a command for a camera');
    return this.selected;
  }

  private get parameters(): Parameters {
    if (!this.set) throw serialEmErrors.commandFailed('a command for a camera');
    return this.set;
  }
}
