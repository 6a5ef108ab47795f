import {
  type CameraIndex,
  type MagIndex,
  cameraIndex,
  inDegrees,
  inMicrometres,
  magIndex as asMagIndex,
  product,
} from '../../core/base';
import type { Scope } from '../../core/devices';
import { type Optics, type OpticsCalibrations, createOptics, scannedMagnifications } from '../../core/optics';
import type { Settings } from '../../core/settings';
import {
  type ColumnHabit,
  type Instrument,
  type InstrumentView,
  type SimulatorOptions,
  type SiteRecord,
  type Truth,
  buildTruth,
  viewKey,
} from '../../simulation';

const none = { entries: () => [] };
const noCalibrations: OpticsCalibrations = { imageShift: none, stage: none, records: () => ({ all: () => [] }) };

/** A site's own description of its instrument: the properties, the traits of its column and, for a twin of the site, its calibrations. */
export interface Site {
  readonly settings: Settings;
  readonly traits: Scope['traits'];
  /** The condenser of its column; that of an FEI column by default. */
  readonly condenser?: Pick<
    Instrument,
    'spotSizes' | 'brightestSpotSize' | 'hasNanoprobe' | 'alphas' | 'condenserApertures' | 'objectiveApertures'
  >;
  /** Asked for only where they count. */
  readonly calibrations: () => SiteCalibrations;
  readonly illumination?: () => Pick<Instrument, 'crossovers' | 'beamShifts'>;
}

/** The calibrations of a site. */
export interface SiteCalibrations extends OpticsCalibrations {
  /** The records of one name as they stand in the calibration file; none where there is no file. */
  readonly recorded?: (record: string) => readonly SiteRecord[];
}

/** The truth of a virtual microscope, and what it was made from. */
export interface SiteTruth {
  readonly truth: Truth;
  readonly instrument: Instrument;
  readonly optics: Optics;
}

/**
 * The truth of the virtual microscope that stands in for a site's own. With `truth: nominal` it follows from the properties alone and
 * differs from them as the options say; with `truth: site` it also follows the calibrations, so that measuring them again gives the same.
 */
export function siteTruth(
  { settings, traits, condenser, calibrations, illumination }: Site,
  options: SimulatorOptions,
): SiteTruth {
  const twin = options.truth === 'site';
  const known: SiteCalibrations = twin ? calibrations() : noCalibrations;
  const optics = createOptics(settings, known, traits);
  const instrument = {
    ...instrumentOf(settings, optics, twin, habitOf(traits)),
    ...condenser,
    ...(twin && illumination?.()),
    ...(known.recorded && { calibrated: known.recorded }),
  };
  return { optics, instrument, truth: buildTruth(inColumnUnits(options, settings, traits), instrument) };
}

/** Image shift acts in the column's own measure, which is far from micrometres on some, where the site does not write how it acts. */
function inColumnUnits(options: SimulatorOptions, settings: Settings, traits: Site['traits']): SimulatorOptions {
  const { roughImageShiftScale: scale } = traits;
  const scanScale = settings.get('STEMMicronsPerUnitImageShift') || (scale.scan ?? scale.regular);
  const written = (settings.section('simulator')?.value ?? {}) as Partial<SimulatorOptions>;
  return {
    ...options,
    ...(!written.imageShiftToSpecimen && { imageShiftToSpecimen: times(options.imageShiftToSpecimen, scale.regular) }),
    ...(!written.imageShiftToSpecimenLowMagnification && {
      imageShiftToSpecimenLowMagnification: times(options.imageShiftToSpecimenLowMagnification, scale.lowMagnification),
    }),
    ...(!written.scanShiftToSpecimen && { scanShiftToSpecimen: times(options.scanShiftToSpecimen, scanScale) }),
    ...(!written.scanShiftToSpecimenLowMagnification && {
      scanShiftToSpecimenLowMagnification: times(options.scanShiftToSpecimenLowMagnification, scanScale),
    }),
    // Stages other than FEI's are known for no cycle; a tenth of the error of those is within what nobody would have seen.
    ...(options.imperfections === 'drawn' &&
      !written.stageCycleError &&
      habitOf(traits) !== 'kept' && {
        stageCycleError: [options.stageCycleError[0] / 10, options.stageCycleError[1] / 10],
      }),
  };
}

const times = (
  [[xpx, xpy], [ypx, ypy]]: SimulatorOptions['imageShiftToSpecimen'],
  factor: number,
): SimulatorOptions['imageShiftToSpecimen'] => [
  [xpx * factor, xpy * factor],
  [ypx * factor, ypy * factor],
];

/** Flags of HitachiDoesBSforISflags for the ranges in which such a column keeps the beam on the camera by itself. */
const followingFlags = { regular: 1, secondary: 2, low: 4 };

