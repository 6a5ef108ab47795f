import { inDegrees, inMicrometres, inNanometres } from '../base';
import type { BufferedImage } from '../kernel';

/** Fields of one section of an mdoc file, by their names. */
export type MdocFields = Readonly<Record<string, string>>;

/** The sections of an mdoc file, and what stands above them. */
export interface Mdoc {
  readonly global: MdocFields;
  readonly sections: readonly MdocFields[];
}

/** The fields that describe an image, under the names that SerialEM and IMOD give them. */
export function mdocFields({ frame, context }: BufferedImage): MdocFields {
  const { conditions = {}, stage, netImageShift, pixelSize, takenAt } = context;
  const fields: Record<string, string | undefined> = {
    TiltAngle: stage && number(inDegrees(stage.tilt), 2),
    StagePosition: stage && `${number(inMicrometres(stage.x), 3)} ${number(inMicrometres(stage.y), 3)}`,
    StageZ: stage && number(inMicrometres(stage.z), 3),
    Magnification: number(context.magnification, 0),
    Intensity: optional(conditions.intensity, 6),
    SpotSize: optional(conditions.spotSize, 0),
    ProbeMode: conditions.probeMode === undefined ? undefined : conditions.probeMode === 'micro' ? '1' : '0',
    Alpha: optional(conditions.alpha, 0),
    Defocus: conditions.defocus === undefined ? undefined : number(conditions.defocus * 1e6, 3),
    ImageShift: netImageShift && `${number(netImageShift.x, 5)} ${number(netImageShift.y, 5)}`,
    PixelSpacing: pixelSize === undefined ? undefined : number(10 * inNanometres(pixelSize), 4),
    ExposureTime: number(frame.exposure.exposure, 4),
    Binning: number(frame.exposure.binning, 0),
    CameraIndex: number(frame.camera, 0),
    MagIndex: number(context.magIndex, 0),
    LowDoseConSet: context.lowDoseArea,
    ParameterSet: context.parameterSet,
    DateTime: takenAt && dateOf(takenAt),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The text of an mdoc file. */
export const renderMdoc = ({ global, sections }: Mdoc): string =>
  [
    ...linesOf(global),
    ...sections.flatMap((fields, section) => ['', `[ZValue = ${section}]`, ...linesOf(fields)]),
    '',
  ].join('\n');

/** Reads an mdoc file; lines that are not fields are left out. */
export function parseMdoc(text: string): Mdoc {
  const global: Record<string, string> = {};
  const sections: Record<string, string>[] = [];
  let present = global;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\[ZValue = (\d+)\]/.exec(line);
    const [, name, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (section) present = sections[Number(section[1])] = {};
    else if (name !== undefined && value !== undefined) present[name] = value.trim();
  }
  return { global, sections: Array.from(sections, (each) => each ?? {}) };
}

const linesOf = (fields: MdocFields): readonly string[] =>
  Object.entries(fields).map(([name, value]) => `${name} = ${value}`);
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
