import { type Clock, StoppableWork, seconds, throwIfStopped } from '../../../core/base';
import {
  type Camera,
  type CameraTraits,
  type Exposure,
  type Frame,
  type Processing,
  type ReadMode,
  exposureRefusal,
  fitExposure,
} from '../../../core/devices';
import { readOutTraits, shutterTraits } from '../../../core/optics';
import type { CameraSettings } from '../../../core/settings';
import { image } from '../../../imaging';
import type { Turns } from '../../../wires';
import { type SerialEmCameraModel, constraintsOf, isCentred } from './camera-model';
import { serialEmErrors } from '../errors';
import { pixelsOf } from './pixels';
import type { SerialEmScript } from '../script';
import type { BufferImage } from '../transport';

/** The sets of parameters that SerialEM takes images with. */
export type ParameterSet = 'View' | 'Focus' | 'Trial' | 'Record' | 'Preview';

/** Means by which the cameras take images. */
export interface CameraMeans {
  readonly script: SerialEmScript;
  readonly clock: Clock;
  /** One image at a time, whatever camera takes it. */
  readonly turns: Turns;
  readonly parameterSet: ParameterSet;
  /** Seconds that an image may take beyond startup, settling and exposure. */
  readonly imageLimit: number;
}

/** Letters of the sets in scripts. */
const letters: Readonly<Record<ParameterSet, string>> = {
  View: 'V',
  Focus: 'F',
  Trial: 'T',
  Record: 'R',
  Preview: 'L',
};
const processings: Readonly<Record<Processing, number>> = {
  unprocessed: 0,
  'dark subtracted': 1,
  'gain normalized': 2,
};
const readModes: Readonly<Record<ReadMode, number>> = { linear: 0, counting: 1, 'super-resolution': 2 };
const bufferA = { name: 'A', number: 0 } as const;
/** Seconds that changing to another camera may take. */
const selectLimit = 60;
const maxBytesOfPixel = 4;
/** Rows may be filled up to a multiple of some bytes. */
const rowFilling = 64;

/** Traits of the camera, from the site's properties. */
export function traitsOf(model: SerialEmCameraModel, camera: CameraSettings): CameraTraits {
  return Object.freeze({
    ...readOutTraits(model, camera),
    ...shutterTraits(camera),
    // SerialEM gives the image when the camera has read it out.
    allowsPostActions: false,
  });
}

/** A camera that SerialEM drives, of whatever make: a set of its parameters is changed for each image, and put back after it. */
export class SerialEmCamera implements Camera {
  private readonly exposures = new StoppableWork('The exposure');

  constructor(
    readonly traits: CameraTraits,
    private readonly model: SerialEmCameraModel,
    private readonly means: CameraMeans,
  ) {}

  /** The nearest exposure that the properties allow; SerialEM may round its time to what the camera takes. */
  fit(wanted: Exposure): Exposure {
    return fitExposure(wanted, constraintsOf(this.model));
  }