/** Habit of a column at a change of magnification. */
const habitOf = (traits: Site['traits']): ColumnHabit =>
  !traits.resetsImageShiftOnMagnificationChange ? 'kept' : traits.remembersByMagnification ? 'remembered' : 'neutral';

function instrumentOf(settings: Settings, optics: Optics, twin: boolean, habit: ColumnHabit): Instrument {
  const lowestRegular = settings.get('LowestMModeMagIndex');
  const lowestSecondary = settings.get('LowestSecondaryModeMag');
  const measured = twin ? measuredMatrices(optics) : () => ({});
  const rangeOf = (index: number) => ({
    low: index < lowestRegular,
    secondary: lowestSecondary > 0 && index >= lowestSecondary,
  });
  const scanned = scannedMagnifications(settings);
  const flags = settings.get('HitachiDoesBSforISflags');
  const followsWithBeam = ({ low, secondary }: { readonly low: boolean; readonly secondary: boolean }): boolean =>
    habit === 'remembered' &&
    (flags & (low ? followingFlags.low : secondary ? followingFlags.secondary : followingFlags.regular)) !== 0;
  return {
    magnifications: settings.magnificationTable.map(({ index, filmMag, rotation, eftemMag, eftemRotation }) => ({
      index,
      magnification: filmMag,
      rotationDegrees: inDegrees(rotation),
      eftemMagnification: eftemMag,
      eftemRotationDegrees: inDegrees(eftemRotation),
      ...rangeOf(index),
      beamFollowsImageShift: habit === 'kept' || followsWithBeam(rangeOf(index)),
    })),
    ...(scanned.length > 0 && { scannedMagnifications: scanned }),
    cameras: settings.cameras.map((camera) => ({
      index: camera.index,
      name: camera.name,
      width: camera.sizeX,
      height: camera.sizeY,
      ...(camera.get('CountsPerElectron') > 0 && { countsPerElectron: camera.get('CountsPerElectron') }),
      ...(countsInSuperResolution(camera) && { pixelsPerPhysical: 2 as const }),
      ...(camera.get('PixelSizeInMicrons') > 0 && { physicalPixelMicrometres: camera.get('PixelSizeInMicrons') }),
      stem: camera.isStem,
      behindFilter: camera.isGif,
    })),
    views: optics.cameras.flatMap((camera) =>
      optics.magnifications
        .indexes(camera)
        .flatMap((magIndex) => viewOf(optics, magIndex, camera.index).map((view) => ({ ...view, ...measured(view) }))),
    ),
    specimenToStage: optics.specimenToStage(),
    filterInColumn: settings.get('HasOmegaFilter'),
    startsInEftem: firstSelected(settings)?.isGif ?? false,
    cameraLengthsMillimetres: settings.get('CameraLengthTable').map(([, length]) => length),
    habit,
  };
}

/** Sizes of a K2 Summit or K3 are those of super-resolution. */
const countsInSuperResolution = (camera: Settings['cameras'][number]): boolean => [1, 3].includes(camera.get('K2Type'));

/** The camera that the site starts with, for which its column is then set. */
const firstSelected = (settings: Settings): Settings['cameras'][number] | undefined =>
  settings.cameras.find(({ index }) => index === settings.get('InitialCurrentCamera')) ?? settings.cameras[0];

function viewOf(optics: Optics, magIndex: MagIndex, camera: CameraIndex): readonly InstrumentView[] {
  const { pixelSize: pixel, rotation, magnification } = optics.at({ magIndex, camera });
  if (!pixel || !rotation) return [];
  return [
    {
      magIndex,
      camera,
      pixelSizeMicrometres: inMicrometres(pixel.value),
      rotationDegrees: inDegrees(rotation.value),
      magnification: Math.round(magnification),
    },
  ];
}

type Measured = Pick<InstrumentView, 'imageShiftToCamera' | 'specimenToCamera'>;

/**
 * The matrices that a site has calibrated. Stage and specimen axes are the same everywhere, so what it measured of the stage decides how it
 * sees the specimen.
 */
function measuredMatrices(optics: Optics): (place: InstrumentView) => Measured {
  const specimenToStage = optics.specimenToStage();
  const stage = new Map(optics.stageCalibrations().map((each) => [viewKey(each.magIndex, each.camera), each.matrix]));
  return ({ magIndex, camera }) => {
    const imageShift = optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(camera) }).imageShiftToCamera
      ?.matrix;
    const stageToCamera = stage.get(viewKey(magIndex, camera));
    return {
      ...(imageShift && { imageShiftToCamera: imageShift }),
      ...(stageToCamera && { specimenToCamera: product(stageToCamera, specimenToStage) }),
    };
  };
}
