import {
  type Clock,
  type Logger,
  type MagIndex,
  type Token,
  imageShiftUnits,
  inNanometres,
  vector,
} from '../../core/base';
import {
  AlphaSelector,
  BeamShift,
  BeamTilt,
  type Camera,
  Cameras,
  EftemMode,
  Illumination,
  LensNormalization,
  ProbeModeSelector,
  Scope,
  Stage,
  StemMode,
} from '../../core/devices';
import {
  BeamCalibrations,
  BeamCarrying,
  BeamControl,
  CalibratedBeamControl,
  StoredBeamCalibrations,
} from '../../core/illumination';
import { ImageBuffers, Kernel, LowDose, tappingSide } from '../../core/kernel';
import {
  FlybackTimes,
  ImageAcquisition,
  Settling,
  SettlingTimes,
  StoredFlybackTimes,
  WaitingAcquisition,
} from '../../core/acquisition';
import {
  ImageShiftAdjustment,
  ImageShiftCarrying,
  ImageShiftControl,
  MagnificationCarrying,
  NetImageShiftControl,
  Optics,
  createOptics,
  delayFactorAtStart,
  pixelSizeAt,
} from '../../core/optics';
import { Settings } from '../../core/settings';
import type { HighDefocusNow } from '../working-state/high-defocus-of-images';
import { followEnergyShifts } from './energy-shifts';
import { followImageShift } from './image-shift-following';
import { followScans, scanning } from './scans';
import { lowDoseContext } from '../working-state/low-dose-context';
import { Calibrations, type Conditions } from '../../core/store';
import { ImageShiftFollowing } from '../../core/tuning';

/** Provides the services of an instrument that has a column and cameras: optics, settling, image shift, acquisition. */
export function provideOptics(
  kernel: Kernel,
  settings: Settings,
  calibrations: Calibrations,
  clock: Clock,
  buffers: ImageBuffers,
  log: Logger,
  highDefocus: HighDefocusNow,
): Optics | undefined {
  const { registry, hooks } = kernel;
  const taps = tappingSide(hooks, 'eucentric');
  if (!registry.has(Scope) || !registry.has(Cameras)) {
    // Everything that follows from a camera is lacking for the same reason.
    if (registry.has(Scope))
      registry.lackFor(Cameras, [
        Optics,
        Settling,
        ImageShiftControl,
        ImageShiftCarrying,
        ImageShiftFollowing,
        ImageAcquisition,
        FlybackTimes,
        BeamControl,
      ]);
    return undefined;
  }
  const scope = registry.get(Scope);
  const cameras = registry.get(Cameras);
  const stage = registry.has(Stage) ? registry.get(Stage) : undefined;
  const normalization = registry.has(LensNormalization) ? registry.get(LensNormalization) : undefined;
  const optics = createOptics(settings, calibrations, scope.traits);
  // The column's own factor applies from the start, and later changes begin there.
  const delayFactor = delayFactorAtStart(settings, scope.traits);
  if (delayFactor !== settings.get('ISdelayScaleFactor')) settings.set('ISdelayScaleFactor', delayFactor);
  const settling = new SettlingTimes(optics, clock, { normalization, stage });
  const none = vector(imageShiftUnits(0), imageShiftUnits(0));
  const offsetOf = (magIndex: MagIndex) => hooks.imageShiftOffset.promise(none, magIndex);
  const imageShift = new NetImageShiftControl({
    scope,
    cameras,
    optics,
    settling,
    clock,
    offsetOf,
    check: (magIndex) => hooks.willShiftImage.promise(magIndex),
    seen: kernel.settingSeen,
    follow: (signal) => following.follow(signal),
  });
  const adjustment = () => (registry.has(ImageShiftAdjustment) ? registry.get(ImageShiftAdjustment) : undefined);
  const carrying = new MagnificationCarrying({
    scope,
    cameras,
    optics,
    settling,
    clock,
    offsetOf,
    adjustment,
    magIndex: () => scope.magIndex.read(),
  });
  taps.willChangeMagnification.tap((from, to) => carrying.willChange(from, to));
  taps.didChangeMagnification.tap((from, to) => carrying.didChange(from, to));
  taps.willSelectCamera.tap(async (from, to) => {
    await carrying.willSelectCamera(from, to);
    const eftem = registry.has(EftemMode) ? registry.get(EftemMode).on : undefined;
    const { behindFilter, stem } = optics.camera(to);
    // Out of STEM before the filter is set, and into STEM last: a column has its modes for the filter outside STEM alone.
    const stemMode = registry.has(StemMode) ? registry.get(StemMode).stemMode : undefined;
    if (stemMode && !stem && (await stemMode.read())) await stemMode.write(false);
    if (eftem && !stem && (await eftem.read()) !== behindFilter) await eftem.write(behindFilter);
    if (stemMode && stem && !(await stemMode.read())) await stemMode.write(true);
  });
  taps.didSelectCamera.tap((from, to) => carrying.didSelectCamera(from, to));
  const following = followImageShift(kernel, settings, { optics, imageShift, settling, clock, log });
  kernel.provide(Optics, optics);
  kernel.provide(Settling, settling);
  kernel.provide(FlybackTimes, new StoredFlybackTimes(calibrations));
  kernel.provide(ImageShiftControl, imageShift);
  kernel.provide(ImageShiftCarrying, carrying);
  kernel.provide(
    ImageAcquisition,
    new WaitingAcquisition({
      scope,
      cameras,
      optics,
      settling,
      imageShift,
      buffers,
      log,
      date: () => clock.date(),
      highDefocus,
      ...scanning(kernel, settings, { clock, log, optics, cameras, flyback: calibrations }),
      moreContext: () => lowDoseContext(registry.has(LowDose) ? registry.get(LowDose) : undefined),
      ...(stage && { stage }),
    }),
  );
  followEnergyShifts(kernel, settings, { calibrations, clock, log });
  followScans(kernel, cameras);
  provideBeam(kernel, settings, calibrations, optics);
  return optics;
}

