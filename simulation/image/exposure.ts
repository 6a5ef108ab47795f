import type { DetectorExposure, Processing, ReadMode } from '../camera/detector';
import { cameras } from '../camera/cameras';
import { frameOf, reframed, type CameraArea, type Frame } from '../base/frame';
import { hypotenuse } from '../base/functions';
import type { Aberrations, Assembly, RecordedOf } from '../base/part';
import { determinantOf, multiplied, origin, scaled, sum, transformed, type PlaneVector } from '../base/plane';
import { scratch } from '../base/scratch';
import { beam, electronCharge } from '../column/condenser/beam';
import { energyFilter, type Passage } from '../column/energy-filter';
import type { PresentView } from '../column/lenses/magnification';
import type { ScanPlan } from '../scan/scan-request';
import type { StandardParts } from '../column/parts';
import { stage } from '../column/stage';
import { diffraction } from '../column/lenses/diffraction';
import { electronWavelength, wavefront } from '../column/wavefront';
import type { Scene } from '../specimen/scene';
import { specimen } from '../specimen/specimen';
import { outlineOn, paintBeam, type OutlineOnFrame } from './beam-disc';
import { patternPainter } from './diffraction-pattern';
import { JointEffects } from './effects';
import { exposureTime } from './exposure-time';
import { lensOf, noLens } from './transfer/lens';
import { motionOf, rasterMotion } from './motion';
import { beamOnCamera, specimenOrigin, viewOf } from './view';
import { completed, type ExposureRequest } from './request';
import { imageInTiles, maxTileColumns } from './tiles';
import { slopeOn, tiltedPlane } from './transfer/tilted-plane';
import type { Lens } from './transfer/transfer';

/** An image and what it was taken with. */
export interface Exposure {
  readonly width: number;
  readonly height: number;
  /** Counts, row after row from the top left. */
  readonly data: Uint16Array;
  readonly record: ExposureRecord;
  /** Of a scan: the counts of each detector that was asked for. */
  readonly detectors?: Readonly<Record<string, Uint16Array>>;
}

/** The settings that an image was really taken with; those of the parts in the middle of the exposure. Defocus includes the height of the specimen. */
export interface ExposureRecord extends RecordedOf<StandardParts>, Aberrations {
  readonly camera: number;
  readonly binning: number;
  readonly area: CameraArea;
  readonly readMode: ReadMode;
  readonly processing: Processing;
  /** Seconds of the microscope's clock, and seconds. */
  readonly start: number;
  readonly exposure: number;
  /** Seconds of it in which the beam reached the camera. */
  readonly lit: number;
  /** Number of positions over which the specimen is averaged, because something moved. */
  readonly subframes: number;
  /** Mean electrons of a delivered pixel in the full beam, and electrons per square Angstrom on the specimen. */
  readonly electronsPerPixel: number;
  readonly dose: number;
  /** Of a scan: its times. */
  readonly scan?: ScanPlan;
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
  const { readMode, processing, area, pixelsPerPixel } = completed(request, camera);
  const effects = new JointEffects(column.all, request.camera);
  const time = exposureTime(
    { start, exposure: request.exposure },
    camera,
    { area, pixelsPerPixel, rows: Math.floor(area.height / pixelsPerPixel) },
    (span) => effects.openings(span),
  );
  const { readouts } = time;
  const seconds = effects.dark ? 0 : time.lit;
  const middle = time.instant((time.lit || time.seconds) / 2);

  const aberrations = effects.aberrations(middle);
  const { optics } = column.of(wavefront);
  const illumination = column.of(beam);
  const convergence = hypotenuse(optics.convergence, illumination.convergence());
  const scene = column.of(specimen).scene(optics.kilovolts);
  const { phaseToAmplitude = optics.phaseToAmplitude } = scene;
  const lens = lensOf(aberrations, { ...optics, convergence, phaseToAmplitude });
  const plane = tiltedPlane(view.specimenToCamera, column.of(stage).slope(middle), aberrations.tilt);
  const tilted = transformed(view.specimenToCamera, lens.displacement);
  const place = (time: number): PlaneVector =>
    sum(specimenOrigin(effects, { ...view, specimenToCamera: plane.seen }, time), tilted);
  const motion = motionOf((light) => place(time.instant(light)), 0, time.lit || time.seconds, pixelsPerPixel);
  const geometry = {
    camera,
    area,
    pixelsPerPixel,
    origin: motion.mean,
    distortion: view.distortion,
    blur: hypotenuse(detector.blurIn(readMode), motion.smear),
  };
  const matrix = multiplied(plane.seen, column.of(stage).foreshortening(middle));
  const frame = frameOf({ ...geometry, matrix });

