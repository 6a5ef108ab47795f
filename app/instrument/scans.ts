import type { Clock, Logger, Token } from '../../core/base';
import {
  type AcquisitionParts,
  LiveImage,
  StoredFlybackTimes,
  focusRampFor,
  scanWithFocusRamp,
} from '../../core/acquisition';
import { type Cameras, ProbeModeSelector, ScanRotation, Scope, Stage } from '../../core/devices';
import { type Kernel, tappingSide } from '../../core/kernel';
import type { Optics } from '../../core/optics';
import type { Settings } from '../../core/settings';
import type { Calibrations } from '../../core/store';

/** Metres in a micrometre. */
const micrometre = 1e-6;
/** Real milliseconds after which a live scan goes on, also where a change of magnification has failed. */
const longestPause = 60_000;

/** Pauses a live scan during a change of magnification: a JEOL column may stop answering when it comes while one runs. */
export function followScans({ registry, hooks }: Kernel, cameras: Pick<Cameras, 'selected'>): void {
  const taps = tappingSide(hooks, 'eucentric');
  let goOn: (() => void) | undefined;
  const end = (): void => {
    goOn?.();
    goOn = undefined;
  };
  taps.willChangeMagnification.tap(async () => {
    end();
    const live = registry.has(LiveImage) ? registry.get(LiveImage) : undefined;
    if (!cameras.selected.traits.stem || live?.running === undefined) return;
    const release = await live.yieldCamera();
    const timer = setTimeout(end, longestPause).unref();
    goOn = () => {
      clearTimeout(timer);
      release();
    };
  });
  taps.didChangeMagnification.tap(async () => end());
}

/** Parts of the acquisition of scans: the focus that follows them, and the rates that the site allows. */
export function scanning(
  { registry }: Kernel,
  settings: Settings,
  {
    clock,
    log,
    optics,
    cameras,
    flyback,
  }: {
    readonly clock: Clock;
    readonly log: Pick<Logger, 'warn'>;
    readonly optics: Optics;
    readonly cameras: Cameras;
    readonly flyback: Calibrations;
  },
): Pick<AcquisitionParts, 'inFocusRamp' | 'scanRates'> {
  const find = <T>(key: Token<T>): T | undefined => (registry.has(key) ? registry.get(key) : undefined);
  const scope = registry.get(Scope);
  const stage = find(Stage);
  const times = new StoredFlybackTimes(flyback);
  return {
    scanRates: (camera) => {
      const [fastest = 0, advisable = fastest] =
        settings.cameras.find(({ index }) => index === camera)?.get('MaximumScanRate') ?? [];
      return fastest > 0 || advisable > 0 ? { fastest, advisable } : undefined;
    },
    ...(stage && {
      inFocusRamp: async (exposure, options, expose) => {
        const { index, name } = cameras.selected.traits;
        const magIndex = await scope.magIndex.read(options.signal);
        const xSize = Math.floor((exposure.area.right - exposure.area.left) / exposure.binning);
        const found = times.find({ binning: exposure.binning, xSize, magIndex, exposure: exposure.exposure });
        const ramp = await focusRampFor(
          {
            ...{ scope, stage, cameras, optics, settings },
            scanRotation: find(ScanRotation),
            probeMode: find(ProbeModeSelector),
          },
          exposure,
          { ...(found && { flyback: found.flyback, startup: found.startup }), ...options },
        );
        const range = Math.abs(ramp.change) * ramp.steps;
        const tolerance = settings.get('FlybackWarningFocusTol') * micrometre;
        if (ramp.alongLine > tolerance)
          log.warn(
            `${name}: the tilt axis is not along the lines of the scan, so that their ends are ${(ramp.alongLine / micrometre).toFixed(1)} um out of focus, which no ramp can help. Turn the scan.`,
          );
        // The generator of FEI does not tell its flyback; the error of the focus at the end of the scan is the share of what it adds.
        const added = 1 - exposure.exposure / (ramp.steps * ramp.interval);
        const measures = (settings.cameras.find((each) => each.index === index)?.get('FEICameraType') ?? 0) > 0;
        if (measures && found?.kind !== 'exact' && options.flyback === undefined && range * added > tolerance)
          log.warn(
            `${name}: the flyback of this scan is ${found ? found.kind : 'not measured'}, so that the focus may be ${((range * added) / micrometre).toFixed(1)} um off at its end. Run Quick Flyback Time with this exposure.`,
          );
        return scanWithFocusRamp(ramp, { clock, defocus: scope.defocus }, expose, options.signal);
      },
    }),
  };
}
