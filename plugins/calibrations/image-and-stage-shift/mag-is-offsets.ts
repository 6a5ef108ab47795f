import {
  type CameraIndex,
  type ImageShiftUnits,
  type MagIndex,
  type Vector,
  add,
  inMicrometres,
  magIndex,
  metres,
  readable,
} from '../../../core/base';
import { type Exposure, Stage, type StagePosition, readProbeMode } from '../../../core/devices';
import { type Forecast, type Run, type Uses, defineItem, value } from '../../../core/kernel';
import { ImageAcquisition, singleExposureOf } from '../../../core/acquisition';
import { ImageShiftAdjustment, ImageShiftControl } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { type CalibrationResult, Calibrations } from '../../../core/store';
import { offsetErrors } from './offsets/image-shift-offset-errors';
import {
  type OffsetMode,
  bridgeOf,
  bridgedOffsets,
  checkCalibrated,
  firstCameras,
  indexesOf,
  mergeOffsets,
  noShift,
  offsetAt,
  offsetChanges,
  offsetLine,
  offsetModeOf,
  otherMode,
  zeroOwner,
  zeroRegularQuestion,
} from './offsets/image-shift-offsets';
import { stepText } from './offsets/step-text';
import { ZeroOffsetMode } from './offsets/zero-offset-mode';
import { costBetween, imageCost } from './image-series/series-forecast';
import { preparationNeeds } from './image-series/shift-preparation';
import { describePlace, magnificationsOffered } from '../shared/result/magnification-place';

type Shift = Vector<ImageShiftUnits>;
/** Record of the operator's steps. */
interface Visit {
  readonly shifts: ReadonlyMap<MagIndex, Shift>;
  readonly stopped: boolean;
}

const buttons = ['NextMag', 'End', 'STOP'] as const;

const needs = {
  ...preparationNeeds,
  stage: Stage,
  acquisition: ImageAcquisition,
  imageShift: ImageShiftControl,
  adjustment: ImageShiftAdjustment,
  calibrations: Calibrations,
  settings: Settings,
  zero: ZeroOffsetMode,
};

/** Records the image shift that keeps a feature centred from one magnification to the next lower one, and applies it where the operator wants that. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/mag-is-offsets',
  needs,
  not: ['stem', 'low dose'],
  questions: {
    start: { kind: 'confirm', why: 'You centre one feature at every magnification; the stage must not move.' },
    'take-images': { kind: 'confirm', why: 'An image after each change saves you a click, and costs its dose.' },
    keep: { kind: 'confirm', why: 'What was recorded before you stopped is complete in itself.' },
    'zero-regular': zeroRegularQuestion,
    'zero-primary': { kind: 'confirm', why: 'It is the range of the magnification without an offset.' },
    'zero-magnification': {
      kind: 'number',
      minimum: 1,
      why: 'Offsets are relative to this magnification. It cannot be a low one.',
    },
  },
  results: {
    offsets: value.table('The offset of each magnification of the mode.', {
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      x: value.quantity('Image shift in X.', { unit: 'units' }),
      y: value.quantity('Image shift in Y.', { unit: 'units' }),
    }),
    recorded: value.quantities('The mag indexes at which an image shift was recorded.'),
    zeroMagIndex: value.quantity('The mag index whose offset is zero, when there is one in this mode.', {
      optional: true,
    }),
  },
  stores: ['ImageShiftOffsets'],
  order: { step: 'between magnifications', after: ['image-shift'], holdsForDays: 180 },
  listen({ adjustment, calibrations, cameras }, hooks) {
    hooks.imageShiftOffset.tap((offset, magIndex) =>
      adjustment.betweenMagnifications
        ? add(offset, offsetAt(calibrations, magIndex, offsetModeOf(cameras.selected.traits)))
        : offset,
    );
  },
  forecast: (use, signal) => new MagnificationOffsets(use).forecast(signal),
  run: (use, run) => new MagnificationOffsets(use).run(run),
});

/** One run of the item. */
class MagnificationOffsets {
  constructor(private readonly use: Uses<typeof needs>) {}