  /** Takes an image with the nearest settings that the camera has. Refuses what is out of its limits before anything is sent. */
  async acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    if (signal) throwIfStopped(signal);
    this.check(exposure);
    return this.exposures.run(async (stopped) => {
      try {
        return await this.means.turns.take(stopped, () => this.take(this.fit(exposure), stopped));
      } catch (error) {
        // The wire says in its own way that it was stopped.
        throwIfStopped(stopped);
        throw error;
      }
    }, signal);
  }

  /** Ends all exposures that were asked for, as stopped. */
  async stop(): Promise<void> {
    await this.exposures.stop();
  }

  private async take(exposure: Exposure, signal: AbortSignal): Promise<Frame> {
    const { script, clock, parameterSet, imageLimit } = this.means;
    if ((await script.number('ReportLowDose', signal)) !== 0) throw serialEmErrors.lowDose(this.traits.name);
    // Selecting puts back what was changed in a set before.
    await script.do('SelectCamera', [this.model.place], { limit: selectLimit, signal });
    let cut = false;
    try {
      await this.setUp(exposure, signal);
      const requested = clock.now();
      const duration = this.model.startupDelay + exposure.driftSettling + exposure.exposure;
      cut = true;
      await script.do(parameterSet, [], { limit: duration + imageLimit, signal });
      const ended = clock.now();
      const properties = await script.report('ImageProperties', 4, signal, [bufferA.name]);
      const received = await script.image(bufferA.number, this.room(exposure), imageLimit, signal);
      cut = false;
      const begun = Math.min(
        requested + this.model.startupDelay + exposure.driftSettling,
        Math.max(requested, ended - exposure.exposure),
      );
      return { ...this.frameOf(received, properties, exposure), began: seconds(begun) };
    } finally {
      // SerialEM puts its sets back by itself when the connection has ended in the middle of an image.
      if (!(cut && signal.aborted)) await this.restore();
    }
  }

  private async setUp(
    { binning, area, exposure, driftSettling, processing, readMode }: Exposure,
    signal: AbortSignal,
  ): Promise<void> {
    const { model, means } = this;
    const set = letters[means.parameterSet];
    const send = (name: Parameters<SerialEmScript['do']>[0], ...given: readonly (number | string)[]): Promise<void> =>
      means.script.do(name, [set, ...given], { signal });
    await send('SetContinuous', 0);
    await send('SetProcessing', processings[processing]);
    if (model.hasReadModes) {
      await send('SetK2ReadMode', readModes[readMode]);
      await send('SetDoseFracParams', 0);
    }
    await send('SetExposure', exposure, driftSettling);
    const scripted = binning / model.binningUnit;
    const [width, height] = [(area.right - area.left) / binning, (area.bottom - area.top) / binning];
    if (isCentred(model, area, binning)) return send('SetCenteredSize', scripted, width, height);
    await send('SetBinning', scripted);
    await send('SetCameraArea', area.left, area.right, area.top, area.bottom);
  }

  private async restore(): Promise<void> {
    try {
      await this.means.script.do('RestoreCameraSet', [letters[this.means.parameterSet]]);
    } catch {
      // Nothing was changed, or the connection is gone, and SerialEM has put its sets back by itself.
    }
  }

  private frameOf(
    received: BufferImage,
    [width = 0, height = 0, binning = 0, time = 0]: readonly number[],
    exposure: Exposure,
  ): Omit<Frame, 'began'> {
    const { model, traits } = this;
    const columns = (exposure.area.right - exposure.area.left) / exposure.binning;
    const rows = (exposure.area.bottom - exposure.area.top) / exposure.binning;
    const said = `${columns} x ${rows} pixels at binning ${exposure.binning}`;
    if (received.width !== columns || received.height !== rows)
      throw serialEmErrors.wrongImage(traits.name, `${received.width} x ${received.height} pixels`, said);
    // Another image may have come into the buffer in between.
    if (width !== columns || height !== rows || Math.abs(binning * model.binningUnit - exposure.binning) > 1e-6)
      throw serialEmErrors.wrongImage(
        traits.name,
        `${width} x ${height} pixels at binning ${binning * model.binningUnit}`,
        said,
      );
    const pixels = pixelsOf(received);
    if (!pixels) throw serialEmErrors.wrongImage(traits.name, `the kind ${received.type}`, 'counts');
    const taken = { ...exposure, ...(differs(time, exposure.exposure) && { exposure: seconds(time) }) };
    return { image: image(pixels, rows, columns), exposure: taken, camera: model.index };
  }

  /** Most bytes that the image of an exposure may have. */
  private room({ area, binning }: Exposure): number {
    const row = (maxBytesOfPixel * (area.right - area.left)) / binning + rowFilling;
    return (row * (area.bottom - area.top)) / binning;
  }

  private check(exposure: Exposure): void {
    const refusal = exposureRefusal(exposure, constraintsOf(this.model));
    if (refusal) throw serialEmErrors.badExposure(this.traits.name, refusal.what, refusal.asked, refusal.allowed);
  }
}

/** True for a time that SerialEM rounded to what the camera takes, beyond what it loses by writing numbers. */
const differs = (time: number, asked: number): boolean => time > 0 && Math.abs(time - asked) > 1e-5;
