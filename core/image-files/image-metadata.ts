import {
  cameraIndex,
  imageShiftUnits,
  degrees,
  inDegrees,
  inMicrometres,
  inNanometres,
  type MagIndex,
  magIndex,
  micrometres,
  nanometres,
  seconds,
  type Vector,
  vector,
} from '../base';
import type { Exposure, Frame } from '../devices';
import { type BufferedImage, type ImageContext, lowDoseAreas } from '../kernel';
import type { Conditions } from '../store';
import type { MdocFields } from './mdoc';

/** The parameter sets by their numbers, as SerialEM writes them. */
const setNames = ['View', 'Focus', 'Trial', 'Record', 'Preview', 'Search'];
const processings = ['unprocessed', 'dark subtracted', 'gain normalized'] as const;
const readModes = ['linear', 'counting', 'super-resolution'] as const;

/**
 * The fields that describe an image: under the names that SerialEM and IMOD give them where they have one, and under names of this program
 * for the rest, which other readers pass over.
 */
export function mdocFields({ frame, context, alignment }: BufferedImage): MdocFields {
  const {
    conditions = {},
    stage,
    netImageShift,
    pixelSize,
    takenAt,
    saturated,
    lowDoseDefocusOffset,
    highDefocus,
  } = context;
  const { exposure, frames } = frame;
  const { area } = exposure;
  const set = setNames.indexOf(context.parameterSet ?? context.lowDoseArea ?? '');
  const fields: Record<string, string | undefined> = {
    TiltAngle: stage && number(inDegrees(stage.tilt), 4),
    StagePosition: stage && `${number(inMicrometres(stage.x), 4)} ${number(inMicrometres(stage.y), 4)}`,
    StageZ: stage && number(inMicrometres(stage.z), 4),
    Magnification: number(context.magnification, 0),
    Voltage: optional(conditions.highTensionKilovolts, 3),
    Intensity: optional(conditions.intensity, 8),
    SpotSize: optional(conditions.spotSize, 0),
    ProbeMode: conditions.probeMode === undefined ? undefined : conditions.probeMode === 'micro' ? '1' : '0',
    Alpha: optional(conditions.alpha, 0),
    Defocus: conditions.defocus === undefined ? undefined : number(conditions.defocus * 1e6, 4),
    ImageShift: netImageShift && `${number(netImageShift.x, 6)} ${number(netImageShift.y, 6)}`,
    PixelSpacing: pixelSize === undefined ? undefined : number(10 * inNanometres(pixelSize), 6),
    ExposureTime: number(exposure.exposure, 6),
    Binning: number(exposure.binning, 0),
    CameraIndex: number(frame.camera, 0),
    MagIndex: number(context.magIndex, 0),
    LowDoseConSet: context.lowDoseArea === undefined || set < 0 ? undefined : String(set),
    NumSubFrames: frames && String(frames.count),
    DateTime: takenAt && dateOf(takenAt),
    Title: context.title === undefined ? undefined : context.title.replace(/\s+/g, ' ').trim(),
    ParameterSet: context.parameterSet,
    LowDoseArea: context.lowDoseArea,
    LowDoseDefocusOffset: optional(lowDoseDefocusOffset, 4),
    HighDefocusChange: highDefocus && changesInWords(highDefocus),
    CameraArea: [area.left, area.top, area.right, area.bottom].join(' '),
    DriftSettling: exposure.driftSettling > 0 ? number(exposure.driftSettling, 6) : undefined,
    Processing: String(processings.indexOf(exposure.processing)),
    ReadMode: String(readModes.indexOf(exposure.readMode)),
    FrameTime: exposure.frames && number(exposure.frames.frameTime, 6),
    SaturatedShare: optional(saturated, 8),
    AlignmentShift:
      alignment.x === 0 && alignment.y === 0 ? undefined : `${number(alignment.x, 4)} ${number(alignment.y, 4)}`,
    Saved: context.saved ? '1' : undefined,
    ImageKind: context.kind,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Everything about an image that its fields say; what they do not say is taken from the size of the image and its pixels. */
export function imageOfFields(
  fields: MdocFields,
  found: { readonly rows: number; readonly columns: number; readonly angstroms: number; readonly title: string },
): { readonly frame: Omit<Frame, 'image'>; readonly context: ImageContext; readonly alignment: Vector } {
  const numbers = (name: string, count = 1): readonly number[] | undefined => {
    const values = (fields[name] ?? '').trim().split(/\s+/).map(Number);
    return fields[name] !== undefined && values.length >= count && values.every(Number.isFinite) ? values : undefined;
  };
  const of = (name: string): number | undefined => numbers(name)?.[0];
  const binning = Math.max(1, of('Binning') ?? 1);
  const [left = 0, top = 0, right = found.columns * binning, bottom = found.rows * binning] =
    numbers('CameraArea', 4) ?? [];
  const frameTime = of('FrameTime');
  const frameCount = of('NumSubFrames');
  const exposure: Exposure = {
    binning,
    area: { left, top, right, bottom },
    exposure: seconds(of('ExposureTime') ?? 0),
    driftSettling: seconds(of('DriftSettling') ?? 0),
    processing: processings[of('Processing') ?? 2] ?? 'gain normalized',
    readMode: readModes[of('ReadMode') ?? 0] ?? 'linear',
    ...(frameTime !== undefined && { frames: { frameTime: seconds(frameTime) } }),
  };
  const [x = 0, y = 0] = numbers('AlignmentShift', 2) ?? [];
  return {
    frame: {
      exposure,
      camera: cameraIndex(of('CameraIndex') ?? 0),
      began: seconds(0),
      ...(frameCount !== undefined && { frames: { count: frameCount } }),
    },
    context: contextOf(fields, numbers, found),
    alignment: { x, y },
  };
}

function contextOf(
  fields: MdocFields,
  numbers: (name: string, count?: number) => readonly number[] | undefined,
  found: { readonly angstroms: number; readonly title: string },
): ImageContext {
  const of = (name: string): number | undefined => numbers(name)?.[0];
  const angstroms = of('PixelSpacing') ?? found.angstroms;
  const shift = numbers('ImageShift', 2);
  const stage = numbers('StagePosition', 2);
  const set = fields.ParameterSet ?? setNames[of('LowDoseConSet') ?? -1];
  // Preview has no area of its own: it is taken in that of Record.
  const inLowDose = fields.LowDoseConSet !== undefined || fields.LowDoseArea !== undefined;
  const area = lowDoseAreas.find((name) => name === (fields.LowDoseArea ?? (set === 'Preview' ? 'Record' : set)));
  const offset = of('LowDoseDefocusOffset');
  const changes = numbers('HighDefocusChange', 6);
  const taken = dateIn(fields.DateTime);
  const saturated = of('SaturatedShare');
  const conditions = conditionsOf(of);
  return {
    magIndex: magIndex(of('MagIndex') ?? 0) satisfies MagIndex,
    magnification: of('Magnification') ?? 0,
    ...(angstroms > 0 && { pixelSize: nanometres(angstroms / 10) }),
    ...(shift && { netImageShift: vector(imageShiftUnits(shift[0]!), imageShiftUnits(shift[1]!)) }),
    ...(stage && {
      stage: {
        x: micrometres(stage[0]!),
        y: micrometres(stage[1]!),
        z: micrometres(of('StageZ') ?? 0),
        tilt: degrees(of('TiltAngle') ?? 0),
      },
    }),
    title: fields.Title ?? found.title,
    ...(set !== undefined && { parameterSet: set }),
    ...(inLowDose && area !== undefined && { lowDoseArea: area }),
    ...(offset !== undefined && { lowDoseDefocusOffset: offset }),
    ...(changes && { highDefocus: { ofImage: changeOf(changes), ofImageShift: changeOf(changes.slice(3)) } }),
    ...(saturated !== undefined && { saturated }),
    ...(of('Saved') === 1 && { saved: true }),
    ...(Object.keys(conditions).length > 0 && { conditions }),
    ...(taken && { takenAt: taken }),
    kind: 'read from file',
  };
}

function conditionsOf(of: (name: string) => number | undefined): Conditions {
  const [probe, defocus] = [of('ProbeMode'), of('Defocus')];
  const given = {
    spotSize: of('SpotSize'),
    intensity: of('Intensity'),
    alpha: of('Alpha'),
    highTensionKilovolts: of('Voltage'),
    probeMode: probe === undefined ? undefined : probe === 0 ? 'nano' : 'micro',
    defocus: defocus === undefined ? undefined : defocus * 1e-6,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

type HighDefocusOfImage = NonNullable<ImageContext['highDefocus']>;
/** Scale, rotation in degrees and confidence of the image, then those of image shift. */
const changesInWords = ({ ofImage, ofImageShift }: HighDefocusOfImage): string =>
  [ofImage, ofImageShift]
    .flatMap(({ scale, rotation, confidence }) => [number(scale, 6), number(rotation, 4), confidence])
    .join(' ');
const changeOf = ([scale = 1, rotation = 0, confidence = 0]: readonly number[]): HighDefocusOfImage['ofImage'] => ({
  scale,
  rotation,
  confidence: confidence === 2 ? 2 : confidence === 1 ? 1 : 0,
});

const number = (value: number, decimals: number): string => String(Number(value.toFixed(decimals)));
const optional = (value: number | undefined, decimals: number): string | undefined =>
  value === undefined ? undefined : number(value, decimals);

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date as SerialEM writes it: 30-Nov-2026  16:50:00. */
function dateOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getDate())}-${months[date.getMonth()]}-${date.getFullYear()}`;
  return `${day}  ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Reads such a date, also with a year of two digits, as older versions write it. */
function dateIn(text: string | undefined): Date | undefined {
  const [, day, month = '', year, ...time] =
    /^(\d{1,2})-(\w{3})-(\d{2}|\d{4})\s+(\d{1,2}):(\d{2}):(\d{2})/.exec(text ?? '') ?? [];
  const at = months.indexOf(month);
  if (day === undefined || year === undefined || at < 0) return undefined;
  const [hours = 0, minutes = 0, seconds_ = 0] = time.map(Number);
  return new Date(Number(year) + (year.length === 2 ? 2000 : 0), at, Number(day), hours, minutes, seconds_);
}
