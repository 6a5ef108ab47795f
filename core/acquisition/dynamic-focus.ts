import {
  type Clock,
  type Metres,
  type Radians,
  type Seconds,
  StoppedError,
  metres,
  milliseconds,
  radians,
  seconds,
  throwIfStopped,
} from '../base';
import type { Cameras, Exposure, Frame, ProbeModeSelector, ScanRotation, Scope, Setting, Stage } from '../devices';
import type { Optics } from '../optics';
import type { Settings } from '../settings';
import { acquisitionErrors } from './errors';

/** Fewest steps of the focus in a scan; with fewer, the focus is wrong by too much within a step. */
const minSteps = 5;
/** Distance from which the first focus is approached, so that the lens comes from the side from which it goes on. */
const approach = metres(1e-6);

/** A scan as far as a ramp of the focus depends on it. */
export interface RampedScan {
  /** Rows of the image, and the size of its pixels on a specimen that is not tilted. */
  readonly rows: number;
  readonly pixel: Metres;
  /** Time on all pixels, and from the end of a line to the next one. */
  readonly exposure: Seconds;
  readonly flyback: Seconds;
  /** From the request to the first pixel. */
  readonly startup: Seconds;
  /** Tilt of the specimen. */
  readonly tilt: Radians;
  /** Direction of the tilt axis in the image, counter-clockwise from its X. */
  readonly tiltAxis: Radians;
}

/** Properties of the column and the camera on which a ramp of the focus depends. */
export interface FocusRampTraits {
  /** Shortest time between two values of the focus. */
  readonly interval: Seconds;
  /** Time after the first value before the scan may begin. */
  readonly initialDelay: Seconds;
  /** Metres of height for a metre of defocus. */
  readonly focusToHeight: number;
  /** True for a scan that begins at the other end of the image. */
  readonly inverted: boolean;
}

/** Values of the focus during a scan, as changes from the focus in the middle of the image. */
export interface FocusRamp {
  readonly steps: number;
  readonly interval: Seconds;
  /** Before the first pixel. */
  readonly base: Metres;
  /** From one step to the next. */
  readonly change: Metres;
  readonly startup: Seconds;
  readonly initialDelay: Seconds;
  /** Defocus at the left and right end of a line that is left, since the tilt axis is not along the lines. */
  readonly alongLine: Metres;
}

/** The ramp that keeps a tilted specimen in focus while it is scanned. Refuses a scan that is too short for it. */
export function planFocusRamp(
  { rows, pixel, exposure, flyback, startup, tilt, tiltAxis }: RampedScan,
  { interval: shortest, initialDelay, focusToHeight, inverted }: FocusRampTraits,
): FocusRamp {
  const duration = exposure + rows * flyback;
  const steps = Math.floor(duration / shortest + 1e-9);
  if (steps < minSteps) throw acquisitionErrors.tooFewFocusSteps(steps, minSteps, seconds(minSteps * shortest));
  const slope = (pixel * Math.tan(tilt) * (inverted ? -1 : 1)) / focusToHeight;
  const range = rows * slope * Math.cos(tiltAxis);
  return {
    steps,
    interval: seconds(duration / steps),
    // The first step comes with the first pixel, so that each value is that of the middle of its lines.
    base: metres((range / 2) * ((steps + 1) / steps)),
    change: metres(-range / steps),
    startup,
    initialDelay,
    alongLine: metres(Math.abs((rows / 2) * slope * Math.sin(tiltAxis))),
  };
}

/** Dependencies of a ramp. */
export interface FocusRampParts {
  readonly clock: Clock;
  readonly defocus: Pick<Setting<Metres>, 'read' | 'write'>;
}

/**
 * Takes a scan while the focus follows its ramp, and gives the focus back in any case. Each value is sent early by the time that the last one
 * took, and one that is late is left out for the one that is due.
 */
