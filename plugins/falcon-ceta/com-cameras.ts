import { type AutomationObject, ComArray, type ComValue, asDouble, asLong, isObject } from '../../wires';
import {
  type FeiCameraFound,
  type FeiPicture,
  type FeiScanShot,
  type FeiShot,
  corrections,
  readModes,
} from './transport';

/** Does something with objects of a server, and lets go of those that came up meanwhile. */
type Tidily = <Result>(work: () => Result) => Result;

/** The objects of the two kinds of scripting. */
export interface Scriptings {
  /** Undefined where only the advanced one is there. */
  readonly standard: AutomationObject | undefined;
  readonly advanced: AutomationObject | undefined;
  /** Seconds of the longest exposure of cameras whose limits the scripting does not tell. */
  readonly longestExposure: number;
}

const shortestExposure = 0.001;
/** An exposure that the camera changes by less than this fraction is the one that was asked for. */
const exposureTolerance = 0.01;
/** FEI's numbers of the corrections of the standard scripting. */
const standardCorrections: Readonly<Record<number, number>> = { [corrections.none]: 0, [corrections.gain]: 1 };

/**
 * The cameras of FEI's scripting. A camera of the advanced scripting is taken there, since only that knows its limits and can count;
 * others in the standard scripting. Runs in the process that speaks to the cameras; an image blocks it until it is there.
 */
export class ComCameras {
  private readonly single: AutomationObject | undefined;

  constructor(
    private readonly scriptings: Scriptings,
    private readonly tidily: Tidily,
  ) {
    const { advanced } = scriptings;
    this.single = advanced && tidily(() => partOf(partOf(advanced, 'Acquisitions'), 'CameraSingleAcquisition'));
  }

  lookUp(name: string): FeiCameraFound | undefined {
    return this.tidily(() => {
      const settings = this.choose(name);
      if (settings) {
        const can = partOf(settings, 'Capabilities');
        const range = partOf(can, 'ExposureTimeRange');
        return {
          shortestExposure: numberIn(range, 'Begin'),
          longestExposure: numberIn(range, 'End'),
          counts: can.has('SupportsElectronCounting') && can.get('SupportsElectronCounting') === true,
          // The advanced scripting delivers nothing else.
          corrections: [corrections.gain],
        };
      }
      if (!this.standardCamera(name)) return undefined;
      return {
        shortestExposure,
        longestExposure: this.scriptings.longestExposure,
        counts: false,
        corrections: [corrections.none, corrections.gain],
      };
    });
  }

  /** The standard scripting inserts cameras by itself, and does not tell. */
  isInserted(name: string): boolean {
    return this.tidily(() => {
      const camera = this.advancedCamera(name);
      return !camera || camera.get('IsInserted') === true;
    });
  }

  setInserted(name: string, inserted: boolean): void {
    this.tidily(() => void this.advancedCamera(name)?.call(inserted ? 'Insert' : 'Retract'));
  }

  acquire(shot: FeiShot): FeiPicture {
    return this.tidily(() => {
      const settings = this.choose(shot.name);
      if (settings) return this.takeAdvanced(settings, shot);
      const camera = this.standardCamera(shot.name);
      if (!camera) throw new Error(`the scripting has no camera "${shot.name}" any more`);
      return this.takeStandard(camera, shot);
    });
  }

  /** The detectors that are selected in the vendor's panel for STEM. */
  lookUpDetectors(): readonly string[] {
    return this.tidily(() => this.detectors().map(({ name }) => name));
  }

  scan({ detectors: names, binning, restrictedSize, dwellTime }: FeiScanShot): Readonly<Record<string, FeiPicture>> {
    return this.tidily(() => {
      const { standard } = this.scriptings;
      if (!standard) throw new Error('only the standard scripting scans, and it is not there');
      const there = new Set(this.detectors().map(({ name }) => name));
      const missing = names.find((name) => !there.has(name));
      if (missing !== undefined) throw new Error(`the detector "${missing}" is not selected in the panel for STEM`);
      const acquisition = partOf(standard, 'Acquisition');
      const parameters = partOf(partOf(acquisition, 'Detectors'), 'AcqParams');
      parameters.put('ImageSize', asLong(restrictedSize));
      parameters.put('Binning', asLong(binning));
      parameters.put('DwellTime', asDouble(dwellTime));
      const taken = numberIn(parameters, 'DwellTime');
      if (Math.abs(taken - dwellTime) > exposureTolerance * dwellTime)
        throw new Error(`a dwell time of ${dwellTime} s became ${taken} s; nothing was scanned`);
      acquisition.call('RemoveAllAcqDevices');
      for (const name of names) acquisition.call('AddAcqDeviceByName', name);
      const pictures = partOf(acquisition, 'AcquireImages', true).items().filter(isObject);
      return Object.fromEntries(pictures.map((picture) => [textIn(picture, 'Name'), pictureOf(picture)]));
    });
  }

  private detectors(): readonly { readonly name: string }[] {
    const { standard } = this.scriptings;
    if (!standard) return [];
    return partOf(partOf(standard, 'Acquisition'), 'Detectors')
      .items()
      .filter(isObject)
      .map((each) => ({ name: textIn(partOf(each, 'Info'), 'Name') }));
  }