  async forecast(signal: AbortSignal): Promise<Forecast> {
    const start = await this.use.scope.magIndex.read(signal);
    const lowest = this.lowestReachable(start);
    const below: MagIndex[] = [];
    for (let next = this.nextLower(start); next !== undefined && next >= lowest; next = this.nextLower(next))
      below.push(next);
    // Entering low magnification is the one step after which no image is taken.
    const entering = below.some((index) => this.isLow(index)) && !this.isLow(start) ? 1 : 0;
    const cost = (images: number) => imageCost(this.use.cameras.selected, this.trialExposure(), images, 0);
    const probe = await readProbeMode(this.use.probeModes, signal);
    const focus = [start, ...below].some(
      (index) => this.use.optics.at({ magIndex: index, camera: this.camera }).standardFocus(probe) !== undefined,
    );
    return {
      ...costBetween(cost(1), cost(1 + below.length - entering)),
      dependsOn: `how many of the ${below.length} lower magnifications you go to, and whether you have Trial images taken; centring takes its own time`,
      moves: [
        { setting: this.use.scope.magIndex, how: `down to ${this.magnification(lowest)}x at most` },
        this.use.imageShift.net,
        ...(focus ? [{ setting: this.use.scope.absoluteFocus, how: '(the standard focus of low magnification)' }] : []),
      ],
    };
  }

  async run(run: Run): Promise<CalibrationResult | undefined> {
    const { magIndex: start } = run.here();
    const lowest = this.lowestReachable(start);
    const takeImages = await this.ask(run, start, lowest);
    await run.preserve(this.use.imageShift.net);
    await run.preserve(this.use.scope.magIndex);
    run.restoreLater('camera', () => this.use.cameras.selected.stop());
    run.operator.status('CALIBRATING SHIFT OFFSETS');
    await this.goToStandardFocus(run, start);
    await this.use.normalization?.normalize('projector', run.signal);
    await this.takeTrial(run);
    run.operator.log('The lenses were normalized: check that the feature is still centred.');
    const { shifts, stopped } = await this.visit(run, start, lowest, takeImages);
    if (shifts.size < 2) {
      run.operator.log('Fewer than two magnifications were recorded, so no offsets were stored.');
      return undefined;
    }
    if (
      stopped &&
      !(await run.operator.confirm({
        id: 'keep',
        text: `Use the image shifts recorded at ${shifts.size} magnifications?`,
        default: false,
      }))
    )
      return undefined;
    return this.store(run, shifts);
  }

  private get camera(): CameraIndex {
    return this.use.cameras.selected.traits.index;
  }
  private get mode(): OffsetMode {
    return offsetModeOf(this.use.cameras.selected.traits);
  }
  private magnification(magIndex: MagIndex): number {
    return this.use.optics.at({ magIndex, camera: this.camera }).magnification;
  }
  private indexes(camera = this.camera): readonly MagIndex[] {
    return indexesOf(this.use.optics, camera);
  }
  private isLow(magIndex: MagIndex, camera = this.camera): boolean {
    return this.use.optics.at({ magIndex, camera }).isLowMagnification;
  }
  /** True when a mag index belongs to low magnification or to the primary or secondary range that another one is in. */
  private related(magIndex: MagIndex, to: MagIndex): boolean {
    const rangeOf = (index: MagIndex): number =>
      this.use.optics.at({ magIndex: index, camera: this.camera }).range.lowest;
    return this.isLow(magIndex) || this.isLow(to) || rangeOf(magIndex) === rangeOf(to);
  }
  private nextLower(magIndex: MagIndex): MagIndex | undefined {
    return this.indexes()
      .filter((index) => index < magIndex && this.related(index, magIndex))
      .at(-1);
  }
  /** The lowest mag index that the run may go to. Throws when the run cannot start. */
  private lowestReachable(start: MagIndex): MagIndex {
    const both = firstCameras(this.use.optics);
    const secondary = this.use.settings.get('LowestSecondaryModeMag');
    if (both && secondary > 0 && start >= secondary) throw offsetErrors.secondaryRange();
    if (this.use.scope.traits.usesProjectorForImageShift) return this.lowestContiguous(start);
    if (both && bridgeOf(this.use.calibrations)) {
      const first = both[this.mode];
      if (this.camera !== first)
        throw offsetErrors.notFirstCamera(this.use.optics.camera(this.camera).name, this.use.optics.camera(first).name);
      for (const camera of both) checkCalibrated(this.use.optics, this.indexes(camera), camera);
    } else {
      const lower = this.indexes().filter((index) => index <= start && this.related(index, start));
      checkCalibrated(
        this.use.optics,
        lower.filter((index) => this.isLow(index) === this.isLow(start)),
        this.camera,
      );
    }
    return this.indexes()[0] ?? start;
  }

  private lowestContiguous(start: MagIndex): MagIndex {
    let lowest = start;
    for (
      let next = this.nextLower(start);
      next !== undefined && this.use.calibrations.imageShift.get(next, this.camera);
      next = this.nextLower(next)
    )
      lowest = next;
    if (lowest === start) throw offsetErrors.nothingReachable(this.magnification(start));
    return lowest;
  }

