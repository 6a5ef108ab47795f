import { type CameraIndex, inNanometres, type MagIndex, metres, readable, withError } from '../../../../core/base';
import {
  type BufferedImage,
  ImageBuffers,
  type ImageContext,
  type ItemRun,
  type Uses,
  value,
} from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import { type CalibrationResult, Calibrations } from '../../../../core/store';
import {
  type CorrelationPeak,
  type CorrelationPlane,
  centred,
  findLattice,
  image as imageOf,
  ImagingError,
  type Lattice,
  reduce,
  trimDarkSurroundings,
} from '../../../../imaging';
import { latticeErrors } from './lattice-errors';
import { foundPixelSizes, foundSizeChanges, withFoundPixelSize } from './lattice-found';
import { judgeLattice, maxPlausibleFactor } from './lattice-judgement';
import { LatticeMemory } from './lattice-memory';
import { pixelSizeSuggestion } from '../../shared/result/property-suggestions';
import { type LatticeSpecimen, latticeSpecimen, targetSize } from './lattice-specimen';

/** Dependencies of a measurement of the pixel size. */
export const latticeNeeds = {
  buffers: ImageBuffers,
  optics: Optics,
  calibrations: Calibrations,
  settings: Settings,
  memory: LatticeMemory,
};
/** The questions that it may ask. */
export const latticeQuestions = {
  keep: {
    kind: 'confirm',
    why: 'The pixel size is far from the one in use. Most often that means that the wrong lines were found.',
  },
} as const;
/** The values that it reports. */
export const latticeResults = {
  pixelSize: value.quantity('Size of an unbinned pixel on the specimen in nm.', { unit: 'nm' }),
  gridAngle: value.quantity('Direction of the lines in the image in degrees, counter-clockwise, 0 to 90.', {
    unit: 'degrees',
  }),
  binnedPixelSize: value.quantity('Size of a pixel of the image in nm.', { unit: 'nm' }),
  spacings: value.quantities('Spacings along the two axes in pixels of the image.', { unit: 'px' }),
  repeats: value.quantities('How many repeats lie across the image along the two axes.'),
  stored: value.flag('Whether the pixel size was kept for this session; what the image does not confirm is not.'),
};

type Run = ItemRun<typeof latticeQuestions, typeof latticeResults>;

/** Side in pixels below which a transform makes no sense. */
const minImageSize = 64;
const maxBrightness = 32_000;
/** Limit of the peaks of the autocorrelation that are shown. */
const maxPeaks = 60;
const unfitKinds: ReadonlySet<ImageContext['kind']> = new Set([
  'processed',
  'Fourier transform',
  'autocorrelation of overview',
] as const);

/** Reason why the image in a buffer cannot be analysed; undefined when it can. */
export function unfitImage(buffers: ImageBuffers, buffer: 'A' | 'B'): string | undefined {
  const held = buffers.get(buffer);
  if (!held) return `there is no image in buffer ${buffer}; take one of a grating first`;
  if (unfitKinds.has(held.context.kind))
    return `the image in buffer ${buffer} is a processed one; take an image or copy one there`;
  if (held.context.kind === 'montage centre' && buffers.get('B')?.context.kind !== 'montage overview')
    return 'the overview of the montage is not in buffer B';
  return undefined;
}

/** Runs a search, and explains a failure by pixels without a finite number. */
function searched<Result>(search: () => Result): Result {
  try {
    return search();
  } catch (error) {
    if (error instanceof ImagingError) throw latticeErrors.unusable(error);
    throw error;
  }
}

/** Finds the pixel size from an image of a lattice. */
export class PixelSizeMeasurement {
  constructor(private readonly use: Uses<typeof latticeNeeds>) {}

  /**
   * Analyses the image in buffer A and shows its autocorrelation there.
   * @param marked the peak to start from: pixels of the image from the centre of the autocorrelation, X right and Y down
   */
  async run(
    run: Run,
    marked?: { readonly x: number; readonly y: number; readonly contrast?: ImageContext['contrast'] },
  ): Promise<CalibrationResult> {
    if (this.use.buffers.get('A')?.context.kind === 'montage centre') this.use.buffers.copy('B', 'A');
    const source = this.use.buffers.get('A');
    if (!source) throw latticeErrors.noImage('A');
    const specimen = latticeSpecimen(this.use.settings, this.use.memory);
    const { frame, context } = source;
    const [rows = 0, columns = 0] = frame.image.shape;
    const pixelNanometres = context.pixelSize === undefined ? undefined : inNanometres(context.pixelSize);
    const target = targetSize(specimen, this.use.memory, { pixelNanometres, shorterSide: Math.min(rows, columns) });
    run.operator.log(`Binning the image to at most ${target.size} pixels, ${target.reason}.`);
    const binning = Math.ceil(Math.max(rows, columns) / target.size);
    const binned = reduce(frame.image, binning);
    // On a grid, the bars between the openings are measured.
    const trimmed = specimen.name === 'grid bars' ? binned : trimDarkSurroundings(binned).image;
    const side = Math.min(...trimmed.shape);
    if (side < minImageSize) throw latticeErrors.tooSmall(side);
    const { correlation, peaks, found } = searched(() =>
      findLattice(trimmed, specimen.kind, marked && { x: marked.x / binning, y: marked.y / binning }),
    );
    this.show(source, correlation, peaks, binning, 'reason' in found ? undefined : found, marked?.contrast);
    if ('reason' in found) throw latticeErrors.notFound(found);
    return this.finish(run, source, specimen, found, binning);
  }

