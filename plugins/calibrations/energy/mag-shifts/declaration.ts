import { type MagIndex, inMicrometres, optional } from '../../../../core/base';
import { ImageAcquisition } from '../../../../core/acquisition';
import { Cameras, EftemMode, EnergyFilter, Illumination, Scope } from '../../../../core/devices';
import { BeamControl } from '../../../../core/illumination';
import { type Forecast, type ItemRun, type Uses, value } from '../../../../core/kernel';
import { EnergyShifts, ImageShiftControl, Optics } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import { Calibrations } from '../../../../core/store';

/** Dependencies of Mag Energy Shifts. */
export const shiftNeeds = {
  scope: Scope,
  cameras: Cameras,
  filter: EnergyFilter,
  energyShifts: EnergyShifts,
  acquisition: ImageAcquisition,
  optics: Optics,
  imageShift: ImageShiftControl,
  calibrations: Calibrations,
  settings: Settings,
  eftem: optional(EftemMode),
  illumination: optional(Illumination),
  control: optional(BeamControl),
};
/** The things that Mag Energy Shifts uses. */
export type ShiftUse = Uses<typeof shiftNeeds>;

/** The questions of Mag Energy Shifts. */
export const shiftQuestions = {
  start: {
    kind: 'confirm',
    live: { set: 'Trial' },
    why: 'No specimen, a uniform beam also at the lowest magnification, and a zero-loss peak that was aligned a short while ago. Trial must give images quickly, with moderate counts.',
  },
  highest: {
    kind: 'number',
    integer: true,
    minimum: 1,
    why: 'The highest magnification that is measured; the lowest one follows from the field that EnergyShiftCalMinField asks for.',
  },
  range: {
    kind: 'number',
    unit: 'eV',
    decimals: 0,
    minimum: 10,
    maximum: 200,
    why: 'The whole range of energy in which the peak is looked for, half of it to each side.',
  },
  step: {
    kind: 'number',
    unit: 'eV',
    decimals: 1,
    minimum: 1,
    maximum: 20,
    why: 'The change of energy from one image to the next. Both edges are measured more finely afterwards.',
  },
  slit: {
    kind: 'number',
    unit: 'eV',
    decimals: 0,
    minimum: 1,
    maximum: 200,
    why: 'The width of the slit for all images; a wide one finds the peak sooner.',
  },
  use: {
    kind: 'confirm',
    offer: true,
    why: 'Asked when the run cannot go on after some magnifications were measured: they can be stored, and the others are then adjusted by them.',
  },
} as const;

/** The results of Mag Energy Shifts. */
export const shiftResults = {
  shifts: value.table('The shift of the zero-loss peak at each magnification.', {
    magIndex: value.quantity('Mag index.'),
    magnification: value.quantity('Magnification.', { unit: 'x' }),
    shift: value.quantity('Energy at which the peak is centred.', { unit: 'eV', decimals: 2 }),
    standardError: value.quantity('Its standard error, of the counts and of the drift.', {
      unit: 'eV',
      decimals: 3,
      optional: true,
    }),
    before: value.quantity('Shift that was stored before.', { unit: 'eV', decimals: 2, optional: true }),
    adjustedBy: value.quantity('Mag index by whose change it was adjusted, where it was not measured.', {
      optional: true,
    }),
  }),
  drift: value.quantity('Drift of the peak, which was taken out.', {
    unit: 'eV per minute',
    decimals: 3,
    optional: true,
  }),
  drifted: value.quantity('Drift over the whole run.', { unit: 'eV', decimals: 2, optional: true }),
  images: value.quantity('Number of images.'),
} as const;

/** A run of Mag Energy Shifts. */
export type ShiftRun = ItemRun<typeof shiftQuestions, typeof shiftResults>;

/** Magnifications beyond the lowest one that are offered. */
const defaultSteps = 12;

/**
 * The magnifications that can be measured: from the highest one outside low magnification at which the field has a least side, or the
 * lowest one where none has, upwards as long as they increase.
 */
export function shiftMags({
  cameras,
  optics,
  settings,
}: Pick<ShiftUse, 'cameras' | 'optics' | 'settings'>): readonly MagIndex[] {
  const { traits } = cameras.selected;
  const regular = optics.magnifications
    .indexes(traits)
    .filter((each) => !optics.at({ magIndex: each, camera: traits.index }).isLowMagnification);
  const field = (magIndex: MagIndex): number => {
    const pixel = optics.at({ magIndex, camera: traits.index }).pixelSize;
    return pixel ? Math.min(traits.width, traits.height) * inMicrometres(pixel.value) : 0;
  };
  const lowest = regular.findLastIndex((each) => field(each) >= settings.get('EnergyShiftCalMinField'));
  const upwards = regular.slice(Math.max(0, lowest));
  const magnification = (magIndex: MagIndex): number => optics.at({ magIndex, camera: traits.index }).magnification;
  const end = upwards.findIndex((each, at) => at > 0 && magnification(each) <= magnification(upwards[at - 1]!));
  return end < 0 ? upwards : upwards.slice(0, end);
}

/** The magnification that is offered as the highest. */
export const defaultHighest = (mags: readonly MagIndex[]): MagIndex | undefined =>
  mags[Math.min(defaultSteps, mags.length - 1)];

/** Images of a magnification, at least and at most, and seconds of one beside the exposure. */
const expected = { least: 6, most: 60, perImage: 0.6, mostPerImage: 5 };

/** Forecast of a run. */
export function shiftsForecast(use: ShiftUse): Forecast {
  const { scope, imageShift, filter, illumination, cameras, settings } = use;
  const trial = settings.parameterSets.get(cameras.selected.traits.index)?.Trial;
  const mags = shiftMags(use).length;
  const exposure = trial?.exposure ?? 1;
  const { least, most, perImage, mostPerImage } = expected;
  return {
    images: { least: 2 * least, most: 2 * mags * most },
    exposure: { least: 0, most: 2 * mags * most * maxExposureFactor * exposure },
    duration: { least: 2 * least * perImage, most: 2 * mags * most * (mostPerImage + maxExposureFactor * exposure) },
    moves: [
      { setting: scope.magIndex, how: 'through the chosen magnifications' },
      imageShift.net,
      scope.absoluteFocus,
      ...(illumination ? [illumination.intensity] : []),
      filter.slitInserted,
      filter.slitWidth,
      { setting: filter.energyLoss, how: 'through the range' },
      ...(filter.zeroLossAdjustment ? [filter.zeroLossAdjustment] : []),
    ],
    dependsOn:
      'the magnifications, the range and the step that are chosen, and on Administrator mode, which makes two passes',
  };
}

/** Factor by which the exposure gets longer at most where the beam is spread too far for a high magnification. */
export const maxExposureFactor = 20;
