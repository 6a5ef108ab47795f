import type { DetectorExposure, Processing, ReadMode } from '../camera/detector';
import { cameras } from '../camera/cameras';
import { SimulationError } from '../base/errors';
import { frameOf, reframed, type CameraArea, type Frame } from '../base/frame';
import type { Assembly, RecordedOf } from '../base/part';
import { determinantOf, multiplied, scaled, sum, transformed, type PlaneVector } from '../base/plane';
import { scratch } from '../base/scratch';
import { beam, type Disc } from '../column/beam';
import { magnification, type PresentView } from '../column/magnification';
import type { StandardParts } from '../column/parts';
import { stage } from '../column/stage';
import { wavefront } from '../column/wavefront';
import { specimen } from '../specimen/specimen';
import { paintBeam } from './beam-disc';
import { JointEffects } from './effects';
import { subframes } from './motion';
import { completed, type ExposureRequest } from './request';
import { imageThrough, type Transfer } from './transfer';

/** An image and what it was taken with. */
export interface Exposure {
  readonly width: number;
  readonly height: number;
  /** Counts, row after row from the top left. */
  readonly data: Uint16Array;
  readonly record: ExposureRecord;
}

/** The settings that an image was really taken with; those of the parts in the middle of the exposure. */
export interface ExposureRecord extends RecordedOf<StandardParts> {
  readonly camera: number;
  readonly binning: number;
  readonly area: CameraArea;
  readonly readMode: ReadMode;
  readonly processing: Processing;
  /** Seconds of the microscope's clock, and seconds. */
  readonly start: number;
  readonly exposure: number;
  /** Micrometres, specimen height included. */
  readonly defocus: number;
  /** Number of positions of which the image is the mean, because something moved. */
  readonly subframes: number;
  /** Mean electrons of a delivered pixel in the full beam, and electrons per square Angstrom on the specimen. */
  readonly electronsPerPixel: number;
  readonly dose: number;
}

/** When an exposure starts, and the key of its noise. */
export interface ExposureStart {
  /** Seconds of the microscope's clock. */
  readonly start: number;
  /** A new key, which an exposure takes that has a camera and something to see. */
  readonly nextNoise: () => number;
}

const pixelsPerBand = 1 << 22;

/** Images the specimen as the microscope stands. */
export function exposeSpecimen(
  request: ExposureRequest,
  column: Assembly,
  { start, nextNoise }: ExposureStart,
): Exposure {
  const detector = column.of(cameras).detector(request.camera);
  const view = viewOf(column, request.camera);
  const noise = nextNoise();
  const camera = detector.truth;
  const { readMode, processing, area, pixelsPerPixel, seconds } = completed(request, camera);
  const opened = start + (request.exposure - seconds);
  const middle = opened + seconds / 2;
  const effects = new JointEffects(column.all, request.camera);

  const place = (time: number): PlaneVector => specimenOrigin(effects, view, time);
  const { positions, smear } = subframes(place, opened, seconds, pixelsPerPixel);
  const matrix = multiplied(view.specimenToCamera, column.of(stage).foreshortening(middle));
  const blur = Math.hypot(detector.blur, smear);
  const frames = positions.map((at) =>
    frameOf({ camera, area, pixelsPerPixel, matrix, origin: at, distortion: view.distortion, blur }),
  );

  const disc = column.of(beam).disc();
  const density = effects.dark ? 0 : disc.density;
  const pixelArea = pixelsPerPixel ** 2 / Math.abs(determinantOf(view.specimenToCamera));
  const electronsPerPixel = density * pixelArea * seconds;
  const aberrations = effects.aberrations(middle);
  const { columns, rows } = frames[0]!;
  const data = catchElectrons(frames, column, {
    view,
    electronsPerPixel,
    // A scanning probe forms no image through the objective lens.
    transfer: camera.stem ? () => 1 : column.of(wavefront).transfer(aberrations),
    disc,
    discCentre: scaled(beamOnCamera(effects, view, middle), 1 / pixelsPerPixel),
    detected: { area, pixelsPerPixel, columns, readMode, processing, noise },
  });

  return {
    width: columns,
    height: rows,
    data,
    record: {
      camera: camera.index,
      binning: request.binning,
      area,
      readMode,
      processing,
      start,
      exposure: request.exposure,
      ...aberrations,
      ...(effects.recorded(middle) as RecordedOf<StandardParts>),
      subframes: positions.length,
      electronsPerPixel,
      dose: (density * seconds) / 1e8,
    },
  };
}

