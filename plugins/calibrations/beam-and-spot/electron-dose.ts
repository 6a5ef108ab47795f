import { optional, readable, withError } from '../../../core/base';
import { Cameras, CondenserAperture, ProbeModeSelector, type ProbeMode, probeNumber } from '../../../core/devices';
import { BeamCalibrations, type BeamPlace } from '../../../core/illumination';
import { type BufferedImage, type ItemRun, type Uses, ImageBuffers, defineItem, value } from '../../../core/kernel';
import { requireNotRefused } from '../../../core/judgement';
import { Optics } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { type CalibrationResult, Calibrations, type Change, put, remove } from '../../../core/store';
import { apertureQuestion, requestAperture } from './beam-images/request-aperture';
import { doseErrors } from './dose/dose-errors';
import { judgeDose } from './dose/dose-judgement';
import { doseOfImage } from './dose/image-dose';

const needs = {
  buffers: ImageBuffers,
  cameras: Cameras,
  optics: Optics,
  beam: BeamCalibrations,
  calibrations: Calibrations,
  settings: Settings,
  probeModes: optional(ProbeModeSelector),
  condenserAperture: optional(CondenserAperture),
};
const questions = {
  bare: {
    kind: 'confirm',
    why: 'The image in buffer A has to show the beam alone: no specimen, no support film, no slit that takes a part of it away.',
  },
  doubtful: {
    kind: 'confirm',
    why: 'The image is not quite what a bare beam gives. Keep the dose only if you know why.',
  },
  aperture: apertureQuestion,
} as const;
const results = {
  dose: value.quantity('Dose rate on the specimen.', { unit: 'e/A2/s', decimals: 3 }),
  pixelRate: value.quantity('Electrons per physical pixel and second.', { unit: 'e/px/s', decimals: 3 }),
  correctedBy: value.text(
    'How the electrons that the camera missed were found: linear readout, DoseRateTable or none.',
  ),
  lossFactor: value.quantity('Electrons that fell over those that were counted.', { decimals: 4 }),
  spot: value.quantity('Spot size.'),
  intensity: value.quantity('Intensity, 0 to 1.', { decimals: 5 }),
  probe: value.text('Probe mode: micro or nano.'),
  side: value.text('Side of crossover: above or below.'),
  mean: value.quantity('Mean counts of the image.', { decimals: 1 }),
  countsByNoise: value.quantity('Counts for an electron by the noise of the image.', { decimals: 2 }),
  unevenness: value.quantity('Change of the beam over the image.', { unit: '%', decimals: 1 }),
  before: value.quantity('The dose rate that it replaces, at the intensity of the image.', {
    unit: 'e/A2/s',
    decimals: 3,
    optional: true,
  }),
};
type DoseRun = ItemRun<typeof questions, typeof results>;

const millisecondsPerMinute = 60_000;
/** Minutes after which the dose of another spot size gives way to the one that follows from a fresh one. */
const staleMinutes = 12 * 60;
/** Seconds of dead time that are worth a remark. */
const remarkableDeadTime = 0.01;

/** Finds the dose rate of the beam from an image without a specimen, from which the dose of every exposure follows. */
export default defineItem({
  id: 'calibrations/electron-dose',
  needs,
  not: ['stem'],
  script: 'CalibrateElectronDose',
  questions,
  results,
  stores: ['DoseCalibration', 'LastC2Aperture'],
  measures: ['dose'],
  order: { step: 'camera and dose', after: ['beam-intensity'], holdsForDays: 1 },
  forecast: 'nothing',
  run: (use, run) => measure(use, run),
});

async function measure(use: Uses<typeof needs>, run: DoseRun): Promise<CalibrationResult> {
  const { optics, beam } = use;
  const image = imageOf(use);
  const { camera } = image.frame;
  const { traits } = use.cameras.all.find((each) => each.traits.index === camera)!;
  const found = doseOfImage(
    image,
    traits,
    use.settings.cameras.find(({ index }) => index === camera)!,
  );
  const judgement = judgeDose(found);
  requireNotRefused(judgement, 'dose/not-a-bare-beam');
  const taken = placeOf(image, use.probeModes !== undefined);
  const { aperture, changes } = await requestAperture(run, use);
  // The calibrations that are looked up hold for the aperture that was noted before.
  const noted = { ...taken, intensity: beam.scale.throughAperture(taken.intensity, taken, aperture, beam.aperture) };
  const side = beam.side(noted);
  requireUsable(use, noted);
  if (!run.fromScript) {
    const { title } = image.context;
    const text = `The image in buffer A${title === undefined ? '' : ` (${title})`} gives ${readable(found.dose, 2)} e/A2/s at spot size ${taken.spot}. Does it show the bare beam, without a specimen?`;
    if (!(await run.ask('bare', { text, default: true }))) throw doseErrors.notBare();
  }
  if (judgement.verdict === 'doubtful') {
    for (const { what, why } of judgement.reasons) run.operator.log(`${what}: ${why}`);
    const text = 'The image is doubtful, for the reasons in the log. Keep its dose anyway?';
    if (!(await run.ask('doubtful', { text, default: false }))) throw doseErrors.notBare();
  }
  const standardError = found.dose * found.relativeError;
  const before = beam.doseRate(noted);
  const { magIndex } = image.context;
  const { pixelSize } = optics.at({ magIndex, camera });
  const summary = `Dose rate ${withError(found.dose, standardError)} e/A2/s at spot size ${taken.spot}, ${beam.scale.isArea ? 'illuminated area' : 'intensity'} ${shownIntensity(use, noted)}.`;
  run.operator.log(summary);
  if (traits.directDetector)
    run.operator.log(`${readable(found.pixelRate, 2)} electrons per physical pixel and second.`);
  run.operator.log(correctionInWords(found.correctedBy, found.lossFactor));
  if (traits.deadTime > remarkableDeadTime)
    run.operator.log(
      `The shutter lost ${readable(traits.deadTime, 3)} s of the exposure, for which the dose was corrected by a factor of ${readable(found.deadTimeFactor, 3)}.`,
    );
  if (pixelSize && pixelSize.source !== 'measured')
    run.operator.log(`The pixel size is ${pixelSize.source}, not measured; twice its error is in the dose.`);
  const key = { spot: taken.spot, aboveCrossover: side === 'above' ? 1 : 0, probe: probeNumber(taken.probe) };
  const time = Math.floor(run.clock.date().getTime() / millisecondsPerMinute);
  return run.accept({
    summary,
    values: {
      dose: found.dose,
      pixelRate: found.pixelRate,
      correctedBy: found.correctedBy,
      lossFactor: found.lossFactor,
      ...{ spot: taken.spot, intensity: taken.intensity, probe: taken.probe, side },
      mean: found.beam.mean,
      countsByNoise: found.beam.countsByNoise,
      unevenness: 100 * found.beam.unevenness,
      ...(before !== undefined && { before }),
    },
    standardErrors: { dose: standardError },
    conditions: { magIndex, camera, binning: image.frame.exposure.binning },
    quality: { ...judgement },
    changes: [
      ...changes,
      put('DoseCalibration', { ...key, intensity: taken.intensity, dose: found.dose, time, aperture }),
      ...staleDoses(use, taken, side, time).map((spot): Change => remove('DoseCalibration', { ...key, spot })),
    ],
  });
}

