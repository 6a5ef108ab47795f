import {
  type CameraIndex,
  type Clock,
  EucentricError,
  StoppedError,
  describe,
  metres,
  seconds,
  service,
} from '../base';
import type { Camera, Cameras, Frame } from '../devices';
import type { BufferedImage, ImageBuffers, ImageContext, LiveBeside } from '../kernel';
import type { ParameterSetName, Settings } from '../settings';
import { singleExposureOf } from './exposure-of-set';

/** A live image: one image after the other in buffer A, until something stops it. */
export interface LiveImage {
  /** The parameter set that is shown; undefined when nothing is. */
  readonly running: ParameterSetName | undefined;
  /** Number of images since it was started, and how many come in a second. */
  readonly rate: { readonly images: number; readonly perSecond: number };
  /**
   * Starts it, or changes to another parameter set; resolves with the first image. Throws `live/camera-busy` while a run needs the camera, or what
   * the camera throws.
   */
  start(name: ParameterSetName): Promise<BufferedImage>;
  /** Ends it; resolves when the camera is idle. */
  stop(): Promise<void>;
  /** Gives the camera free until what is returned is called; then it goes on where it was running. Runs do so. */
  yieldCamera(): Promise<() => void>;
  /**
   * Shows a parameter set while a run that holds the camera waits for its operator; resolves with the first image. What it returns ends that, and the camera
   * is idle again; a live image that made way for the run still goes on after it. What `look` finds in an image is drawn over it.
   */
  showBeside(name: ParameterSetName, look?: LiveBeside['look']): Promise<() => Promise<void>>;
  /** Calls when it starts, shows an image or ends; what it returns ends that. */
  onChange(listen: () => void): () => void;
}
/** The token of the live image. */
export const LiveImage = service<LiveImage>('LiveImage');

/** Dependencies of the live image. */
export interface LiveParts {
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly settings: Pick<Settings, 'parameterSets'>;
  readonly buffers: ImageBuffers;
  readonly clock: Clock;
  /** State of the microscope for an image of a camera, read once at the start; the pixel size is that without binning. */
  readonly context: (camera: CameraIndex) => Promise<ImageContext>;
  /** Brings the column to where images of a parameter set are taken, such as an area of Low Dose, before the first one. */
  readonly prepare?: (name: ParameterSetName, signal: AbortSignal) => Promise<void>;
  /** Told when the live image ends by itself. */
  readonly warn: (text: string) => void;
}

/** Real milliseconds that others get at least and at most between two images of a simulated clock. */
const turns = { least: 5, most: 500 } as const;

/** Leaves the event loop to others for real milliseconds; ends at once with the signal. */
function leaveTurns(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(turns.most, Math.max(turns.least, milliseconds)));
    signal.addEventListener('abort', end, { once: true });
  });
}

interface Show {
  readonly name: ParameterSetName;
  readonly camera: Camera;
  readonly signal: AbortSignal;
  /** Called with the first image. */
  readonly first: (image: BufferedImage) => void;
  readonly look?: LiveBeside['look'];
}

interface Running {
  readonly name: ParameterSetName;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/**
 * Shows images as fast as the camera gives them. A camera that delivers a stream is asked once; from others one image is taken after the
 * other. The first image rolls the buffers; each later one takes its place.
 */
export class LiveImages implements LiveImage {
  private current: Running | undefined;
  private holders = 0;
  private wanted: ParameterSetName | undefined;
  private counted = { images: 0, since: 0 };
  private readonly listeners = new Set<() => void>();

  constructor(private readonly parts: LiveParts) {}

  get running(): ParameterSetName | undefined {
    return this.current?.name;
  }

  get rate(): LiveImage['rate'] {
    const { images, since } = this.counted;
    const elapsed = this.parts.clock.now() - since;
    return { images, perSecond: images > 1 && elapsed > 0 ? (images - 1) / elapsed : 0 };
  }

