import { beamDiameter, paintBeam } from '../column/beam';
import type { Column } from '../column/column';
import type { Detector, DetectorExposure, Processing, Readout } from '../camera/detector';
import type { Drift } from '../column/drift';
import { SimulationError } from '../errors';
import { frameOf, reframed, type CameraArea, type Frame } from './frame';
import { contrastTransfer } from '../column/optics';
import {
  determinantOf,
  difference,
  inverted,
  multiplied,
  origin,
  scaled,
  sum,
  transformed,
  type PlaneVector,
} from '../plane';
import { paintSpecimen } from '../specimen/paint';
import { scratch } from '../specimen/scratch';
import { imageThrough, type Transfer } from './transfer';
import type { SimulatedStage, StagePosition } from '../column/stage';
import type { Truth, ViewTruth } from '../truth';

/** What image to take. */
export interface ExposureRequest {
  /** Index of the camera. */
  readonly camera: number;
  readonly binning: number;
  /** Unbinned pixels from the top left corner; the whole camera when left out. */
  readonly area?: CameraArea;
  /** Seconds. */
  readonly exposure: number;
  readonly readout?: Readout;
  readonly processing?: Processing;
  /** Seconds of the microscope's clock at which the exposure starts; now when left out. */
  readonly atTime?: number;
}

/** An image and what it was taken with. */
export interface Exposure {
  readonly width: number;
  readonly height: number;
  /** Counts, row after row from the top left. */
  readonly data: Uint16Array;
  readonly record: ExposureRecord;
}

/** The settings that an image was really taken with. */
export interface ExposureRecord {
  readonly camera: number;
  readonly magIndex: number;
  readonly binning: number;
  readonly area: CameraArea;
  readonly readout: Readout;
  readonly processing: Processing;
  /** Seconds of the microscope's clock, and seconds. */
  readonly start: number;
  readonly exposure: number;
  /** Image-shift units as set and as reached in the middle of the exposure. */
  readonly imageShift: PlaneVector;
  readonly imageShiftReached: PlaneVector;
  /** Stage as it reads and its carriage as it stands in the middle of the exposure. */
  readonly stage: StagePosition;
  readonly carriage: PlaneVector;
  /** Micrometres in the specimen plane in the middle of the exposure. */
  readonly drift: PlaneVector;
  /** Micrometres, specimen height included. */
  readonly defocus: number;
  readonly beamShift: PlaneVector;
  readonly beamTilt: PlaneVector;
  readonly intensity: number;
  readonly spotSize: number;
  /** How many positions the image is the mean of, because something moved. */
  readonly subframes: number;
  /** Mean electrons of a delivered pixel in the full beam, and electrons per square Angstrom on the specimen. */
  readonly electronsPerPixel: number;
  readonly dose: number;
}

/** The parts of the microscope that an exposure sees. */
export interface ExposureSetup {
  readonly truth: Truth;
  readonly column: Column;
  readonly stage: SimulatedStage;
  readonly drift: Drift;
  readonly detector: Detector;
  readonly view: ViewTruth;
  readonly electronsPerSquareMicrometre: number;
  readonly fieldDiagonal: number;
  readonly specimenKey: number;
  readonly noiseKey: number;
  readonly start: number;
}

/** A specimen that moves by less than this many pixels of the image within a subframe is seen at its mean position, a little blurred. */
const pixelsPerSubframe = 0.3;
const motionSamples = 9;
const mostSubframes = 12;
const pixelsPerBand = 1 << 22;