  /** Puts the autocorrelation, scaled to 16 bits and with its origin in the middle, into buffer A. */
  private show(
    { frame, context }: BufferedImage,
    correlation: CorrelationPlane,
    peaks: readonly CorrelationPeak[],
    binning: number,
    lattice: Lattice | undefined,
    contrast: ImageContext['contrast'],
  ): void {
    const plane = centred(correlation);
    let [least, most] = [Infinity, -Infinity];
    const { data } = plane;
    for (let at = 0; at < data.length; at++) {
      const value = data[at]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const scale = most > least ? maxBrightness / (most - least) : 0;
    const [rows = 0, columns = 0] = plane.shape;
    const outer = peaks.find(({ x, y }) => x * x + y * y > 1);
    const height = ((outer?.height ?? most) - least) * scale;
    const white = height + Math.min(0.1 * (maxBrightness - height), 0.2 * height);
    const shown = new Int16Array(data.length);
    for (let at = 0; at < data.length; at++) shown[at] = Math.round((data[at]! - least) * scale);
    this.use.buffers.add(
      {
        ...frame,
        image: imageOf(shown, rows, columns),
        exposure: { ...frame.exposure, binning: frame.exposure.binning * binning },
      },
      {
        magIndex: context.magIndex,
        magnification: context.magnification,
        ...(context.pixelSize !== undefined && { pixelSize: metres(context.pixelSize * binning) }),
        title: 'Autocorrelation',
        kind: context.kind === 'montage overview' ? 'autocorrelation of overview' : 'processed',
        contrast: contrast ?? { black: 0, white },
        points: peaks.slice(0, maxPeaks).map(({ x, y }) => ({ x: x + columns / 2 + 0.5, y: y + rows / 2 + 0.5 })),
        ...(lattice && {
          marker: { x: lattice.nearPeak.x + columns / 2 + 0.5, y: lattice.nearPeak.y + rows / 2 + 0.5 },
        }),
      },
    );
  }

  private async finish(
    run: Run,
    { frame, context }: BufferedImage,
    specimen: LatticeSpecimen,
    lattice: Lattice,
    binning: number,
  ): Promise<CalibrationResult> {
    const { magIndex } = context;
    const { camera } = frame;
    const fromFile = context.kind === 'read from file';
    const [one, other] = [lattice.lengths[0] * binning, lattice.lengths[1] * binning];
    const crystal = specimen.name === 'catalase crystal';
    const [onFirst, onSecond] = [specimen.first / one, specimen.second / other];
    const ofImage = crystal ? (onFirst + onSecond) / 2 : specimen.first / ((one + other) / 2);
    // An unbinned pixel of the properties may be two of a camera with super-resolution.
    const perPixel = this.use.settings.cameras.find(({ index }) => index === camera)?.pixelsPerPropertyPixel ?? 1;
    const unbinning = perPixel / frame.exposure.binning;
    const pixelSize = ofImage * unbinning;
    const relativeError = lattice.spacingError / lattice.spacing;
    const implausible = this.implausible(pixelSize, magIndex, camera, perPixel);
    const remarks = [...lattice.remarks, ...implausible];
    const previous = this.previous(magIndex, camera);
    const judgement = judgeLattice(lattice, {
      ratio: specimen.kind.ratio,
      pixelSize,
      before: previous && inNanometres(previous.value) * perPixel,
    });

    this.logSpacings(run, {
      specimen,
      lattice,
      lengths: [one, other],
      ofImage,
      along: [onFirst, onSecond],
      relativeError,
    });
    this.logComparison(run, pixelSize, magIndex, camera, perPixel);
    const shown = `${withError(pixelSize, pixelSize * relativeError)} nm`;
    const shortAxis = crystal ? ` (${readable(onFirst * unbinning)} nm from the short axis alone)` : '';
    run.operator.log(
      `${fromFile ? 'APPARENT: ' : ''}Camera ${camera}, ${context.magnification}x: the unbinned pixel is ${shown}${shortAxis}`,
    );
    if (!fromFile && context.magnification > 0)
      run.operator.log(`${magIndex}  ${readable(pixelSize)}  ${context.magnification}`);

    const values = {
      pixelSize,
      gridAngle: lattice.angle,
      binnedPixelSize: ofImage,
      spacings: [one, other],
      repeats: lattice.repeats,
    };
    const known = {
      pixelSize: pixelSize * relativeError,
      gridAngle: lattice.angleError,
      binnedPixelSize: ofImage * relativeError,
      spacings: lattice.lengthErrors.map((error) => error * binning),
    };
    const draft = {
      summary: `Pixel size ${shown} at ${context.magnification}x, grid angle ${readable(lattice.angle, 2)} degrees${judgement.verdict === 'good' ? '' : `; ${judgement.verdict}`}.`,
      standardErrors: Number.isFinite(relativeError) ? known : {},
      conditions: {
        magIndex,
        magnification: context.magnification,
        camera,
        binning: frame.exposure.binning,
        specimen: specimen.name,
      },
      quality: { ...judgement, remarks },
    };
    if (!lattice.confirmed) {
      run.operator.log('The pixel size is not kept, since the image does not confirm it.');
      return run.report({ ...draft, values: { ...values, stored: false } });
    }
    const { lowDoseArea, lowDoseDefocusOffset: offset = 0 } = context;
    if (offset !== 0) {
      run.operator.log(
        `The pixel size is not kept: ${lowDoseArea} had changed the defocus by ${readable(offset, 1)} um, which magnifies otherwise. Take the image in Record.`,
      );
      return run.report({ ...draft, values: { ...values, stored: false } });
    }
    if (
      implausible.length > 0 &&
      !(await run.operator.confirm({
        id: 'keep',
        text: `${implausible.join(' ')} Keep it anyway?`,
        default: false,
      }))
    ) {
      run.operator.log('The pixel size is not kept.');
      return run.report({ ...draft, values: { ...values, stored: false } });
    }
    const propertySuggestions = fromFile
      ? []
      : [pixelSizeSuggestion({ magIndex, camera }, pixelSize, pixelSize * relativeError)];
    const before = foundPixelSizes(this.use.calibrations);
    const time = Math.floor(run.clock.date().getTime() / 60_000);
    const found = { magIndex, camera, pixelSize, gridAngle: lattice.angle, time };
    const { list, added } = withFoundPixelSize(before, found, this.use.optics);
    const result = await run.accept({
      ...draft,
      values: { ...values, stored: true },
      propertySuggestions,
      changes: foundSizeChanges(before, list, found),
    });
    for (const { magIndex: turned, degrees } of added)
      run.operator.log(
        `${degrees} degrees were added to the rotation at mag index ${turned}, since the microscope reports a rotation there.`,
      );
    return result;
  }

  private logSpacings(
    run: Run,
    of: {
      readonly specimen: LatticeSpecimen;
      readonly lattice: Lattice;
      readonly lengths: readonly [number, number];
      readonly ofImage: number;
      readonly along: readonly [number, number];
      readonly relativeError: number;
    },
  ): void {
    const { lattice, lengths, ofImage, along, relativeError } = of;
    const repeats = lattice.repeats.map((count) => readable(count, 1)).join(' and ');
    const spacings =
      of.specimen.name === 'catalase crystal'
        ? `pixel ${along.map((size) => readable(size)).join(' and ')} nm along the two axes`
        : `mean spacing ${readable((lengths[0] + lengths[1]) / 2, 2)}`;
    run.operator.log(
      `${repeats} repeats, ${lengths.map((length) => readable(length, 2)).join(' and ')} pixels each, ${spacings}; binned pixel ${withError(ofImage, ofImage * relativeError)} nm, grid angle ${withError(lattice.angle, lattice.angleError)} degrees`,
    );
  }

  private logComparison(run: Run, pixelSize: number, magIndex: MagIndex, camera: CameraIndex, perPixel: number): void {
    const previous = this.previous(magIndex, camera);
    if (!previous) return;
    const larger = 100 * (pixelSize / (inNanometres(previous.value) * perPixel) - 1);
    run.operator.log(
      `    this is ${readable(Math.abs(larger), 3)} % ${larger < 0 ? 'smaller' : 'larger'} than the previous pixel size, which was ${previous.how === 'measured' ? 'measured' : 'derived'}`,
    );
  }

  private implausible(pixelSize: number, magIndex: MagIndex, camera: CameraIndex, perPixel: number): readonly string[] {
    const previous = this.previous(magIndex, camera);
    if (!previous) return [];
    const ratio = pixelSize / (inNanometres(previous.value) * perPixel);
    if (Math.abs(Math.log(ratio)) < Math.log(maxPlausibleFactor)) return [];
    return [
      `It is ${readable(ratio, 3)} times the pixel size in use; either the wrong lines were found, or lines per millimetre, mesh or magnification are not what they are said to be.`,
    ];
  }

  private previous(magIndex: MagIndex, camera: CameraIndex) {
    return this.use.optics.cameras.some(({ index }) => index === camera)
      ? this.use.optics.at({ magIndex, camera }).pixelSize
      : undefined;
  }
}
