import { frameOf, type Frame } from '../../base/frame';
import type { Assembly, RecordedOf } from '../../base/part';
import {
  determinantOf,
  difference,
  enlarged,
  inverted,
  multiplied,
  origin,
  rotationMatrix,
  scaled,
  sum,
  transformed,
  type PlaneMatrix,
  type PlaneVector,
} from '../../base/plane';
import { keyOf } from '../../base/random';
import { durationOf } from '../../base/span';
import { cameras } from '../../camera/cameras';
import type { StandardParts } from '../../column/parts';
import { scan as scanPart } from '../../column/scan';
import { shutters } from '../../column/shutters';
import { stage } from '../../column/stage';
import { wavefront } from '../../column/wavefront';
import { defocusLevels, levelShares } from '../../scan/defocus-levels';
import type { Probe } from '../../scan/probe';
import { litShares, sampleLine } from '../../scan/sampling';
import type { FocusRamp, ScanPlan, ScanRequest } from '../../scan/scan-request';
import { detected, detectorKindOf } from '../../scan/signal';
import { plannedScan } from '../../scan/timing';
import { specimen } from '../../specimen/specimen';
import { BlurredSpecimen } from './blurred-specimen';
import { JointEffects } from '../effects';
import type { Exposure, ExposureStart } from '../exposure';
import { completed, type ExposureRequest } from '../request';
import { DefocusOfLines, ScanPath, type LinePlaces, type ScannedFocus, type SeenScan } from './scan-path';
import { specimenOrigin, viewOf } from '../view';

/** The detector whose image is made where none is named. */
const usualDetector = 'BF';
/** Widest and longest canvas on which a scan that skips pixels is painted as finely as the full one. */
const maxFineCanvas = 2304;
/** Pixels beyond the image that are painted because the probe wanders and the blur reaches there. */
const maxMargin = 512;
/** Pixels beyond those at which the cubic of the sampling looks. */
const cubicReach = 3;

/** Scans a probe over the specimen as the microscope stands: each pixel sees it where it is at the time of that pixel. */
export function scanSpecimen(
  request: ExposureRequest,
  scan: ScanRequest,
  column: Assembly,
  { start, nextNoise }: ExposureStart,
): Exposure {
  const camera = column.of(cameras).detector(request.camera).truth;
  const view = viewOf(column, request.camera);
  const noise = nextNoise();
  const { readMode, processing, area, pixelsPerPixel: binning } = completed(request, camera);
  const generator = column.of(scanPart);
  const columns = Math.floor(area.width / binning);
  const rows = Math.floor(area.height / binning);
  const timed = { columns, rows, exposure: request.exposure, binning, magIndex: 0, lineSync: scan.lineSync ?? false };
  const plan = scan.plan ?? plannedScan(generator.truth.timing, timed, start, 0.5);
  const firstPixel = start + plan.startup;
  const middle = firstPixel + plan.duration / 2;
  const effects = new JointEffects(column.all, request.camera);

  const turn = rotationMatrix(generator.rotation(scan.rotationDegrees));
  const place = (time: number): PlaneVector => transformed(turn, specimenOrigin(effects, view, time));
  const toCamera = multiplied(turn, view.specimenToCamera);
  const lines = linesOf(plan, place, firstPixel, binning);
  const frame = frameOf({
    camera,
    area,
    pixelsPerPixel: binning,
    matrix: multiplied(toCamera, column.of(stage).foreshortening(middle)),
    origin: lines.mean,
    distortion: undefined,
    blur: 0,
  });
  const probe: Probe = { ...generator.probe(), astigmatism: effects.aberrations(middle).astigmatism };
  const scene = column.of(specimen).scene(column.of(wavefront).optics.kilovolts);
  const seen: SeenScan = {
    frame,
    fieldColumns: camera.width / binning,
    plan,
    firstPixel,
    lines: lines.places,
    truth: generator.truth,
    focus: focusOf(column, effects, enlarged(toCamera, 1 / binning), start, scan.focusRamp),
    probe,
    lab: enlarged(toCamera, 1 / binning),
    paint: (canvas, part) =>
      scene.paint(
        canvas,
        part,
        Math.min(camera.width, camera.height) / Math.sqrt(Math.abs(determinantOf(view.specimenToCamera))),
      ),
  };
  const transmission = sampled(seen, binning);
  const dark = effects.dark;
  const beamOn = column.of(shutters).beamOn({ from: firstPixel, to: firstPixel + plan.duration });
  const lit = litPixels(plan, firstPixel, dark ? [] : beamOn);
  const electrons = generator.current() * plan.pixelTime;
  const names = scan.detectors?.length ? scan.detectors : [usualDetector];
  const detectors = Object.fromEntries(
    names.map((name, index): [string, Uint16Array] => [
      name,
      detected(
        {
          transmission,
          lit,
          electrons,
          kind: detectorKindOf(name),
          state: generator.detector(name),
          sees: generator.sees(name, firstPixel),
          noise: keyOf(noise, index),
        },
        generator.truth.signal,
      ),
    ]),
  );
  const pixelArea = binning ** 2 / Math.abs(determinantOf(view.specimenToCamera));
  return {
    width: columns,
    height: rows,
    data: detectors[names[0]!]!,
    detectors,
    record: {
      camera: camera.index,
      binning: request.binning,
      area,
      readMode,
      processing,
      start,
      exposure: request.exposure,
      lit: dark ? 0 : durationOf(beamOn),
      ...effects.aberrations(middle),
      ...(effects.recorded(middle) as RecordedOf<StandardParts>),
      defocus: seen.focus.at(middle),
      subframes: rows,
      electronsPerPixel: dark ? 0 : electrons,
      dose: dark ? 0 : electrons / pixelArea / 1e8,
      scan: plan,
    },
  };
}