  const disc = illumination.disc();
  const { density } = disc;
  const pixelArea = pixelsPerPixel ** 2 / Math.abs(determinantOf(view.specimenToCamera));
  const passage = column.of(energyFilter).passage(request.camera, middle);
  const unfiltered = density * pixelArea * seconds * effects.transmission(middle);
  const electronsPerPixel = unfiltered * (passage?.share ?? 1);
  const { columns, rows } = frame;
  const pattern = camera.stem ? undefined : column.of(diffraction).pattern(request.camera);
  const electrons =
    (illumination.current() / electronCharge) * seconds * effects.transmission(middle) * (passage?.share ?? 1);
  const counting = electronsPerPixel > 0 ? detector.countingIn(readMode) : undefined;
  const counted = { seconds, physicalPixels: pixelsPerPixel / camera.pixelsPerPhysical };
  const doseRate = electronsPerPixel / (seconds * counted.physicalPixels ** 2);
  const data = catchElectrons(frame, column, {
    view,
    pattern:
      pattern &&
      patternPainter(column.of(specimen).scattering(), {
        electrons,
        pixelsPerRadian: pattern.pixelsPerRadian,
        pixelsPerPixel,
        wavelength: electronWavelength(optics.kilovolts),
        convergence: convergence / 1000,
        tilt: sum(aberrations.tilt ?? origin, pattern.shift),
        specimenToCamera: view.specimenToCamera,
      }),
    electronsPerPixel: passage?.paint ? unfiltered : electronsPerPixel,
    filter: passage?.paint,
    lens: {
      // A scanning probe forms no image through the objective lens.
      ...(camera.stem ? noLens : lens),
      ...(!camera.stem && slopeOn(plane, pixelsPerPixel, effects.displacement('imageDisplacement', middle))),
      motion: rasterMotion(motion, pixelsPerPixel),
      kilovolts: optics.kilovolts,
      lab: frameOf({ ...geometry, matrix: view.specimenToCamera }),
      detector: counting?.transfer(doseRate, counted.physicalPixels),
    },
    scene,
    count: (canvas) => counting?.count(canvas, counted),
    outline: outlineOn(disc, {
      specimenToCamera: view.specimenToCamera,
      pixelsPerPixel,
      defocus: aberrations.defocus,
      kilovolts: optics.kilovolts,
    }),
    discCentre: scaled(beamOnCamera(effects, view, middle), 1 / pixelsPerPixel),
    rowShares: time.rowShares,
    detected: { area, pixelsPerPixel, columns, readMode, processing, readouts, noise },
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
      lit: seconds,
      ...aberrations,
      ...(effects.recorded(middle) as RecordedOf<StandardParts>),
      subframes: motion.positions.length,
      electronsPerPixel,
      dose: (density * seconds) / 1e8,
    },
  };
}

/** The way of the electrons of an exposure to the detector. */
interface Illumination {
  readonly view: PresentView;
  /** Fills a canvas with the diffraction pattern; undefined in imaging. */
  readonly pattern: ((canvas: Float32Array, frame: Frame) => void) | undefined;
  readonly electronsPerPixel: number;
  readonly lens: Omit<Lens, 'brightness'>;
  readonly scene: Scene;
  readonly outline: OutlineOnFrame;
  /** Centre of the beam from the centre of the camera, pixels of the image, Y up. */
  readonly discCentre: PlaneVector;
  /** Multiplies each pixel by what the energy filter lets through there; undefined where that is the same everywhere. */
  readonly filter: Passage['paint'];
  /** Turns mean electrons into the mean counts of a camera that misses some. */
  readonly count: (canvas: Float32Array) => void;
  /** Light of the rows of the image relative to their mean; undefined where all get the same. */
  readonly rowShares: Float32Array | undefined;
  readonly detected: Omit<DetectorExposure, 'rows'>;
}

/** Paints what falls on the detector and reads it out, in bands, so that a large image takes little more memory than its counts. */
function catchElectrons(
  frame: Frame,
  column: Assembly,
  {
    view,
    pattern,
    electronsPerPixel,
    lens,
    scene,
    outline,
    discCentre,
    filter,
    count,
    rowShares,
    detected,
  }: Illumination,
): Uint16Array {
  const detector = column.of(cameras).detector(view.camera);
  const { width, height } = detector.truth;
  const field = Math.min(width, height) / Math.sqrt(Math.abs(determinantOf(view.specimenToCamera)));
  const { columns, rows } = frame;
  const data = new Uint16Array(columns * rows);
  // Wide images are made in tiles, whose margins cost less the higher they are.
  const bandRows = Math.min(rows, Math.max(256, Math.ceil(pixelsPerBand / Math.min(columns, maxTileColumns))));
  const electrons = scratch('electrons', columns * bandRows);
  for (let top = 0; top < rows; top += bandRows) {
    const band = reframed(frame, 0, -top, columns, Math.min(bandRows, rows - top));
    const canvas = electrons.subarray(0, columns * band.rows);
    if (pattern && electronsPerPixel > 0) {
      pattern(canvas, band);
      count(canvas);
    } else if (electronsPerPixel > 0) {
      imageInTiles({ ...lens, brightness: electronsPerPixel }, canvas, band, { scene, field });
      paintBeam(canvas, band, {
        ...outline,
        column: band.centreColumn + discCentre.x,
        row: band.centreRow - discCentre.y,
      });
      filter?.(canvas, band, Math.min(width, height) / 2 / detected.pixelsPerPixel);
      count(canvas);
      if (rowShares) shareRows(canvas, columns, rowShares.subarray(top));
    } else canvas.fill(0);
    detector.read(canvas, { ...detected, rows: band.rows }, data, top);
  }
  return data;
}

/** Multiplies each row by its share of the light. */
function shareRows(canvas: Float32Array, columns: number, shares: Float32Array): void {
  for (let at = 0, row = 0; at < canvas.length; row++)
    for (const end = at + columns; at < end; at++) canvas[at]! *= shares[row]!;
}
