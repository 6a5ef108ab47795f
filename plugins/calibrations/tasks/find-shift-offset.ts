import {
  EucentricError,
  type Matrix,
  type Vector,
  add,
  apply,
  inDegrees,
  inMicrometres,
  inverse,
  length,
  magIndex,
  optional,
  readable,
  scale,
} from '../../../core/base';
import { ImageAcquisition, exposureOf } from '../../../core/acquisition';
import {
  AlphaSelector,
  BeamShift,
  BeamTilt,
  Cameras,
  CondenserAperture,
  EnergyFilter,
  Illumination,
  ObjectiveAperture,
  ProbeModeSelector,
  Scope,
} from '../../../core/devices';
import { type BufferedImage, LowDose, type LowDoseAreaName, type Run, defineTask, value } from '../../../core/kernel';
import { atHighDefocus, ImageShiftControl, Optics } from '../../../core/optics';
import { type ParameterSetName, Settings } from '../../../core/settings';
import { UserSettings } from '../../../core/user-settings';
import { rememberOffset } from './shift-offset/offset-memory';
import { findPatch } from './shift-offset/patch-search';

/** Most pairs of images; each pair after the first checks the offset of the one before. */
const maxRounds = 3;
/** The user setting and the limit of each area, and the parameter set that shows the place at a higher magnification. */
const areas = {
  View: { setting: 'LowDoseViewShift', limit: 'LDAutoViewMaxShift', partner: 'Preview' },
  Search: { setting: 'LDSearchShift', limit: 'LDAutoSearchMaxShift', partner: 'View' },
} as const;