/** The image from which the dose is found. */
function imageOf({ buffers, cameras }: Uses<typeof needs>): BufferedImage {
  const image = buffers.get('A');
  if (!image) throw doseErrors.noImage('it holds no image');
  const { kind = 'acquired', live, conditions } = image.context;
  if (kind !== 'acquired') throw doseErrors.noImage(`what it holds was not taken with a camera (${kind})`);
  if (live) throw doseErrors.noImage('it holds a live image, whose beam may have changed');
  const camera = cameras.all.find(({ traits }) => traits.index === image.frame.camera);
  if (!camera || camera.traits.stem)
    throw doseErrors.noImage('it holds a scan, or an image of a camera that is not there');
  if (!conditions) throw doseErrors.noImage('spot size and intensity were not read when it was taken');
  return image;
}

/** Spot size, probe mode and intensity with which an image was taken, whatever the column has now. */
function placeOf({ context: { conditions = {} } }: BufferedImage, hasProbeModes: boolean): BeamPlace {
  const { spotSize: spot, intensity, probeMode } = conditions;
  if (spot === undefined || intensity === undefined || (hasProbeModes && probeMode === undefined))
    throw doseErrors.noImage('spot size, intensity or probe mode were not read when it was taken');
  return { spot, intensity, probe: ((probeMode as ProbeMode | undefined) ?? 'micro') === 'nano' ? 'nano' : 'micro' };
}

/** Throws for a place from which no table of intensity leads to others. */
function requireUsable(use: Uses<typeof needs>, place: BeamPlace): void {
  const { beam, settings } = use;
  if (place.probe === 'nano' && settings.get('ConstantBrightnessInNano')) return;
  const side = beam.side(place);
  const ranges = beam.tables(place, side).map(({ points }) => {
    const [one, other] = [points[0]!.intensity, points.at(-1)!.intensity];
    return [Math.min(one, other), Math.max(one, other)] as const;
  });
  if (ranges.length === 0) throw doseErrors.noTable(place.spot, side);
  // The column reads intensity back with its own rounding.
  const rounding = 1e-6;
  if (ranges.some(([low, high]) => place.intensity >= low - rounding && place.intensity <= high + rounding)) return;
  const inWords = ranges
    .map((range) => range.map((intensity) => shownIntensity(use, { ...place, intensity })).join(' to '))
    .join(' and ');
  throw doseErrors.outsideTables(shownIntensity(use, place), `from ${inWords}`);
}

function shownIntensity({ beam }: Uses<typeof needs>, place: BeamPlace): string {
  const { value: shown, unit } = beam.scale.shown(place);
  return `${readable(shown, 2)} ${unit}`;
}

/** The spot sizes whose old dose gives way, because it follows from the fresh one by the ratios of the spot sizes. */
function staleDoses(
  { beam, calibrations }: Uses<typeof needs>,
  { spot, probe }: BeamPlace,
  side: 'above' | 'below',
  now: number,
): readonly number[] {
  const linked = beam.spotTable(probe, side)?.spots.map((each) => each.spot) ?? [];
  if (!linked.includes(spot)) return [];
  return calibrations
    .shortTerm('DoseCalibration')
    .all()
    .filter(
      (row) =>
        row.spot !== spot &&
        row.probe === probeNumber(probe) &&
        row.aboveCrossover === (side === 'above' ? 1 : 0) &&
        linked.includes(row.spot) &&
        now - row.time > staleMinutes,
    )
    .map((row) => row.spot);
}

function correctionInWords(by: string, factor: number): string {
  if (by === 'linear readout') return 'The camera was read linearly, so no electron was missed in counting.';
  if (by === 'none')
    return 'The rate is so low that hardly an electron was missed in counting; it was not corrected for that.';
  return `Corrected by DoseRateTable for electrons that were missed in counting: by a factor of ${readable(factor, 3)}.`;
}
