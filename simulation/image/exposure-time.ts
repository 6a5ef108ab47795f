import type { CameraArea } from '../base/frame';
import { durationOf, instantIn, overlapOf, type Span } from '../base/span';
import type { CameraTruth } from '../camera/detector';

/** The course of an exposure in time. Times are seconds of the microscope's clock. */
export interface ExposureTime {
  /** The instant from which the camera sees something. */
  readonly opened: number;
  /** Seconds in which it could see something. */
  readonly seconds: number;
  /** Seconds of them in which the beam reached it. */
  readonly lit: number;
  /** Number of times that the sensor is read out. */
  readonly readouts: number;
  /** The instant at which a number of seconds of light has come in; where none came in, of the exposure. */
  instant(litSeconds: number): number;
  /** Light of the rows of the image from the top, relative to their mean; undefined where all got the same. */
  readonly rowShares: Float32Array | undefined;
}

/** Part of a camera of which the image is taken, with the rows of the image. */
export interface ReadArea {
  readonly area: CameraArea;
  readonly pixelsPerPixel: number;
  readonly rows: number;
}

/** Rounding of clock times that does not put an exposure off to the next read-out. */
const sameInstant = 1e-9;

/**
 * Follows an exposure in time: from its beginning over the next read-out of a free-running sensor and the dead time, with the spans in
 * which nothing keeps the beam from the camera.
 */
export function exposureTime(
  { start, exposure }: { readonly start: number; readonly exposure: number },
  camera: CameraTruth,
  image: ReadArea,
  openings: (span: Span) => readonly Span[],
): ExposureTime {
  const { readoutInterval: interval, deadTime } = camera;
  const readouts = interval > 0 ? Math.max(1, Math.round(exposure / interval)) : 1;
  const whole = interval > 0 ? readouts * interval : exposure;
  const seconds = Math.max(0, whole - deadTime);
  const begun = interval > 0 ? Math.ceil(start / interval - sameInstant) * interval : start;
  const opened = begun + (whole - seconds);
  const span = { from: opened, to: opened + seconds };
  const course = { opened, seconds, readouts };
  const late = camera.stem ? 0 : camera.rolling;
  const open = openings({ from: span.from, to: span.to + late });
  if (open.some(({ from, to }) => from <= span.from && to >= span.to + late))
    return { ...course, lit: seconds, instant: (light) => opened + light, rowShares: undefined };
  const spans = overlapOf(open, [span]);
  const windows = seconds > 0 && (late > 0 || camera.stem) ? windowsOf(span, late, camera, image) : [];
  const caught = Float32Array.from(windows, (window) => durationOf(overlapOf(open, [window])));
  const mean = caught.reduce((total, value) => total + value, 0) / caught.length;
  const lit = mean > 0 ? seconds * (mean / (windows[0]!.to - windows[0]!.from)) : durationOf(spans);
  const moving = spans.length > 0 ? spans : [span];
  const perLight = lit > 0 ? durationOf(moving) / lit : 1;
  return {
    ...course,
    lit,
    instant: (light) => instantIn(moving, light * perLight),
    rowShares: mean > 0 ? caught.map((value) => value / mean) : undefined,
  };
}

/** The spans in which the rows of an image see the beam: of a scan one after the other, of a rolling shutter each a little later than the one above. */
function windowsOf(
  { from, to }: Span,
  late: number,
  { stem, height }: CameraTruth,
  { area, pixelsPerPixel, rows }: ReadArea,
): readonly Span[] {
  return Array.from({ length: rows }, (_, row) => {
    if (stem) return { from: from + ((to - from) * row) / rows, to: from + ((to - from) * (row + 1)) / rows };
    const behind = (late * ((row + 0.5) * pixelsPerPixel + area.top)) / height;
    return { from: from + behind, to: to + behind };
  });
}
