import { isDeepStrictEqual } from 'node:util';
import { type CameraIndex, seconds } from '../base';
import {
  areaNamed,
  type CameraSettings,
  countsElectrons,
  namedAreas,
  type DoseFractions,
  PARAMETER_SETS,
  type ParameterSet,
  type ParameterSetChange,
} from '../settings';
import type { CameraSetLines, SettingsText } from './settings-text';

/** The parameter sets of a settings file of SerialEM, and what could not be taken over. */
export interface ImportedParameterSets {
  readonly changes: readonly ParameterSetChange[];
  readonly remarks: readonly string[];
}

const processings = ['unprocessed', 'dark subtracted', 'gain normalized'] as const;
const shutters = ['beam', 'film', 'dual'] as const;
const readModes = ['linear', 'counting', 'super-resolution'] as const;
const aligners = ['by the camera', 'by the program', 'by IMOD'] as const;
/** Number of SerialEM's set for the images of a map, for which there is no parameter set here. */
const mapSet = 6;

/**
 * Turns the camera sets of a settings file into changes of the parameter sets of the site's cameras. Binnings and areas of K2 and K3 cameras
 * count on pixels of super-resolution in both.
 */
export function importParameterSets(text: SettingsText, cameras: readonly CameraSettings[]): ImportedParameterSets {
  const changes: ParameterSetChange[] = [];
  const remarks: string[] = [];
  for (const lines of text.cameraSets()) {
    const name = PARAMETER_SETS[lines.set];
    const camera = cameras.find(({ index }) => index === lines.camera);
    if (lines.set === mapSet) continue;
    if (!name || !camera) {
      remarks.push(
        name
          ? `${name} of camera ${lines.camera} is not taken over: the camera is not active.`
          : `Camera set ${lines.set} of camera ${lines.camera} is not taken over: there is no such set.`,
      );
      continue;
    }
    const { fields, remark } = fieldsOf(lines, camera);
    if (remark !== undefined) remarks.push(`${name} of camera ${lines.camera} (${camera.name}): ${remark}`);
    changes.push({ camera: lines.camera as CameraIndex, name, fields });
  }
  return { changes, remarks };
}

function fieldsOf(
  { fields: written }: CameraSetLines,
  camera: CameraSettings,
): { readonly fields: Partial<ParameterSet>; readonly remark?: string } {
  const number = (keyword: string): number | undefined => {
    const [item] = written.get(keyword) ?? [];
    const value = item === undefined ? NaN : Number(item);
    return Number.isFinite(value) ? value : undefined;
  };
  const chosen = <Choice>(keyword: string, choices: readonly Choice[]): Choice | undefined =>
    choices[number(keyword) ?? -1];
  const isOn = (keyword: string): boolean | undefined => {
    const value = number(keyword);
    return value === undefined ? undefined : value !== 0;
  };
  const readMode = countsElectrons(camera) ? chosen('K2ReadMode', readModes) : undefined;
  const binning = number('Binning');
  const fits = binning !== undefined && camera.binnings.includes(binning);
  const exposure = number('ExposureTime');
  const drift = number('DriftSettling');
  const fields: Partial<ParameterSet> = withoutUndefined({
    binning: fits ? binning : undefined,
    exposure: exposure !== undefined && exposure > 0 ? seconds(exposure) : undefined,
    area: areaOf(number, camera),
    // SerialEM takes up to 0.01 s as none.
    driftSettling: drift === undefined ? undefined : seconds(drift <= 0.01 ? 0 : drift),
    processing: chosen('Processing', processings),
    readMode,
    continuous: isOn('AcquisitionMode'),
    shutter: chosen('ShutteringMode', shutters),
    darkReferenceEveryTime: isOn('DarkReferenceEveryTime'),
    darkReferenceImages: isOn('AverageDarkReference') ? Math.max(1, number('TimesToAverageDarkRef') ?? 1) : 1,
    removeXRays: isOn('RemoveXrays'),
    driftCorrection: isOn('CorrectDrift'),
    fractions: isOn('DoseFracMode') ? fractionsOf(number, written.get('SummedFrameList') ?? []) : undefined,
  });
  return binning === undefined || fits
    ? { fields }
    : {
        fields,
        remark: `binning ${binning} is not taken over, the camera offers ${camera.binnings.join(', ')}.`,
      };
}

type ReadNumber = (keyword: string) => number | undefined;

function fractionsOf(number: ReadNumber, list: readonly string[]): DoseFractions {
  const groups: [number, number][] = [];
  for (let at = 0; at + 1 < list.length; at += 2) groups.push([Number(list[at]), Number(list[at + 1])]);
  return {
    frameTime: number('FrameTime') ?? 0.04,
    align: (number('AlignFrames') ?? 0) === 0 ? 'no' : (aligners[number('UseFrameAlign') ?? 1] ?? 'by the program'),
    alignParameters: Math.max(0, number('FAParamSetInd') ?? 0),
    save: (number('SaveFrames') ?? 0) !== 0,
    sum: (number('SumK2Frames') ?? 0) !== 0,
    skipBefore: number('SkipFramesBefore') ?? 0,
    skipAfter: number('SkipFramesAfter') ?? 0,
    groups: groups.filter((pair) => pair.every((each) => Number.isInteger(each) && each > 0)),
  };
}

/** The area by its name where it has one; undefined where none is written or it lies outside the camera. */
function areaOf(number: ReadNumber, { sizeX: width, sizeY: height }: CameraSettings): ParameterSet['area'] | undefined {
  const edges = ['Left', 'Top', 'Right', 'Bottom'].map((keyword) => number(keyword));
  if (edges.some((edge) => edge === undefined)) return undefined;
  const [left, top, right, bottom] = edges.map((edge) => Math.round(edge!)) as [number, number, number, number];
  if (!(left >= 0 && top >= 0 && left < right && top < bottom && right <= width && bottom <= height)) return undefined;
  const area = { left, top, right, bottom };
  return namedAreas.find((name) => isDeepStrictEqual(areaNamed(name, width, height), area)) ?? area;
}

const withoutUndefined = <Value extends object>(value: {
  readonly [Key in keyof Value]: Value[Key] | undefined;
}): Partial<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<Value>;