const angstromsPerMetre = 1e10;

/** Provides what the calibrations of the beam are applied by, and keeps the beam in its place at changes of spot size and alpha. */
function provideBeam(kernel: Kernel, settings: Settings, calibrations: Calibrations, optics: Optics): void {
  const { registry, hooks } = kernel;
  const taps = tappingSide(hooks, 'eucentric');
  const find = <T>(key: Token<T>): T | undefined => (registry.has(key) ? registry.get(key) : undefined);
  const scope = registry.get(Scope);
  const beam = new StoredBeamCalibrations(settings, calibrations);
  kernel.provide(BeamCalibrations, beam);
  const carrying = new BeamCarrying({
    calibrations,
    beamShift: () => find(BeamShift),
    beamTilt: () => find(BeamTilt),
    inSecondaryRange: async () => {
      const lowest = settings.get('LowestSecondaryModeMag');
      return lowest > 0 && (await scope.magIndex.read()) >= lowest;
    },
  });
  taps.didChangeSpot.tap((from, to) => carrying.didChangeSpot(from, to));
  taps.didChangeAlpha.tap((from, to) => carrying.didChangeAlpha(from, to));
  const illumination = find(Illumination);
  if (!illumination) return registry.lackFor(Illumination, [BeamControl]);
  const cameras = registry.get(Cameras);
  const control = new CalibratedBeamControl({
    scope,
    cameras,
    illumination,
    beam,
    calibrations,
    optics,
    settings,
    beamShift: () => find(BeamShift),
    probeModes: () => find(ProbeModeSelector),
    alphas: () => find(AlphaSelector),
  });
  kernel.provide(BeamControl, control);
  kernel.limitDoseBy(async (camera) => {
    const rate = optics.camera(camera).stem ? undefined : beam.doseRate(await control.place());
    const pixel = rate !== undefined && optics.at({ magIndex: await scope.magIndex.read(), camera }).pixelSize;
    return pixel ? rate * (pixel.value * angstromsPerMetre) ** 2 : undefined;
  });
}

/** A column that scans or does not, and works for the filter or does not, when the program starts is not changed: the first camera that it works for is selected. */
export async function suitCamera({ registry }: Kernel, signal: AbortSignal): Promise<void> {
  if (!registry.has(Cameras)) return;
  const cameras = registry.get(Cameras);
  const scans = registry.has(StemMode) ? await registry.get(StemMode).stemMode.read(signal) : undefined;
  const eftem = registry.has(EftemMode) ? await registry.get(EftemMode).on.read(signal) : undefined;
  const suits = ({ traits: { stem, behindFilter } }: Camera): boolean =>
    (scans === undefined || stem === scans) && (eftem === undefined || stem || behindFilter === eftem);
  const suiting = cameras.all.find(suits);
  if (!suits(cameras.selected) && suiting) await cameras.select(suiting.traits.index, signal);
}

/** Conditions of a result that follow from the optics. */
export async function opticalConditions(
  optics: Optics | undefined,
  { magIndex, camera }: Conditions,
  highDefocus: HighDefocusNow,
): Promise<Partial<Conditions>> {
  if (!optics || magIndex === undefined || camera === undefined) return {};
  const change = await highDefocus({ magIndex, camera });
  const { magnification, pixelSize: pixel } = optics.at({ magIndex, camera });
  return {
    magnification,
    ...(pixel && {
      pixelSizeNanometres: inNanometres(pixelSizeAt(pixel.value, change)),
      pixelSizeSource: change ? `${pixel.source}, at high defocus` : pixel.source,
    }),
  };
}