  async start(name: ParameterSetName): Promise<BufferedImage> {
    if (this.holders > 0)
      throw new EucentricError({
        code: 'live/camera-busy',
        message: 'What is running needs the camera.',
        hint: 'Wait until it has ended, or stop it.',
      });
    await this.stop();
    this.wanted = name;
    return this.run(name);
  }

  async stop(): Promise<void> {
    this.wanted = undefined;
    await this.end();
  }

  async yieldCamera(): Promise<() => void> {
    this.holders += 1;
    await this.end();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.holders -= 1;
      if (this.holders > 0 || this.wanted === undefined) return;
      // The first image is not waited for: nobody asks for it.
      this.run(this.wanted).catch((error: unknown) =>
        this.parts.warn(`The live image did not go on: ${describe(error)}`),
      );
    };
  }

  async showBeside(name: ParameterSetName, look?: LiveBeside['look']): Promise<() => Promise<void>> {
    await this.end();
    // A run stays where it is.
    await this.run(name, undefined, look);
    const { current } = this;
    return async () => {
      if (this.current === current) await this.end();
    };
  }

  onChange(listen: () => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  private async end(): Promise<void> {
    const { current } = this;
    if (!current) return;
    current.controller.abort(new StoppedError('The live image'));
    await current.done;
  }

  private run(name: ParameterSetName, prepare = this.parts.prepare, look?: LiveBeside['look']): Promise<BufferedImage> {
    const controller = new AbortController();
    const { selected } = this.parts.cameras;
    this.counted = { images: 0, since: 0 };
    return new Promise<BufferedImage>((resolve, reject) => {
      const done = Promise.resolve(prepare?.(name, controller.signal))
        .then(() =>
          this.show({ name, camera: selected, signal: controller.signal, first: resolve, ...(look && { look }) }),
        )
        .then(() => {
          // A camera that somebody else has stopped stays so.
          if (!controller.signal.aborted) this.wanted = undefined;
        })
        .catch((error: unknown) => {
          reject(error instanceof Error ? error : new Error(describe(error)));
          if (this.counted.images > 0 && !controller.signal.aborted) {
            this.wanted = undefined;
            this.parts.warn(`The live image has ended: ${describe(error)}`);
          }
        })
        .finally(() => {
          reject(new StoppedError('The live image'));
          if (this.current?.controller === controller) this.current = undefined;
          this.changed();
        });
      this.current = { name, controller, done };
      this.changed();
    });
  }

  private async show({ name, camera, signal, first, look }: Show): Promise<void> {
    const { settings, buffers, clock, context: read } = this.parts;
    const set = settings.parameterSets.get(camera.traits.index)![name];
    const exposure = camera.fit(singleExposureOf(set, camera.traits));
    const { pixelSize, ...state } = await read(camera.traits.index);
    const context: ImageContext = {
      ...state,
      ...(pixelSize !== undefined && { pixelSize: metres(pixelSize * exposure.binning) }),
      title: `Live: ${name}`,
      parameterSet: name,
      live: true,
    };
    const drawn = (frame: Frame): ImageContext => (look ? { ...context, drawing: look({ frame, context }) } : context);
    let ended = performance.now();
    const take = async (frame: Frame): Promise<void> => {
      if (this.counted.images === 0) {
        this.counted = { images: 1, since: clock.now() };
        first(buffers.add(frame, drawn(frame)));
      } else {
        this.counted = { ...this.counted, images: this.counted.images + 1 };
        buffers.replace(frame, drawn(frame));
      }
      this.changed();
      // A simulated clock waits for nothing, so that image would follow image, and sockets and files would get one turn between two. Half of the time is theirs.
      if ((clock.speed ?? 1) > 1) await leaveTurns(performance.now() - ended, signal);
      ended = performance.now();
    };
    if (camera.watch) await camera.watch(exposure, take, signal);
    else
      while (!signal.aborted) {
        await take(await camera.acquire(exposure, signal));
        // Others come to their turn, also where images take no time.
        await clock.delay(seconds(0), signal).catch(() => undefined);
      }
  }

  private changed(): void {
    for (const listen of this.listeners) listen();
  }
}
