import {
  type CameraIndex,
  type ImageShiftUnits,
  type MagIndex,
  type Vector,
  add,
  inMicrometres,
  length,
  metres,
  subtract,
  readable,
} from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import {
  type BufferedImage,
  ImageBuffers,
  type ImageContext,
  type Run,
  type Uses,
  bufferNames,
  defineItem,
  value,
} from '../../../core/kernel';
import { ImageShiftAdjustment, ImageShiftControl, Optics, convertImageShift } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { type CalibrationResult, Calibrations, put } from '../../../core/store';
import { offsetErrors } from './offsets/image-shift-offset-errors';
import {
  type Bridge,
  type OffsetMode,
  bridgedOffsets,
  checkCalibrated,
  firstCameras,
  indexesOf,
  noShift,
  offsetAt,
  offsetChanges,
  offsetsNow,
  otherMode,
  zeroOwner,
  zeroRegularQuestion,
} from './offsets/image-shift-offsets';
import { ZeroOffsetMode } from './offsets/zero-offset-mode';

/** An image of a camera, with the values that the bridge needs. */
interface Placed {
  readonly image: BufferedImage;
  readonly camera: CameraIndex;
  readonly magIndex: MagIndex;
  readonly imageShift: Vector<ImageShiftUnits>;
  readonly stage: NonNullable<ImageContext['stage']>;
}

const needs = {
  scope: Scope,
  cameras: Cameras,
  optics: Optics,
  buffers: ImageBuffers,
  imageShift: ImageShiftControl,
  adjustment: ImageShiftAdjustment,
  calibrations: Calibrations,
  settings: Settings,
  zero: ZeroOffsetMode,
};

/** Records the image shift by which the camera behind the energy filter sees a feature away from where the camera before it sees it. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/eftem-is-offset',
  needs,
  not: ['stem', 'low dose'],
  questions: {
    'keep-reference': {
      kind: 'confirm',
      why: 'The image in A was taken with the regular camera. It can be the reference with which the image of the filter camera is compared.',
    },
    'done-all': {
      kind: 'confirm',
      why: 'The offset is computed from the two images as they are. A feature that is not centred in both gives a wrong offset.',
    },
    'zero-regular': zeroRegularQuestion,
  },
  results: {
    fromMagIndex: value.quantity('Mag index of the reference in regular mode.', { optional: true }),
    toMagIndex: value.quantity('Mag index in energy-filtered mode.', { optional: true }),
    x: value.quantity('Image shift in X from regular to energy-filtered mode, in image-shift units.', {
      unit: 'units',
      optional: true,
    }),
    y: value.quantity('Image shift in Y, likewise.', { unit: 'units', optional: true }),
    reference: value.text('Buffer of an image that was kept as the reference; nothing else was done then.', {
      optional: true,
    }),
    offsets: value.quantity('How many offsets of the mode without the zero were recalculated.', { optional: true }),
  },
  stores: ['GIFShiftOffset', 'ImageShiftOffsets'],
  order: { step: 'between magnifications', after: ['image-shift'], holdsForDays: 180 },
  forecast: 'nothing',
  unavailable: ({ optics }) =>
    firstCameras(optics) ? undefined : 'needs a camera before the energy filter and one behind it',
  run: (use, run) => new FilteredOffset(use).run(run),
});

/** One run of the item. */
class FilteredOffset {
  constructor(private readonly use: Uses<typeof needs>) {}

  async run(run: Run): Promise<CalibrationResult | undefined> {
    const both = firstCameras(this.use.optics)!;
    for (const camera of both) checkCalibrated(this.use.optics, indexesOf(this.use.optics, camera), camera);
    const [regular, filtered] = both.map((camera) => this.use.optics.camera(camera).name) as [string, string];
    const place = bufferNames[this.use.buffers.rollCount + 1] ?? 'V';
    const text = `Centre a feature with ${regular}, outside low magnification, take an image, leave it unshifted and keep it in buffer ${place}. Then select ${filtered}, centre the same feature with image shift only, and take an image, in A.`;
    if (await this.keepsReference(run, both, place)) {
      return run.report({
        summary: `The image in A is now the reference, in buffer ${place}. Next: select ${filtered}, centre the same feature with image shift only, take an image and start this again.`,
        values: { reference: place },
      });
    }
    if (!(await run.operator.confirm({ id: 'done-all', text: `${text} Have you done all this?`, default: true })))
      return run.report({ summary: `Nothing was recorded. ${text}`, values: {} });
    const [reference, current] = this.checkedImages(both, place);
    const bridge = await this.bridge(run, reference, current);
    return this.store(run, both, bridge);
  }

  /** An image of the regular camera in A cannot be the second of the two, so the operator is offered to make it the first. */
  private async keepsReference(
    run: Run,
    [regular]: readonly [CameraIndex, CameraIndex],
    place: string,
  ): Promise<boolean> {
    const image = this.use.buffers.get('A');
    if (this.use.cameras.selected.traits.index !== regular || image?.frame.camera !== regular) return false;
    if (
      !(await run.operator.confirm({
        id: 'keep-reference',
        text: `Use the image in A as the reference for regular mode (copied to buffer ${place})?`,
        default: true,
      }))
    )
      return false;
    this.use.buffers.copy('A', place);
    return true;
  }