/** Follows the specimen through the lines of a scan. */
function linesOf(
  { lines, columns, pixelTime }: ScanPlan,
  place: (time: number) => PlaneVector,
  firstPixel: number,
  binning: number,
): { readonly mean: PlaneVector; readonly places: readonly LinePlaces[] } {
  const starts = Array.from(lines, (after) => place(firstPixel + after));
  const ends = starts.map((begin, row) => {
    const next = starts[row + 1];
    const after = lines[row]! + columns * pixelTime;
    // What moves does so evenly from one line to the next.
    if (!next) return place(firstPixel + after);
    return sum(begin, scaled(difference(next, begin), (columns * pixelTime) / (lines[row + 1]! - lines[row]!)));
  });
  const total = [...starts, ...ends].reduce(sum, origin);
  const mean = scaled(total, 0.5 / starts.length);
  // On the raster rows go down.
  const relative = (each: PlaneVector): PlaneVector => {
    const { x, y } = scaled(difference(each, mean), 1 / binning);
    return { x, y: -y };
  };
  return { mean, places: starts.map((begin, row) => ({ begin: relative(begin), end: relative(ends[row]!) })) };
}

function focusOf(
  column: Assembly,
  effects: JointEffects,
  lab: PlaneMatrix,
  requested: number,
  ramp: FocusRamp | undefined,
): ScannedFocus {
  const goniometer = column.of(stage);
  const generator = column.of(scanPart);
  const slope = goniometer.slope(requested);
  const fromImage = inverted(lab);
  const toY = (column: number, row: number): number => transformed(fromImage, { x: column, y: -row }).y;
  const at = (time: number): number => {
    const height = goniometer.aberrations(time).defocus;
    const lens = effects.aberrations(time).defocus - height + rampAt(ramp, time - requested);
    return generator.defocusOf(lens, height);
  };
  return { at, perColumn: slope * toY(1, 0), perRow: slope * toY(0, 1) };
}

function rampAt(ramp: FocusRamp | undefined, after: number): number {
  if (!ramp) return 0;
  const { startSeconds, seconds, from, micrometresPerSecond } = ramp;
  return from + micrometresPerSecond * Math.min(seconds, Math.max(0, after - startSeconds));
}

/** The transmission of the specimen at each pixel of a scan. */
function sampled(seen: SeenScan, binning: number): Float32Array {
  const { frame, plan } = seen;
  const { columns, rows } = plan;
  const output = new Float32Array(columns * rows);
  const path = new ScanPath(seen);
  const defocus = new DefocusOfLines(seen);
  const levels = defocusLevels(defocus.lowest, defocus.highest, seen.probe.halfAngle / frame.pixelSize);
  const scale = fineness(frame, binning);
  const blur = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0) * seen.probe.halfAngle;
  const margin = Math.min(maxMargin, Math.ceil(path.reach + blur / frame.pixelSize)) + cubicReach;
  const blurred = new BlurredSpecimen(seen, scale, margin);
  const shares = new Float32Array(columns);
  levels.forEach((level, index) => {
    const canvas = blurred.at(level);
    for (let row = 0; row < rows; row++) {
      if (levels.length === 1) {
        sampleLine(canvas, path.line(row), output, row * columns);
      } else if (levelShares(levels, index, defocus.line(row), shares))
        sampleLine(canvas, path.line(row), output, row * columns, shares);
    }
  });
  return output;
}

/** Canvas pixels of a pixel of a scan. A binned scan skips pixels, and what it sees is not smoothed by those that it skips. */
function fineness({ columns, rows }: Frame, binning: number): number {
  if (binning <= 1 || !Number.isInteger(binning)) return 1;
  return Math.max(1, Math.min(binning, Math.floor(maxFineCanvas / Math.max(columns, rows))));
}

/** Share of the time of each pixel in which the beam was there; undefined where it always was. */
function litPixels(
  { lines, columns, rows, pixelTime, duration }: ScanPlan,
  firstPixel: number,
  lit: readonly { readonly from: number; readonly to: number }[],
): Float32Array | undefined {
  if (lit.some(({ from, to }) => from <= firstPixel && to >= firstPixel + duration)) return undefined;
  const shares = new Float32Array(columns * rows);
  lines.forEach((after, row) =>
    litShares(lit, firstPixel + after, pixelTime, shares.subarray(row * columns, (row + 1) * columns)),
  );
  return shares;
}