/** Images the specimen as the microscope stands. */
export function exposeSpecimen(request: ExposureRequest, setup: ExposureSetup): Exposure {
  const { truth, column, detector, view, start } = setup;
  const camera = detector.truth;
  const readout = request.readout ?? 'linear';
  const processing = request.processing ?? 'gain-normalized';
  const area = request.area ?? { left: 0, top: 0, width: camera.width, height: camera.height };
  const pixelsPerPixel = request.binning / (readout === 'super-resolution' ? camera.superResolutionFactor : 1);
  check(request, area, pixelsPerPixel, camera);

  const seconds = Math.max(0, request.exposure - camera.deadTime);
  const opened = start + (request.exposure - seconds);
  const middle = opened + seconds / 2;
  const stage = setup.stage.readout(middle);
  const tilt = (stage.alpha * Math.PI) / 180;
  const matrix = multiplied(view.specimenToCamera, { xpx: 1, xpy: 0, ypx: 0, ypy: Math.cos(tilt) });
  const place = (time: number): PlaneVector => specimenOrigin(setup, time);
  const { positions, smear } = subframes(place, opened, seconds, pixelsPerPixel);

  const lit = !column.blanked && !column.screenDown;
  const pixelArea = pixelsPerPixel ** 2 / Math.abs(determinantOf(view.specimenToCamera));
  const electronsPerPixel = lit ? setup.electronsPerSquareMicrometre * pixelArea * seconds : 0;
  const defocus = column.lensDefocus + stage.z - truth.stage.eucentricHeight;
  const blur = Math.hypot(detector.blur, smear);
  const frames = positions.map((at) =>
    frameOf({ camera, area, pixelsPerPixel, matrix, origin: at, distortion: view.distortion, blur }),
  );
  const { columns, rows } = frames[0]!;
  const data = catchElectrons(frames, setup, {
    electronsPerPixel,
    // A scanning probe forms no image through the objective lens.
    transfer: camera.stem ? () => 1 : contrastTransfer(truth.optics, defocus),
    beam: scaled(beamOnCamera(setup, middle), 1 / pixelsPerPixel),
    detected: { area, pixelsPerPixel, columns, readout, processing, noise: setup.noiseKey },
  });

  return {
    width: columns,
    height: rows,
    data,
    record: {
      camera: camera.index,
      magIndex: column.magnification.index,
      binning: request.binning,
      area,
      readout,
      processing,
      start,
      exposure: request.exposure,
      imageShift: column.imageShift.setting,
      imageShiftReached: column.imageShift.at(middle),
      stage,
      carriage: setup.stage.carriage(middle),
      drift: setup.drift.at(middle),
      defocus,
      beamShift: column.beamShift,
      beamTilt: column.beamTilt,
      intensity: column.intensity,
      spotSize: column.spotSize,
      subframes: positions.length,
      electronsPerPixel,
      dose: lit ? (setup.electronsPerSquareMicrometre * seconds) / 1e8 : 0,
    },
  };
}

/** How the electrons of an exposure come to the detector. */
interface Illumination {
  readonly electronsPerPixel: number;
  readonly transfer: Transfer;
  /** Centre of the beam from the centre of the camera, pixels of the image, Y up. */
  readonly beam: PlaneVector;
  readonly detected: Omit<DetectorExposure, 'rows'>;
}

