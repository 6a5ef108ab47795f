import {
  type BeamTiltUnits,
  EucentricError,
  type ImageShiftUnits,
  type Matrix,
  type Vector,
  add,
  apply,
  determinant,
  firstColumn,
  inverse,
  inMicrometres,
  length,
  optional,
  readable,
  readableMatrix,
  rotation,
  scale,
  secondColumn,
  subtract,
  vector,
} from '../../../core/base';
import {
  AlphaSelector,
  BeamTilt,
  CondenserAperture,
  Illumination,
  ProbeModeSelector,
  readBack,
  readProbeMode,
} from '../../../core/devices';
import { judge, requireNotRefused } from '../../../core/judgement';
import { type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import { type CalibrationResult, Calibrations } from '../../../core/store';
import { type StigmatorResponse, comaSetting, findStigmatorResponse, stigmatorChange } from '../../../core/tuning';
import {
  type ApproachedCoils,
  approachedStigmator,
  approachedTilt,
  restoreApproached,
} from '../shared/ctf-images/approach';
import {
  type ComaPlan,
  comaEvidence,
  defocusForTilts,
  imagesOfComa,
  measureComa,
} from '../shared/ctf-images/coma-measurement';
import { comaPlan } from '../shared/ctf-images/coma-plan';
import { ctfImageErrors } from '../shared/ctf-images/ctf-image-errors';
import { CtfImages, ctfImagesForecast, ctfStigmatorNeeds } from '../shared/ctf-images/ctf-images';
import { astigmatismError } from '../shared/ctf-images/ring-measurement';
import { type NeededAtShift, comaPlot, shiftMatrix } from './coma/coma-analysis';
import { comaShiftEvidence } from './coma/coma-judgement';

const needs = {
  ...ctfStigmatorNeeds,
  beamTilt: BeamTilt,
  calibrations: Calibrations,
  illumination: optional(Illumination),
  aperture: optional(CondenserAperture),
  probeModes: optional(ProbeModeSelector),
  alphas: optional(AlphaSelector),
};

const questions = {
  extent: {
    kind: 'number',
    unit: 'um',
    decimals: 1,
    minimum: 0.5,
    maximum: 18,
    why: 'Coma is measured at this distance to both sides. A longer one makes the result better, as long as carbon is in the field there.',
  },
  rotation: {
    kind: 'number',
    unit: 'degrees',
    decimals: 0,
    minimum: -180,
    maximum: 180,
    why: 'Turns the pattern of the image shifts, so that they stay on carbon or within the square of a grid.',
  },
  start: {
    kind: 'confirm',
    why: 'Many images are taken at large image shifts, with the beam tilted. They need carbon everywhere, and no objective aperture.',
  },
} as const;

const results = {
  tilt: value.matrix('Change of the beam tilt for a unit of image shift.', { unit: 'tilt per IS unit' }),
  stigmator: value.matrix('Change of the stigmator for a unit of image shift.'),
  comaPerMicrometre: value.quantity('Coma that a micrometre of image shift brings, as B2.', {
    unit: 'nm per um',
    decimals: 0,
  }),
  astigmatismPerMicrometre: value.quantity(
    'Astigmatism that a micrometre of image shift brings, as difference of the two defocus values.',
    { unit: 'nm per um', decimals: 1 },
  ),
  extent: value.quantity('Distance of the image shifts to each side.', { unit: 'um' }),
  images: value.quantity('Number of images that were taken.'),
};

/** Images for the astigmatism at an image shift. */
const goal = { least: 1, most: 8, astigmatismError: 0.0004 };
/** Measurements of coma at one image shift, where the first one finds the beam far from the axis. */
const maxRounds = 3;
/** Distance in micrometres along X and Y up to which the correction should hold. */
const fieldReach = 5;

/** Measures how coma and astigmatism change with image shift, and keeps the correction as a user setting. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/coma-vs-image-shift',
  lowDoseArea: 'Record',
  not: ['stem'],
  needs,
  questions,
  results,
  script: 'CalibrateComaVsIS',
  sets: ['ComaVsISCal'],
  measures: ['coma'],
  order: { step: 'focus', after: ['astigmatism-by-ctf', 'image-shift'], holdsForDays: 180 },
  unavailable: ({ calibrations }) =>
    calibrations.records('CtfAstigCalib').all().length > 0 ? undefined : 'needs Astigmatism by CTF first',
  forecast: (use) => {
    const images = 4 * (imagesOfComa({ full: isFull(use.userSettings) }) + 1);
    return {
      ...ctfImagesForecast(use, { least: images, most: images * 4 * maxRounds }),
      moves: [
        {
          setting: use.imageShift.net,
          how: `by ${readable(use.userSettings.get('ComaVsISextent'), 1)} um to both sides`,
        },
        { setting: use.beamTilt.beamTilt, how: 'to several sides' },
        { setting: use.stigmator.objectiveStigmator, how: 'from below to where it is' },
        { setting: use.scope.defocus, how: 'to an underfocus with three rings or more' },
      ],
      dependsOn: 'how strong the rings are, and how far image shift takes the beam from the axis',
    };
  },
  run: (use, run) => new ComaVsImageShift(use, run).calibrate(),
});

/** True for tilts along the diagonals as well. */
function isFull(user: Uses<typeof needs>['userSettings']): boolean {
  const choice = user.get('ComaVsISuseFullArray');
  return choice > 0 || (choice < 0 && user.get('CtfDoFullArray'));
}

/** One run of the item. */
class ComaVsImageShift {
  constructor(
    private readonly use: Uses<typeof needs>,
    private readonly run: ItemRun<typeof questions, typeof results>,
  ) {}

  async calibrate(): Promise<CalibrationResult> {
    const { run, use } = this;
    const place = run.here();
    const response = findStigmatorResponse(use.calibrations, use.optics, place);
    if (!response) throw ctfImageErrors.noResponse(use.optics.at(place).magnification);
    const toSpecimen = use.optics.at(place).imageShiftToSpecimen;
    if (!toSpecimen || determinant(toSpecimen) === 0) throw noImageShift(use.optics.at(place).magnification);
    const { extent, vectors, full } = await this.pattern(toSpecimen);
    const probe = await readProbeMode(use.probeModes, run.signal);
    const alpha = await use.alphas?.alpha.read(run.signal);
    const plan = comaPlan(use, { probe, full, ...(alpha !== undefined && { alpha }) });
    await run.start(
      `About ${4 * (imagesOfComa(plan) + 1)} Record images will be taken at image shifts of ${readable(extent, 1)} um to both sides, with the beam tilted by ${readable(plan.tilt, 1)}. Is amorphous carbon everywhere, and the objective aperture out?`,
    );
    run.operator.status('CALIBRATING COMA VS IMAGE SHIFT');
    const tilt = approachedTilt(use.beamTilt.beamTilt, run, use.settings, plan.milliradians ?? 1);
    const { start: startTilt } = await restoreApproached(run, tilt);
    const stigmator = approachedStigmator(use.stigmator.objectiveStigmator, run, use.settings);
    const { start: startStigmator } = await restoreApproached(run, stigmator);
    const images = await CtfImages.begin(run, use, {
      extraDefocus: -use.userSettings.get('AddToMinForAstigCTF') + defocusForTilts(plan),
      title: 'Coma vs. image shift',
      tilted: true,
    });
    const held = await stigmator.goTo(startStigmator, run.signal);
    const needed: NeededAtShift[] = [];
    const measured = async (shift: Vector<ImageShiftUnits>): Promise<NeededAtShift> => {
      const opposite = needed.find((each) => length(add(each.shift, shift)) < 1e-6 * length(shift));
      // Coma goes with the image shift, so that the other side needs the opposite change.
      const guess = opposite ? subtract(scale(startTilt, 2), opposite.tilt as Vector<BeamTiltUnits>) : startTilt;
      const found = await this.neededAt({ shift, guess, held, images, tilt, plan, response });
      needed.push(found);
      run.plot(comaPlot(needed, startTilt));
      return found;
    };
    const along = async (direction: Vector<ImageShiftUnits>) =>
      [await measured(scale(direction, -1)), await measured(direction)] as const;
    const series = { first: await along(vectors[0]), second: await along(vectors[1]) };
    const [ofTilt, ofStigmator] = [shiftMatrix(series, 'tilt'), shiftMatrix(series, 'stigmator')];
    if (!ofTilt || !ofStigmator) throw noImageShift(use.optics.at(place).magnification);
    return this.conclude({
      extent,
      toSpecimen,
      ofTilt,
      ofStigmator,
      plan,
      response,
      probe,
      images,
      effect: this.effect,
    });
  }

  /** Milliradians of a unit of beam tilt, as the last tableau shows them. */
  private effect: Vector = vector(1, 1);

  /** Distance and directions of the image shifts, in units of image shift. */
  private async pattern(toSpecimen: Matrix): Promise<{
    readonly extent: number;
    readonly vectors: readonly [Vector<ImageShiftUnits>, Vector<ImageShiftUnits>];
    readonly full: boolean;
  }> {
    const { run, use } = this;
    const user = use.userSettings;
    const [givenExtent, givenRotation, givenFull] = run.arguments.map(Number);
    const asked = run.fromScript
      ? { extent: user.get('ComaVsISextent'), rotation: user.get('ComaVsISrotation') }
      : await run.askAll({
          extent: { text: 'Distance of the image shifts', default: user.get('ComaVsISextent') },
          rotation: { text: 'Rotation of their pattern', default: user.get('ComaVsISrotation') },
        });
    const extent = givenExtent !== undefined && givenExtent > 0 ? givenExtent : asked.extent;
    const turned = rotation(givenRotation ?? asked.rotation);
    const [x, y] = [length(firstColumn(toSpecimen)), length(secondColumn(toSpecimen))];
    const direction = (v: Vector): Vector<ImageShiftUnits> => {
      const { x: a, y: b } = apply(turned, v);
      return vector(((extent * a) / x) as ImageShiftUnits, ((extent * b) / y) as ImageShiftUnits);
    };
    const vectors = [direction(vector(1, 0)), direction(vector(0, 1))] as const;
    const { magIndex } = run.here();
    for (const each of vectors)
      for (const side of [-1, 1]) {
        const problem = use.imageShift.checkLimits(scale(each, side), magIndex);
        if (problem !== undefined) throw outOfRange(problem);
      }
    return { extent, vectors, full: givenFull === undefined ? isFull(user) : givenFull > 0 };
  }

  /** Measures the tilt without coma and the stigmator without astigmatism at one image shift. */
  private async neededAt(given: {
    readonly shift: Vector<ImageShiftUnits>;
    readonly guess: Vector<BeamTiltUnits>;
    readonly held: Vector;
    readonly images: CtfImages;
    readonly tilt: ApproachedCoils<BeamTiltUnits>;
    readonly plan: ComaPlan;
    readonly response: StigmatorResponse;
  }): Promise<NeededAtShift> {
    const { run, use } = this;
    const { shift, images, tilt, plan, response } = given;
    await use.imageShift.write(shift, { delayFactor: 2, signal: run.signal });
    const at = await readBack(use.imageShift.net, shift, { signal: run.signal });
    const what = `Image shift ${readable(shift.x, 2)}, ${readable(shift.y, 2)}`;
    let base = given.guess;
    for (let round = 1; ; round++) {
      const found = await measureComa(run, images, tilt, base, plan);
      requireNotRefused(judge(...comaEvidence(found, plan)), 'coma-vs-image-shift/refused');
      const { fit } = found;
      this.effect = fit.milliradiansFor(plan.sphericalAberration);
      base = await tilt.goTo(subtract(base, fit.offAxis as Vector<BeamTiltUnits>), run.signal);
      const size = length(vector(fit.offAxis.x * this.effect.x, fit.offAxis.y * this.effect.y));
      run.operator.log(`${what}: ${readable(size, 3)} mrad from the axis free of coma.`);
      if (size > use.userSettings.get('ComaIterationThresh') && round < maxRounds) continue;
      const rings = await images.measure(`${what}, astigmatism`, goal);
      const change = stigmatorChange(response, rings.astigmatism);
      if (!change) throw ctfImageErrors.noResponse(use.optics.at(run.here()).magnification);
      const back = inverse(response.matrix)!;
      const error = astigmatismError(rings);
      return {
        shift: at,
        tilt: base,
        tiltErrors: fit.standardErrors,
        stigmator: add(given.held, change),
        stigmatorErrors: vector(error * Math.hypot(back.xpx, back.xpy), error * Math.hypot(back.ypx, back.ypy)),
      };
    }
  }

  private async conclude(given: {
    readonly extent: number;
    readonly toSpecimen: Matrix;
    readonly ofTilt: NonNullable<ReturnType<typeof shiftMatrix>>;
    readonly ofStigmator: NonNullable<ReturnType<typeof shiftMatrix>>;
    readonly plan: ComaPlan;
    readonly response: StigmatorResponse;
    readonly probe: Awaited<ReturnType<typeof readProbeMode>>;
    readonly images: CtfImages;
    readonly effect: Vector;
  }): Promise<CalibrationResult> {
    const { run, use } = this;
    const { ofTilt, ofStigmator, plan, response, toSpecimen, effect } = given;
    const comaPerTilt = 1000 * plan.sphericalAberration * Math.max(effect.x, effect.y);
    const { matrix: r } = response;
    const astigmatismPerStigmator = 2000 * Math.max(Math.hypot(r.xpx, r.ypx), Math.hypot(r.xpy, r.ypy));
    const back = inverse(toSpecimen)!;
    const judgement = judge(
      ...comaShiftEvidence({
        tilt: ofTilt,
        stigmator: ofStigmator,
        corner: vector(fieldReach * Math.hypot(back.xpx, back.xpy), fieldReach * Math.hypot(back.ypx, back.ypy)),
        comaPerTilt,
        astigmatismPerStigmator,
      }),
    );
    requireNotRefused(judgement, 'coma-vs-image-shift/refused');
    const perMicrometre = (matrix: Matrix, size: number): number => {
      const [x, y] = [apply(matrix, firstColumn(back)), apply(matrix, secondColumn(back))];
      return size * Math.sqrt((length(x) ** 2 + length(y) ** 2) / 2);
    };
    const place = run.here();
    const spotSize = await use.illumination?.spotSize.read(run.signal);
    const intensity = await use.illumination?.intensity.read(run.signal);
    const aperture = await use.aperture?.condenserAperture.read(run.signal);
    const { alpha } = plan;
    const coma = perMicrometre(ofTilt.matrix, comaPerTilt);
    const astigmatism = perMicrometre(ofStigmator.matrix, astigmatismPerStigmator);
    run.operator.log(`Beam tilt for a unit of image shift: ${readableMatrix(ofTilt.matrix, ofTilt.standardErrors)}.`);
    run.operator.log(
      `Stigmator for a unit of image shift: ${readableMatrix(ofStigmator.matrix, ofStigmator.standardErrors)}.`,
    );
    run.operator.log(
      'This is a user setting, not a calibration of the instrument: it belongs to the alignment as it is now.',
    );
    await run.setUserSetting(
      'ComaVsISCal',
      comaSetting({
        magIndex: place.magIndex,
        spotSize: spotSize ?? 0,
        probe: given.probe,
        ...(alpha !== undefined && { alpha }),
        aperture: aperture === undefined ? 0 : Math.round(inMicrometres(aperture)),
        intensity: intensity ?? 0,
        tilt: ofTilt.matrix,
        stigmator: ofStigmator.matrix,
      }),
    );
    return run.report({
      summary: `Image shift brings ${readable(coma, 0)} nm of coma and ${readable(astigmatism, 1)} nm of astigmatism for a micrometre; the correction is kept as a user setting.`,
      values: {
        tilt: ofTilt.matrix,
        stigmator: ofStigmator.matrix,
        comaPerMicrometre: coma,
        astigmatismPerMicrometre: astigmatism,
        extent: given.extent,
        images: given.images.count,
      },
      standardErrors: { tilt: ofTilt.standardErrors, stigmator: ofStigmator.standardErrors },
      quality: { ...judgement },
      conditions: { ...place },
    });
  }
}

const noImageShift = (magnification: number): EucentricError =>
  new EucentricError({
    code: 'coma-vs-image-shift/no-image-shift',
    message: `The effect of image shift on the specimen at ${magnification}x is not known.`,
    hint: 'Run Image Shift at this magnification or at one near to it first.',
  });
const outOfRange = (problem: string): EucentricError =>
  new EucentricError({
    code: 'coma-vs-image-shift/out-of-range',
    message: `The image shifts of the pattern cannot be reached: ${problem}.`,
    hint: 'Choose a shorter distance.',
  });