/** Finds the shift offset with which View or Search shows the same point as Record. */
export default defineTask({
  id: 'calibrations/tasks/find-shift-offset',
  needs: {
    lowDose: LowDose,
    scope: Scope,
    cameras: Cameras,
    optics: Optics,
    imageShift: ImageShiftControl,
    acquisition: ImageAcquisition,
    settings: Settings,
    userSettings: UserSettings,
    illumination: optional(Illumination),
    alpha: optional(AlphaSelector),
    probeMode: optional(ProbeModeSelector),
    beamShift: optional(BeamShift),
    beamTilt: optional(BeamTilt),
    filter: optional(EnergyFilter),
    condenser: optional(CondenserAperture),
    objective: optional(ObjectiveAperture),
  },
  not: ['stem'],
  script: 'FindLowDoseShiftOffset',
  changes: () => [],
  sets: ['LowDoseViewShift', 'LDSearchShift'],
  questions: {
    area: {
      kind: 'choice',
      choices: { View: 'View, compared with Preview', Search: 'Search, compared with View' },
      why: 'The offset of this area is found. It is compared with an image of the same place at a higher magnification.',
    },
  },
  results: {
    area: value.text('Area of Low Dose.'),
    offset: value.quantities('Shift offset in image-shift units at the magnification of the area.'),
    moved: value.quantity('Length on the specimen by which the offset was changed.', { unit: 'um' }),
    remaining: value.quantity('Distance on the specimen that remains, as the last pair of images shows it.', {
      unit: 'um',
    }),
    rounds: value.quantity('Number of pairs of images.'),
  },
  forecast: ({ scope, imageShift, settings, cameras, ...ofAreas }) => {
    const { illumination, alpha, probeMode, beamShift, beamTilt, filter, condenser, objective } = ofAreas;
    const sets = settings.parameterSets.get(cameras.selected.traits.index);
    const each = (sets?.View.exposure ?? 0) + (sets?.Preview.exposure ?? 0);
    return {
      images: { least: 4, most: 2 * maxRounds },
      exposure: { least: 2 * each, most: maxRounds * each },
      duration: { least: 4, most: 300 },
      moves: [
        ...[scope.magIndex, scope.defocus, scope.beamBlanked, imageShift.net],
        ...(illumination ? [illumination.spotSize, illumination.intensity] : []),
        ...(alpha ? [alpha.alpha] : []),
        ...(probeMode ? [probeMode.probeMode] : []),
        ...(beamShift ? [beamShift.beamShift] : []),
        ...(beamTilt ? [beamTilt.beamTilt] : []),
        ...(filter ? [filter.slitInserted, filter.slitWidth, filter.energyLoss] : []),
        ...(condenser ? [condenser.condenserAperture] : []),
        ...(objective ? [objective.objectiveAperture] : []),
      ],
      dependsOn: 'how well the first pair of images fits',
    };
  },
  unavailable: ({ lowDose }) =>
    !lowDose.on
      ? 'Low Dose is off'
      : lowDose.area === undefined
        ? 'no area of Low Dose has been entered yet'
        : undefined,
  async run(use, run) {
    const { lowDose, scope, optics, userSettings } = use;
    const [given] = run.arguments;
    const area =
      given === undefined
        ? await run.ask('area', { text: 'Area whose shift offset is found', default: 'View' })
        : given === '1'
          ? 'Search'
          : 'View';
    const { setting, limit, partner } = areas[area];
    const began = lowDose.area!;
    run.restoreLater('the area of Low Dose', (signal) =>
      lowDose.area === began ? undefined : lowDose.goTo(began, signal),
    );
    let undo = (): void => {};
    run.restoreLater('the shift offset', () => undo());
    const before = userSettings.get(setting);
    let offset: Vector | undefined;
    let remaining = Infinity;
    let start: Vector | undefined;
    let toSpecimen: Matrix | undefined;
    let rounds = 0;
    let error = 0;
    while (rounds < maxRounds) {
      rounds += 1;
      run.operator.progress({ done: rounds - 1, total: 2, text: `${partner} and ${area}` });
      const narrow = await taken(use, run, partner);
      const wide = await taken(use, run, area);
      const { camera } = wide.frame;
      const place = optics.at({ magIndex: wide.context.magIndex, camera });
      toSpecimen = place.imageShiftToSpecimen;
      const found = placeIn(use, wide, narrow, userSettings.get(limit));
      remaining = found.micrometres;
      error = found.errorMicrometres;
      run.operator.log(
        `The centre of ${partner} lies ${readable(remaining, 3)} +- ${readable(error, 3)} um from that of ${area} on the specimen, correlation ${readable(found.correlation, 2)}.`,
      );
      offset ??= start = inUnitsHere(use, before, wide);
      if (rounds > 1 && remaining < Math.max(use.settings.get('LDShiftOffsetIterThresh'), 3 * error)) break;
      if (rounds === maxRounds) throw notReached(area, remaining);
      offset = add(offset, found.imageShift);
      undo();
      undo = userSettings.setForNow(setting, [offset.x, offset.y]);
    }
    undo();
    await lowDose.goTo(began, run.signal);
    // A column that no longer answers would otherwise be found out only after the offset was kept.
    await scope.magIndex.read(run.signal);
    const after = [rounded(offset!.x), rounded(offset!.y)];
    await run.setUserSetting(setting, after);
    rememberOffset(userSettings, { setting, before, after });
    const change = { x: offset!.x - start!.x, y: offset!.y - start!.y };
    const moved = toSpecimen ? length(apply(toSpecimen, change)) : 0;
    return run.report({
      summary: `The shift offset of ${area} was changed by ${readable(moved, 3)} um; ${readable(remaining, 3)} um remain.`,
      values: { area, offset: after, moved, remaining, rounds },
      standardErrors: { remaining: error },
    });
  },
});

/** Image-shift units to a hundredth of a nanometre or so. */
const rounded = (units: number): number => Math.round(units * 1e5) / 1e5;

type Use = {
  readonly lowDose: LowDose;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly optics: Optics;
  readonly acquisition: ImageAcquisition;
  readonly settings: Settings;
};