/** Averages the frames and reads them out, in bands, so that a large image takes little more memory than its counts. */
function catchElectrons(
  frames: readonly Frame[],
  { truth, column, detector, view, specimenKey, fieldDiagonal }: ExposureSetup,
  illumination: Illumination,
): Uint16Array {
  const { electronsPerPixel, transfer, beam, detected } = illumination;
  const { width, height } = detector.truth;
  const field = Math.min(width, height) / Math.sqrt(Math.abs(determinantOf(view.specimenToCamera)));
  const diameter = beamDiameter(truth.beam, fieldDiagonal, column.intensity);
  const { columns, rows } = frames[0]!;
  const data = new Uint16Array(columns * rows);
  const bandRows = Math.min(rows, Math.max(256, Math.ceil(pixelsPerBand / columns)));
  const electrons = scratch('electrons', columns * bandRows);
  const single = frames.length > 1 ? scratch('subframe', columns * bandRows) : electrons;
  const paint = (canvas: Float32Array, frame: Frame): void =>
    paintSpecimen(canvas, frame, truth.specimen, specimenKey, field);
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
      paintBeam(canvas, bands[0]!, centreColumn + beam.x, centreRow - beam.y, diameter, truth.beam.edgeSoftness);
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

/**
 * Where the specimen origin is seen on the camera at a time, in unbinned pixels, Y up:
 * `A*(r - D^-1*S - drift - offset) - B*I` for r = 0, the tilted specimen being seen in projection.
 */
function specimenOrigin({ truth, column, stage, drift, view }: ExposureSetup, time: number): PlaneVector {
  const { alpha, z } = stage.readout(time);
  const tilt = (alpha * Math.PI) / 180;
  const carried = transformed(inverted(truth.specimenToStage), stage.carriage(time));
  const projected = {
    x: carried.x,
    y: carried.y * Math.cos(tilt) - (z - truth.stage.eucentricHeight) * Math.sin(tilt),
  };
  const offset = (column.eftem ? truth.eftem : truth).imageOffsets.get(column.magnification.index) ?? origin;
  const seen = transformed(view.specimenToCamera, scaled(sum(projected, sum(drift.at(time), offset)), -1));
  return difference(seen, transformed(view.imageShiftToCamera, column.imageShift.at(time)));
}

/** Where the centre of the beam is seen on the camera, in unbinned pixels, Y up. */
function beamOnCamera({ truth, column, view }: ExposureSetup, time: number): PlaneVector {
  const { beam, imageShift } = truth;
  const centre = transformed(
    view.specimenToCamera,
    sum(beam.centre, transformed(beam.beamShiftToSpecimen, column.beamShift)),
  );
  return imageShift.carriesBeam
    ? centre
    : difference(centre, transformed(view.imageShiftToCamera, column.imageShift.at(time)));
}

/**
 * The positions of the specimen origin whose images are averaged, one where it hardly moves,
 * and the standard deviation along either axis of the motion within each, in unbinned pixels.
 */
function subframes(
  place: (time: number) => PlaneVector,
  opened: number,
  seconds: number,
  pixelsPerPixel: number,
): { positions: PlaneVector[]; smear: number } {
  const midpoints = (count: number): PlaneVector[] =>
    Array.from({ length: count }, (_, k) => place(opened + (seconds * (k + 0.5)) / count));
  const samples = midpoints(motionSamples);
  const sampled = samples
    .slice(1)
    .reduce((length, point, k) => length + Math.hypot(point.x - samples[k]!.x, point.y - samples[k]!.y), 0);
  const path = (sampled * motionSamples) / (motionSamples - 1);
  const count = Math.min(mostSubframes, Math.ceil(path / pixelsPerPixel / pixelsPerSubframe));
  // An even motion over a length l has the variance l^2/12, of which either axis takes half.
  if (count <= 1)
    return { positions: [scaled(samples.reduce(sum, origin), 1 / samples.length)], smear: path / Math.sqrt(24) };
  return { positions: midpoints(count), smear: path / count / Math.sqrt(24) };
}

function check(
  request: ExposureRequest,
  area: CameraArea,
  pixelsPerPixel: number,
  camera: { name: string; width: number; height: number },
): void {
  const { left, top, width, height } = area;
  const fits =
    [left, top, width, height].every(Number.isFinite) &&
    left >= 0 &&
    top >= 0 &&
    left + width <= camera.width &&
    top + height <= camera.height;
  if (!fits || !(pixelsPerPixel > 0) || width < pixelsPerPixel || height < pixelsPerPixel) {
    throw new SimulationError(
      'simulation/bad-area',
      `Camera ${camera.name} (${camera.width} x ${camera.height}) has no area of ${width} x ${height} pixels from ${left}, ${top} at binning ${request.binning}`,
      'Ask for an area within the camera and a positive binning.',
    );
  }
  if (!(request.exposure >= 0 && Number.isFinite(request.exposure))) {
    throw new SimulationError(
      'simulation/bad-value',
      `An exposure of ${request.exposure} s cannot be taken`,
      'Ask for zero or more seconds.',
    );
  }
}
