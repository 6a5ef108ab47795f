import { type MagIndex, readable } from '../../../core/base';
import { BeamShift } from '../../../core/devices';
import { type Forecast, type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import {
  BeamCalibrations,
  BeamControl,
  type DiameterPlace,
  type CrossoverSide,
  sideOfSizes,
} from '../../../core/illumination';
import { ImageShiftControl, Optics } from '../../../core/optics';
import { type CalibrationResult, put } from '../../../core/store';
import { type Judgement, aboveLimit, certainty, judge, requireNotRefused } from '../../../core/judgement';
import { beamBeside } from './beam-images/beam-drawing';
import { beamSettling, trialExposure } from './beam-images/beam-image';
import { illuminationNeeds } from './beam-images/illumination-needs';
import { apertureQuestion, askForAperture } from './beam-images/request-aperture';
import { type MeasuredSize, measureSizes, requireCalibrated, setIntensity, sizeImages } from './beam-sizes/size-series';
import { sizeErrors } from './beam-sizes/size-errors';
import { modeName } from './listing/beam-tables';

const needs = {
  ...illuminationNeeds,
  beamShift: BeamShift,
  optics: Optics,
  imageShift: ImageShiftControl,
  control: BeamControl,
  beam: BeamCalibrations,
};
const questions = {
  start: {
    kind: 'confirm',
    live: beamBeside('Trial'),
    why: 'Crossover up to date, the specimen at the eucentric height and in focus, an empty place, the highest magnification and smallest beam that you want. The beam has to be a little smaller than Trial images and not saturated.',
  },
  below: {
    kind: 'confirm',
    why: 'Most people work above crossover. The calibration holds for one side.',
  },
  factor: {
    kind: 'number',
    decimals: 1,
    minimum: 2,
    maximum: 1000,
    why: 'The largest diameter that is measured, over the one at the start. A third diameter is measured between both.',
  },
  aperture: {
    ...apertureQuestion,
    why: 'The beam is as wide as the condenser aperture. With its size, diameters hold for other apertures, too. 0 where you do not know it.',
  },
} as const;
const results = {
  sizes: value.table('The diameters with their intensities.', {
    intensity: value.quantity('Intensity that the column read back.', { decimals: 6 }),
    diameter: value.quantity('Diameter of the beam.', { unit: 'um', decimals: 3 }),
    standardError: value.quantity('Standard error by the fit of its edge.', { unit: 'um', decimals: 4 }),
    magIndex: value.quantity('Mag index at which it was measured.'),
  }),
  spot: value.quantity('Spot size.'),
  mode: value.text('Probe mode or alpha to which they belong; none on a column without either.'),
  side: value.text('Side of crossover: above or below.'),
  crossover: value.quantity('Crossover of the spot size.', { decimals: 6 }),
  aperture: value.quantity('Condenser aperture; 0 where it is not known.', { unit: 'um' }),
};

type SizeRun = ItemRun<typeof questions, typeof results>;

const usualFactor = 10;
/** Reading out an image and finding the beam in it, and coming to rest after each diameter, in seconds. */
const perImage = 1;
const perDiameter = 5;

/** Measures the diameter of the beam against intensity, for one spot size on one side of crossover. */
export default defineItem({
  id: 'calibrations/beam-and-spot/beam-size',
  needs,
  not: ['stem', 'low dose'],
  questions,
  results,
  stores: ['BeamSizeCal', 'LastC2Aperture'],
  measures: ['beam size'],
  order: { step: 'beam', after: ['beam-crossover', 'beam-shift'], holdsForDays: 365 },
  unavailable: ({ beam }) =>
    beam.scale.isArea ? 'not where the intensity is an illuminated area, which tells the diameter itself' : undefined,
  forecast: (use) => forecast(use),
  run: (use, run) => measure(use, run),
});

function forecast(use: Uses<typeof needs>): Forecast {
  const { cameras, illumination, beamShift, scope, imageShift, settings } = use;
  const { exposure, driftSettling } = trialExposure(cameras.selected, settings);
  const { least, most } = sizeImages;
  const each = exposure + driftSettling;
  const duration = each + beamSettling + cameras.selected.traits.startupDelay + perImage;
  return {
    images: { least, most },
    exposure: { least: least * each, most: most * each },
    duration: { least: least * each, most: most * duration + 3 * perDiameter },
    moves: [
      { setting: illumination.intensity, how: 'away from crossover' },
      { setting: beamShift.beamShift, how: 'to keep the beam in the middle' },
      { setting: scope.magIndex, how: 'down, outside low magnification' },
      imageShift.net,
      scope.absoluteFocus,
    ],
    dependsOn: 'the factor, and whether the beam is seen at once',
  };
}

async function measure(use: Uses<typeof needs>, run: SizeRun): Promise<CalibrationResult> {
  const { cameras, scope, illumination, beamShift, imageShift, control, beam, settings } = use;
  const { magIndex, camera } = run.here();
  const opening = await control.place(run.signal);
  if (beam.crossover(opening) === undefined) throw sizeErrors.noCrossover(opening.spot);
  requireCalibrated(use, { camera }, magIndex, await control.shiftConditions(run.signal));
  await run.start(
    'The diameter of the beam will be measured at three intensities. Are the crossovers up to date, the specimen in focus at the eucentric height, and the beam a little smaller than the image, on an empty place and not saturated?',
  );
  const place = await control.sizePlace(run.signal);
  const crossover = beam.crossover(place);
  if (crossover === undefined) throw sizeErrors.noCrossover(place.spot);
  const side = beam.side(place);
  if (side === 'below' && !run.fromScript) {
    const text = `The intensity is below crossover, at ${readable(place.intensity, 4)} of ${readable(crossover, 4)}. Do you want the diameters on that side?`;
    if (!(await run.ask('below', { text, default: true }))) throw sizeErrors.otherSide();
  }
  const factor = await run.ask('factor', {
    text: 'By which factor does the beam become wider?',
    default: usualFactor,
  });
  // A change of magnification may change all of these, so they come back after it.
  await run.preserve(scope.absoluteFocus, imageShift.net, beamShift.beamShift, illumination.intensity, scope.magIndex);
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('CALIBRATING BEAM SIZE');
  const exposure = trialExposure(cameras.selected, settings);
  await use.normalization?.normalize('all', run.signal);
  await setIntensity(run, use, place);
  const sizes = await measureSizes(run, use, { place, crossover, factor, exposure, magIndex, camera });
  return store(use, run, { sizes, place, side, crossover, magIndex, camera });
}

interface Finished {
  readonly sizes: readonly MeasuredSize[];
  readonly place: DiameterPlace;
  readonly side: CrossoverSide;
  readonly crossover: number;
  readonly magIndex: MagIndex;
  readonly camera: ReturnType<SizeRun['here']>['camera'];
}

async function store(
  use: Uses<typeof needs>,
  run: SizeRun,
  { sizes, place, side, crossover, magIndex, camera }: Finished,
): Promise<CalibrationResult> {
  const { calibrations, probeModes } = use;
  const judgement = judgeSizes(sizes, crossover);
  requireNotRefused(judgement, 'beam-size/refused');
  const { aperture, changes } = await askForAperture(run, use);
  const [first, second, third] = sizes as readonly [MeasuredSize, MeasuredSize, MeasuredSize];
  const { spot, probeOrAlpha } = place;
  const replaced = calibrations
    .records('BeamSizeCal')
    .all()
    .some((row) => row.spot === spot && row.probeOrAlpha === probeOrAlpha && sideOfSizes(row) === side);
  const mode = modeName(place, probeModes !== undefined);
  const summary = `Beam size calibrated for spot size ${spot}${mode && `, ${mode}`}, ${side} crossover: ${readable(first.diameter)} um to ${readable(third.diameter)} um.`;
  run.operator.log(
    `${summary}${replaced ? ' It replaces the one that there was.' : ''}${aperture > 0 ? '' : ' The condenser aperture is not known, so it holds for the present one.'}`,
  );
  return run.accept({
    summary,
    values: {
      sizes: sizes.map(({ error, ...rest }) => ({ ...rest, standardError: error })),
      ...{ spot, mode: mode || 'none', side, crossover, aperture },
    },
    conditions: { magIndex, camera, spotSize: spot },
    quality: { ...judgement },
    changes: [
      ...changes,
      put('BeamSizeCal', {
        probeOrAlpha,
        spot,
        ...{ size1: first.diameter, intensity1: first.intensity },
        ...{ size2: second.diameter, intensity2: second.intensity },
        ...{ size3: third.diameter, intensity3: third.intensity },
        crossover,
        c2Aperture: aperture,
        // No column tells the program its first condenser aperture.
        c1Aperture: -1,
      }),
    ],
  });
}

/** Judges the diameters: each by its error, and all by whether the beam comes to nothing near the stored crossover. */
function judgeSizes(sizes: readonly MeasuredSize[], crossover: number): Judgement {
  const [first, second] = sizes as readonly [MeasuredSize, MeasuredSize];
  const slope = (second.diameter - first.diameter) / (second.intensity - first.intensity);
  const atCrossover = first.diameter + slope * (crossover - first.intensity);
  return judge(
    ...sizes.map(({ diameter, error }) =>
      certainty({
        what: `diameter of ${readable(diameter)} um`,
        value: diameter,
        standardError: error,
        doubtfulPercent: 0.5,
        refusedPercent: 3,
        change: 'Take more exposure or a brighter spot size.',
      }),
    ),
    aboveLimit({
      kind: 'disagreement',
      what: 'Diameter at the stored crossover by the first two, as a part of the first',
      number: (100 * Math.abs(atCrossover)) / first.diameter,
      unit: '%',
      doubtfulAbove: 15,
      refusedAbove: 60,
      why: 'The beam should come to nothing at crossover. The stored crossover is probably wrong, and diameters move with it when it is measured again.',
      change: 'Measure Beam Crossover again at this spot size, then the diameters.',
    }),
  );
}