/** Takes an image with a parameter set in its area. */
async function taken(
  { lowDose, cameras, acquisition, settings }: Use,
  run: Pick<Run, 'signal'>,
  set: ParameterSetName,
): Promise<BufferedImage> {
  const { traits } = cameras.selected;
  const area: LowDoseAreaName = set === 'Preview' ? 'Record' : set;
  await lowDose.goTo(area, run.signal);
  return acquisition.take(exposureOf(settings.parameterSets.get(traits.index)![set], traits), {
    signal: run.signal,
    parameterSet: set,
    title: set,
  });
}

/** The offset in units at the magnification of the image. */
function inUnitsHere(
  { optics }: Use,
  [x = 0, y = 0, at]: readonly number[],
  { frame, context }: BufferedImage,
): Vector {
  if (at === undefined || at === context.magIndex || (x === 0 && y === 0)) return { x, y };
  return optics.transferImageShift({ x, y }, magIndex(at), context.magIndex, frame.camera);
}

/** Place of the narrow image in the wide one: the image shift that brings it to the centre, and its distance on the specimen. */
function placeIn({ optics }: Use, wide: BufferedImage, narrow: BufferedImage, limit: number) {
  const at = (image: BufferedImage) => {
    const place = optics.at({ magIndex: image.context.magIndex, camera: image.frame.camera });
    const { pixelSize, highDefocus } = image.context;
    if (pixelSize === undefined || !place.rotation) throw notKnown(place.magnification);
    const rotation = inDegrees(place.rotation.value) + (highDefocus?.ofImage.rotation ?? 0);
    const matrix = place.imageShiftToCamera?.matrix;
    return {
      micrometres: inMicrometres(pixelSize),
      rotation,
      toCamera: matrix && (highDefocus ? atHighDefocus(matrix, highDefocus.ofImageShift) : matrix),
      magnification: place.magnification,
    };
  };
  const [ofWide, ofNarrow] = [at(wide), at(narrow)];
  const back = ofWide.toCamera && inverse(ofWide.toCamera);
  if (!back) throw notKnown(ofWide.magnification);
  const field = Math.min(...wide.frame.image.shape);
  const found = findPatch({
    wide: wide.frame.image,
    narrow: narrow.frame.image,
    pixelRatio: ofNarrow.micrometres / ofWide.micrometres,
    rotation: ofWide.rotation - ofNarrow.rotation,
    within: limit < 0 ? -limit * field : limit / ofWide.micrometres,
  });
  if (typeof found === 'string') throw notFound(found);
  return {
    // Detail moves against the shift that aligns it.
    imageShift: apply(back, scale(found.place, wide.frame.exposure.binning)),
    micrometres: length(found.place) * ofWide.micrometres,
    errorMicrometres: length(found.standardError) * ofWide.micrometres,
    correlation: found.correlation,
  };
}

const notKnown = (magnification: number): EucentricError =>
  new EucentricError({
    code: 'shift-offset/not-known',
    message: `Pixel size, rotation or image shift at ${magnification}x are not known, so that the two images cannot be compared.`,
    hint: 'Calibrate Image Shift and Find Pixel Size at the magnifications of both areas first.',
  });
const notFound = (reason: string): EucentricError =>
  new EucentricError({
    code: 'shift-offset/not-found',
    message: `The place of the one image was not found in the other: ${reason}. The shift offset is as it was.`,
    hint: 'Look at both images: they need the same clear detail. Take more counts, or set the offset by eye first, then start again.',
  });
const notReached = (area: string, remaining: number): EucentricError =>
  new EucentricError({
    code: 'shift-offset/not-reached',
    message: `The last pair of images still shows ${readable(remaining, 3)} um between the centres. The shift offset of ${area} is as it was.`,
    hint: 'Calibrate Image Shift at the magnification of the area, and High-Defocus IS where it has a defocus offset; then start again.',
  });