  /** Reference and present image, checked. */
  private checkedImages(
    [regular, filtered]: readonly [CameraIndex, CameraIndex],
    place: string,
  ): readonly [reference: Placed, current: Placed] {
    const reference = this.placed(place, `the reference, taken with ${this.use.optics.camera(regular).name}`);
    const current = this.placed('A', `the image taken with ${this.use.optics.camera(filtered).name}`);
    if (length(reference.image.alignment) > 0) throw offsetErrors.referenceShifted(place);
    const limit = this.use.settings.get('ISoffsetCalStageLimit');
    const [x, y] = (['x', 'y'] as const).map((axis) =>
      inMicrometres(metres(current.stage[axis] - reference.stage[axis])),
    ) as [number, number];
    if (Math.max(Math.abs(x), Math.abs(y)) > limit) throw offsetErrors.stageMoved(x, y, limit);
    const wanted = [
      [reference, place, regular],
      [current, 'A', filtered],
    ] as const;
    for (const [{ camera }, buffer, first] of wanted)
      if (camera !== first)
        throw offsetErrors.wrongCamera(buffer, this.use.optics.camera(camera).name, this.use.optics.camera(first).name);
    for (const [place, buffer] of wanted) {
      const { isLowMagnification, magnification } = this.use.optics.at(place);
      if (isLowMagnification) throw offsetErrors.lowMagnification(buffer, magnification);
    }
    return [reference, current];
  }

  private placed(buffer: string, what: string): Placed {
    const image = this.use.buffers.get(buffer);
    const { netImageShift, stage, magIndex, kind = 'acquired' } = image?.context ?? {};
    if (!image || !netImageShift || !stage || magIndex === undefined || kind !== 'acquired')
      throw offsetErrors.noImage(buffer, what);
    return { image, camera: image.frame.camera, magIndex, imageShift: netImageShift, stage };
  }

  private async bridge(run: Run, reference: Placed, current: Placed): Promise<Bridge> {
    const { camera, magIndex: toMagIndex } = current;
    const found = await this.use.scope.magIndex.read(run.signal);
    if (found !== toMagIndex || this.use.cameras.selected.traits.index !== camera)
      throw offsetErrors.elsewhere(
        this.use.optics.at({ magIndex: toMagIndex, camera }).magnification,
        this.use.optics.camera(camera).name,
      );
    const applied = (magIndex: MagIndex, mode: OffsetMode) =>
      this.use.adjustment.betweenMagnifications ? offsetAt(this.use.calibrations, magIndex, mode) : noShift;
    // The operator may have shifted the image since it was taken, so the present image shift counts.
    const filtered = add(await this.use.imageShift.net.read(run.signal), applied(toMagIndex, 1));
    const regular = add(reference.imageShift, applied(reference.magIndex, 0));
    const offset = subtract(filtered, convertImageShift(this.use.optics, regular, reference, current));
    return { fromMagIndex: reference.magIndex, toMagIndex, offset };
  }

  private async store(
    run: Run,
    cameras: readonly [CameraIndex, CameraIndex],
    bridge: Bridge,
  ): Promise<CalibrationResult> {
    const { fromMagIndex, toMagIndex, offset } = bridge;
    const mode = await zeroOwner(run, this.use.zero);
    const other = otherMode(mode);
    const offsetsOf = (of: OffsetMode) => (magIndex: MagIndex) => offsetAt(this.use.calibrations, magIndex, of);
    const derived = bridgedOffsets(this.use.optics, {
      mode,
      offsets: offsetsOf(mode),
      other: offsetsOf(other),
      cameras,
      bridge,
    });
    const own = offsetsNow(this.use.calibrations, mode, indexesOf(this.use.optics, cameras[mode]));
    const [from, to] = [
      this.use.optics.at({ magIndex: fromMagIndex, camera: cameras[0] }).magnification,
      this.use.optics.at({ magIndex: toMagIndex, camera: cameras[1] }).magnification,
    ];
    run.operator.log(
      `From ${from}x in regular to ${to}x in energy-filtered mode: image shift ${readable(offset.x, 4)}, ${readable(offset.y, 4)} units.`,
    );
    const record = { fromMagIndex, toMagIndex, x: offset.x, y: offset.y };
    return run.accept({
      summary: `Image shift from ${from}x in regular to ${to}x in energy-filtered mode recorded.`,
      values: { ...record, offsets: [...derived.values()].filter((each) => length(each) > 0).length },
      conditions: { camera: cameras[1], magIndex: toMagIndex },
      changes: [
        put('GIFShiftOffset', record),
        ...offsetChanges(this.use.calibrations, mode, own, { derived: true }),
        ...offsetChanges(this.use.calibrations, other, derived, { derived: true }),
      ],
    });
  }
}