  private takeAdvanced(
    settings: AutomationObject,
    { binning, restrictedSize, exposure, correction, readMode }: FeiShot,
  ): FeiPicture {
    if (correction !== corrections.gain) throw new Error('the advanced scripting delivers gain-normalized images only');
    const can = partOf(settings, 'Capabilities');
    const offered = partOf(can, 'SupportedBinnings').items().filter(isObject);
    const chosen = offered.find((each) => numberIn(each, 'Width') === binning && numberIn(each, 'Height') === binning);
    if (!chosen) throw new Error(`it does not offer binning ${binning}`);
    settings.put('Binning', chosen);
    settings.put('ReadoutArea', asLong(restrictedSize));
    const counting = readMode === readModes.counting;
    if (can.has('SupportsElectronCounting') && can.get('SupportsElectronCounting') === true)
      settings.put('ElectronCounting', counting);
    else if (counting) throw new Error('it cannot count');
    setExposure(settings, exposure);
    const picture = partOf(this.single!, 'Acquire', true);
    this.single!.call('Wait');
    return pictureOf(picture);
  }

  private takeStandard(
    camera: AutomationObject,
    { name, binning, restrictedSize, exposure, correction, readMode }: FeiShot,
  ): FeiPicture {
    const wanted = standardCorrections[correction];
    if (wanted === undefined || readMode !== readModes.linear)
      throw new Error('the standard scripting has no images that are only dark-corrected, and does not count');
    const parameters = partOf(camera, 'AcqParams');
    parameters.put('ImageSize', asLong(restrictedSize));
    parameters.put('Binning', asLong(binning));
    parameters.put('ImageCorrection', asLong(wanted));
    setExposure(parameters, exposure);
    const acquisition = partOf(this.scriptings.standard!, 'Acquisition');
    acquisition.call('RemoveAllAcqDevices');
    acquisition.call('AddAcqDeviceByName', name);
    const [picture, ...others] = partOf(acquisition, 'AcquireImages', true).items();
    if (!isObject(picture) || others.length > 0)
      throw new Error(`it delivered ${others.length + (picture === undefined ? 0 : 1)} images instead of one`);
    return pictureOf(picture);
  }

  /** The settings of a camera of the advanced scripting, which is selected there; undefined where it is none. */
  private choose(name: string): AutomationObject | undefined {
    const camera = this.advancedCamera(name);
    if (!camera || !this.single) return undefined;
    this.single.put('Camera', camera);
    return partOf(this.single, 'CameraSettings');
  }

  private advancedCamera(name: string): AutomationObject | undefined {
    if (!this.single) return undefined;
    return partOf(this.single, 'SupportedCameras')
      .items()
      .filter(isObject)
      .find((each) => each.get('Name') === name);
  }

  private standardCamera(name: string): AutomationObject | undefined {
    const { standard } = this.scriptings;
    if (!standard) return undefined;
    return partOf(partOf(standard, 'Acquisition'), 'Cameras')
      .items()
      .filter(isObject)
      .find((each) => partOf(each, 'Info').get('Name') === name);
  }
}

/** A change of binning may change the exposure, so it is set last, and read again. */
function setExposure(settings: AutomationObject, exposure: number): void {
  settings.put('ExposureTime', asDouble(exposure));
  const taken = numberIn(settings, 'ExposureTime');
  if (Math.abs(taken - exposure) > exposureTolerance * exposure)
    throw new Error(`an exposure of ${exposure} s became ${taken} s; no image was taken`);
}

/** Columns are the first index. The scripting hands over 32-bit integers, whatever the camera has. */
function pictureOf(picture: AutomationObject): FeiPicture {
  const array = picture.get('AsSafeArray');
  if (!(array instanceof ComArray) || array.lengths.length !== 2 || !ArrayBuffer.isView(array.elements))
    throw new Error('it delivered no image of two dimensions');
  const [width, height] = array.lengths as [number, number];
  if (width !== numberIn(picture, 'Width') || height !== numberIn(picture, 'Height'))
    throw new Error(`it delivered ${width} x ${height} pixels and said otherwise`);
  return { width, height, data: narrow(array.elements) };
}

/** The same counts with 16 bits where they fit. */
function narrow(counts: ComArray['elements']): FeiPicture['data'] {
  if (counts instanceof Uint16Array || counts instanceof Int16Array || counts instanceof Float32Array) return counts;
  if (counts instanceof BigInt64Array || counts instanceof BigUint64Array || !ArrayBuffer.isView(counts))
    throw new Error('it delivered counts of a kind that no camera has');
  const numbers = counts as Int32Array;
  let low = 0;
  let high = 0;
  for (const count of numbers) {
    if (count < low) low = count;
    else if (count > high) high = count;
  }
  if (low >= 0 && high <= 0xffff) return Uint16Array.from(numbers);
  return low >= -0x8000 && high <= 0x7fff ? Int16Array.from(numbers) : Float32Array.from(numbers);
}

function partOf(object: AutomationObject, member: string, isMethod = false): AutomationObject {
  const part: ComValue = isMethod ? object.call(member) : object.get(member);
  if (isObject(part)) return part;
  throw new Error(`${object.name}.${member} is not an object`);
}

function numberIn(object: AutomationObject, member: string): number {
  const value = object.get(member);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`${object.name}.${member} is not a number`);
}

function textIn(object: AutomationObject, member: string): string {
  const value = object.get(member);
  if (typeof value === 'string') return value;
  throw new Error(`${object.name}.${member} is not a text`);
}