function viewOf(column: Assembly, camera: number): PresentView {
  const view = column.of(magnification).view(camera);
  if (view) return view;
  throw new SimulationError(
    'simulation/no-such-view',
    `Camera ${camera} sees nothing at mag index ${column.of(magnification).selected().index}`,
    'Choose another magnification, or give the simulator a pixel size for this one.',
  );
}

/**
 * The specimen origin as the camera sees it at a time, in unbinned pixels, Y up: `A*(r - d) - B*I` for r = 0, with the displacements d of
 * stage, drift and image centre and the image shift I.
 */
function specimenOrigin(effects: JointEffects, { specimenToCamera }: PresentView, time: number): PlaneVector {
  const seen = transformed(specimenToCamera, scaled(effects.displacement('specimenDisplacement', time), -1));
  return sum(seen, effects.displacement('imageDisplacement', time));
}

/** The centre of the beam as the camera sees it, in unbinned pixels, Y up. */
const beamOnCamera = (effects: JointEffects, { specimenToCamera }: PresentView, time: number): PlaneVector =>
  sum(
    transformed(specimenToCamera, effects.displacement('beamDisplacement', time)),
    effects.displacement('beamImageDisplacement', time),
  );

/** The way of the electrons of an exposure to the detector. */
interface Illumination {
  readonly view: PresentView;
  readonly electronsPerPixel: number;
  readonly transfer: Transfer;
  readonly disc: Disc;
  /** Centre of the beam from the centre of the camera, pixels of the image, Y up. */
  readonly discCentre: PlaneVector;
  readonly detected: Omit<DetectorExposure, 'rows'>;
}

/** Averages the frames and reads them out, in bands, so that a large image takes little more memory than its counts. */
function catchElectrons(
  frames: readonly Frame[],
  column: Assembly,
  { view, electronsPerPixel, transfer, disc, discCentre, detected }: Illumination,
): Uint16Array {
  const detector = column.of(cameras).detector(view.camera);
  const { width, height } = detector.truth;
  const field = Math.min(width, height) / Math.sqrt(Math.abs(determinantOf(view.specimenToCamera)));
  const { columns, rows } = frames[0]!;
  const data = new Uint16Array(columns * rows);
  const bandRows = Math.min(rows, Math.max(256, Math.ceil(pixelsPerBand / columns)));
  const electrons = scratch('electrons', columns * bandRows);
  const single = frames.length > 1 ? scratch('subframe', columns * bandRows) : electrons;
  const paint = (canvas: Float32Array, frame: Frame): void => column.of(specimen).paint(canvas, frame, field);
  for (let top = 0; top < rows; top += bandRows) {
    const bands = frames.map((frame) => reframed(frame, 0, -top, columns, Math.min(bandRows, rows - top)));
    const { centreColumn, centreRow, rows: here } = bands[0]!;
    const canvas = electrons.subarray(0, columns * here).fill(0);
    if (electronsPerPixel > 0) {
      if (bands.length === 1) imageThrough(transfer, canvas, bands[0]!, paint);
      else
        for (const band of bands) accumulate(canvas, single, (target) => imageThrough(transfer, target, band, paint));
      const brightness = electronsPerPixel / bands.length;
      for (let k = 0; k < canvas.length; k++) canvas[k]! *= brightness;
      paintBeam(canvas, bands[0]!, { ...disc, column: centreColumn + discCentre.x, row: centreRow - discCentre.y });
    }
    detector.read(canvas, { ...detected, rows: here }, data, top);
  }
  return data;
}

/** Adds to a canvas what is painted on another of the same size. */
function accumulate(canvas: Float32Array, other: Float32Array, paint: (target: Float32Array) => void): void {
  const target = other.subarray(0, canvas.length);
  paint(target);
  for (let k = 0; k < canvas.length; k++) canvas[k]! += target[k]!;
}