export async function scanWithFocusRamp(
  ramp: FocusRamp,
  { clock, defocus }: FocusRampParts,
  scan: () => Promise<Frame>,
  signal?: AbortSignal,
): Promise<Frame> {
  const { steps, interval, base, change, startup, initialDelay } = ramp;
  const centre = await defocus.read(signal);
  const over = new AbortController();
  let took = 0;
  const send = async (offset: number): Promise<void> => {
    const sent = clock.now();
    await defocus.write(metres(centre + offset));
    took = clock.now() - sent;
  };
  const run = async (): Promise<void> => {
    const begins = clock.now() + startup;
    for (let step = 1; step <= steps; step++) {
      const wait = begins + (step - 1) * interval - took - clock.now();
      if (wait > 0) await clock.delay(seconds(wait), over.signal, { follows: true });
      throwIfStopped(over.signal);
      step = Math.max(step, Math.min(steps, Math.floor((clock.now() + took - begins) / interval + 1 + 1e-6)));
      await send(base + step * change);
    }
  };
  try {
    // From the side from which the ramp goes on, so that a lens with hysteresis follows it from the first line.
    await send(base - Math.sign(change) * approach);
    await send(base);
    await clock.delay(initialDelay, signal);
    // A scan goes on when its focus fails; its end is waited for, so that nothing is under way when the focus is given back.
    const failure = run().then(
      () => undefined,
      (error: unknown) => (over.signal.aborted ? undefined : { error }),
    );
    const frame = await scan().finally(async () => {
      over.abort(new StoppedError());
      await failure;
    });
    const failed = await failure;
    if (failed) throw failed.error;
    return frame;
  } finally {
    await defocus.write(centre);
  }
}

/** Sources of what decides the ramp of a scan. */
export interface FocusRampSources {
  readonly scope: Pick<Scope, 'magIndex' | 'traits'>;
  readonly stage: Pick<Stage, 'position'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly optics: Pick<Optics, 'at'>;
  readonly settings: Pick<Settings, 'get' | 'cameras'>;
  readonly scanRotation?: ScanRotation | undefined;
  readonly probeMode?: ProbeModeSelector | undefined;
}

/** Knowledge of the caller about a scan. */
export interface FocusRampOptions {
  /** Measured where the generator does not tell it; 50 us and AddedFlybackTime by default. */
  readonly flyback?: Seconds;
  readonly startup?: Seconds;
  /** Metres of height for a metre of defocus; STEMdefocusToDeltaZ by default. */
  readonly focusToHeight?: number;
  /** Added to the tilt of the stage, such as that of a specimen that is not flat in its holder. */
  readonly tiltOffset?: Radians;
  readonly signal?: AbortSignal;
}

/** Flyback of a line where nobody knows better. */
const usualFlyback = 50e-6;

/** The ramp of the focus for a scan with the selected camera as the microscope stands. Refuses what the instrument cannot do, before anything moves. */
export async function focusRampFor(
  { scope, stage, cameras, optics, settings, scanRotation, probeMode }: FocusRampSources,
  exposure: Exposure,
  { flyback, startup, focusToHeight, tiltOffset = radians(0), signal }: FocusRampOptions = {},
): Promise<FocusRamp> {
  const { index, name, scan, startupDelay } = cameras.selected.traits;
  const column = scope.traits.focusRamp;
  if (!scan || !column || scan.blocksColumn) throw acquisitionErrors.noFocusDuringScan(name);
  const place = optics.at({ magIndex: await scope.magIndex.read(signal), camera: index });
  const { pixelSize, rotation } = place;
  if (!pixelSize || !rotation) throw acquisitionErrors.unknownPixels(name);
  const camera = settings.cameras.find((each) => each.index === index);
  const turn =
    exposure.scanning?.rotation ?? (scan.rotates ? 0 : ((await scanRotation?.scanRotation.read(signal)) ?? 0));
  const second = probeMode ? (await probeMode.probeMode.read(signal)) === 'micro' : place.isLowMagnification;
  const factor = focusToHeight ?? settings.get('STEMdefocusToDeltaZ')[second ? 1 : 0];
  if (!(Math.abs(factor) > 0)) throw acquisitionErrors.noFocusToHeight(name);
  const [interval, initial] = [settings.get('DynamicFocusInterval'), settings.get('InitialDynamicFocusDelay')];
  const { tilt } = await stage.position.read(signal);
  return planFocusRamp(
    {
      rows: Math.floor((exposure.area.bottom - exposure.area.top) / exposure.binning),
      pixel: metres(pixelSize.value * exposure.binning),
      exposure: exposure.exposure,
      flyback: flyback ?? seconds(usualFlyback + 1e-6 * (camera?.get('AddedFlybackTime') ?? 0)),
      startup: startup ?? startupDelay,
      tilt: radians(tilt + tiltOffset),
      tiltAxis: radians(rotation.value + turn),
    },
    {
      interval: interval > 0 ? milliseconds(interval) : column.interval,
      initialDelay: initial >= 0 ? milliseconds(initial) : column.initialDelay,
      focusToHeight: factor,
      inverted: camera?.get('InvertFocusRamp') ?? false,
    },
  );
}