  private async ask(run: Run, start: MagIndex, lowest: MagIndex): Promise<boolean> {
    const limited = this.use.scope.traits.usesProjectorForImageShift
      ? ` The lowest magnification that can be reached is ${this.magnification(lowest)}x.`
      : '';
    const focus = this.indexes().some(
      (index) => this.use.optics.at({ magIndex: index, camera: this.camera }).standardFocus('micro') !== undefined,
    )
      ? ' In low magnification the standard focus is set.'
      : '';
    const text = `Centre a feature at ${this.magnification(start)}x, the highest magnification of interest, using image shift only. Press NextMag to record the image shift and go one magnification down, centre the feature again with image shift, and so on; End records the last one and finishes, STOP leaves it out.${limited}${focus}`;
    if (run.fromScript) run.operator.log(text);
    else if (!(await run.operator.confirm({ id: 'start', text: `${text} Go on?`, default: true })))
      throw offsetErrors.notStarted();
    return run.operator.confirm({
      id: 'take-images',
      text: 'Take a Trial image after every change of magnification? (Not on entering low magnification.)',
      default: true,
    });
  }

  /** Follows the operator from magnification to magnification until End, STOP, the lowest one, or a stage that has moved. */
  private async visit(run: Run, start: MagIndex, lowest: MagIndex, takeImages: boolean): Promise<Visit> {
    const shifts = new Map<MagIndex, Shift>();
    let reference: StagePosition | undefined;
    for (let expected = start; ;) {
      const left = this.indexes().filter((index) => index < expected && index >= lowest);
      run.operator.status(stepText(this.magnification(expected), shifts.size, left.length));
      const pressed = await run.operator.button(buttons, 'Centre the feature with image shift, then', {
        set: 'View',
        cross: true,
      });
      if (pressed === 'STOP') return { shifts, stopped: true };
      const found = await this.use.scope.magIndex.read(run.signal);
      if (found !== expected) {
        run.operator.log(
          `The microscope is at ${this.magnification(found)}x instead of ${this.magnification(expected)}x; every magnification has to be done in sequence, and nothing was recorded.`,
        );
        if (pressed === 'End') return { shifts, stopped: true };
        await this.use.scope.magIndex.write(expected, run.signal);
        continue;
      }
      const position = await this.use.stage.position.read(run.signal);
      reference ??= position;
      if (this.stageMoved(run, reference, position)) return { shifts, stopped: true };
      const applied = this.use.adjustment.betweenMagnifications
        ? offsetAt(this.use.calibrations, expected, this.mode)
        : noShift;
      shifts.set(expected, add(await this.use.imageShift.net.read(run.signal), applied));
      const next = this.nextLower(expected);
      if (pressed === 'End' || next === undefined || next < lowest) return { shifts, stopped: false };
      await this.goTo(run, expected, next, takeImages);
      expected = next;
    }
  }

  private stageMoved(run: Run, reference: StagePosition, position: StagePosition): boolean {
    const limit = this.use.settings.get('ISoffsetCalStageLimit');
    const moved = (['x', 'y'] as const).map((axis) =>
      Math.abs(inMicrometres(metres(position[axis] - reference[axis]))),
    );
    if (Math.max(...moved) <= limit) return false;
    run.operator.log(
      `The stage has moved by ${moved.map((each) => readable(each, 3)).join(', ')} um, more than the ${limit} um that are allowed; the image shift at this magnification was not recorded.`,
    );
    return true;
  }

  private async goTo(run: Run, from: MagIndex, to: MagIndex, takeImages: boolean): Promise<void> {
    await this.use.scope.magIndex.write(to, run.signal);
    await this.goToStandardFocus(run, to);
    if (this.isLow(to) && !this.isLow(from))
      run.operator.log(`${this.magnification(to)}x is low magnification: check the beam before you take a picture.`);
    else if (takeImages) await this.takeTrial(run);
    run.operator.log(`Now at ${this.magnification(to)}x: centre the feature with image shift.`);
  }

  private async goToStandardFocus(run: Run, magIndex: MagIndex): Promise<void> {
    const focus = this.use.optics
      .at({ magIndex, camera: this.camera })
      .standardFocus(await readProbeMode(this.use.probeModes, run.signal));
    if (focus === undefined || (await this.use.scope.absoluteFocus.read(run.signal)) === focus) return;
    // In low magnification the lens has a value of its own, so it has to be given back there.
    const before = await this.use.scope.absoluteFocus.read(run.signal);
    run.restoreLater('absolute focus', async (signal) => {
      await this.use.scope.magIndex.write(magIndex, signal);
      await this.use.scope.absoluteFocus.write(before, signal);
    });
    await this.use.scope.absoluteFocus.write(focus, run.signal);
  }

  private async takeTrial(run: Run): Promise<void> {
    await this.use.acquisition.take(this.trialExposure(), { signal: run.signal, title: 'Image-shift offsets' });
  }

  private trialExposure(): Exposure {
    const { selected } = this.use.cameras;
    const trial = this.use.settings.parameterSets.get(selected.traits.index)!.Trial;
    return selected.fit(singleExposureOf(trial, selected.traits));
  }

  private async store(run: Run, measured: ReadonlyMap<MagIndex, Shift>): Promise<CalibrationResult> {
    const { mode, camera } = this;
    const both = firstCameras(this.use.optics);
    const bridge = both && bridgeOf(this.use.calibrations);
    const top = magIndex(Math.max(...measured.keys()));
    const bottom = magIndex(Math.min(...measured.keys()));
    const owner = bridge ? await zeroOwner(run, this.use.zero) : mode;
    const zero = owner === mode ? await this.askZero(run, top) : undefined;
    const merged = mergeOffsets({
      measured,
      before: (index) => offsetAt(this.use.calibrations, index, mode),
      indexes: this.indexes(),
      related: (index) => this.related(index, top),
      isLow: (index) => this.isLow(index),
      transfer: (value, from, to) => this.use.optics.transferImageShift(value, from, to, camera),
      zero,
    });
    const other = otherMode(mode);
    const bridged =
      both &&
      bridge &&
      bridgedOffsets(this.use.optics, {
        mode,
        offsets: (index) => merged.get(index) ?? noShift,
        other: (index) => offsetAt(this.use.calibrations, index, other),
        cameras: both,
        bridge,
      });
    for (const [index, shift] of merged)
      run.log.debug('1', offsetLine(index, shift, offsetAt(this.use.calibrations, index, mode), measured.has(index)));
    run.operator.log(`Image-shift offsets at ${measured.size} magnifications recorded.`);
    return run.accept({
      summary: `Image-shift offsets recorded at ${measured.size} magnifications, from ${this.magnification(top)}x down to ${this.magnification(bottom)}x.`,
      values: {
        offsets: [...merged]
          .sort(([a], [b]) => a - b)
          .map(([index, { x, y }]) => ({ magIndex: index, magnification: this.magnification(index), x, y })),
        recorded: [...measured.keys()],
        ...(zero !== undefined && { zeroMagIndex: zero }),
      },
      conditions: { camera, magIndex: top },
      changes: [
        ...offsetChanges(this.use.calibrations, mode, merged),
        ...(bridged ? offsetChanges(this.use.calibrations, other, bridged, { derived: true }) : []),
      ],
    });
  }

  private async askZero(run: Run, top: MagIndex): Promise<MagIndex> {
    const secondary = this.use.settings.get('LowestSecondaryModeMag');
    const primary =
      secondary <= 0 ||
      (await run.operator.confirm({
        id: 'zero-primary',
        text: 'Is the offset zero in the primary range of magnifications (not in the secondary one)?',
        default: top < secondary,
      }));
    const allowed = this.indexes().filter(
      (index) => !this.isLow(index) && (secondary <= 0 || index < secondary === primary),
    );
    const nearestTop = closest(allowed, (index) => Math.abs(index - top)) ?? top;
    const wanted = await run.operator.number({
      id: 'zero-magnification',
      text: `Magnification at which the offset is zero (not in low magnification; suggested: ${describePlace(this.use.optics, nearestTop, this.camera)})`,
      default: this.magnification(nearestTop),
      minimum: 1,
      offered: magnificationsOffered(this.use.optics, allowed, this.camera),
    });
    if (wanted === this.magnification(nearestTop)) return nearestTop;
    const found = closest(allowed, (index) => Math.abs(Math.log(this.magnification(index) / wanted))) ?? top;
    const given = this.magnification(found);
    if (given !== wanted)
      run.operator.log(`The offset cannot be zero at ${wanted}x (see the list); it is zero at ${given}x.`);
    return found;
  }
}

const closest = (indexes: readonly MagIndex[], distance: (index: MagIndex) => number): MagIndex | undefined =>
  [...indexes].sort((a, b) => distance(a) - distance(b))[0];
