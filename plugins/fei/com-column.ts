import { type AutomationObject, type ComResult, asDouble, asLong } from '../../wires';
import { type FeiLack, type RawPair, type RawStageTarget, axisBits, imagingMode, lensNumbers } from './transport';

/** Does something with objects of a server, and lets go of those that came up meanwhile. */
export type Tidily = <Result>(work: () => Result) => Result;

const perMetre = 1e6;
/** FEI's numbers of the families of columns. */
const families: Readonly<Record<number, string>> = { 0: 'Tecnai', 1: 'Titan', 2: 'Talos' };
/** The members that some columns are without. */
const optional: readonly (readonly [FeiLack, part: 'instrument' | 'projection', member: string])[] = [
  ['EFTEM mode', 'projection', 'LensProgram'],
  ['automatic normalization', 'instrument', 'AutoNormalizeEnabled'],
  ['absolute focus', 'projection', 'Focus'],
];

/**
 * FEI's standard scripting: metres, radians, volts, and objects that hold a pair. Runs in the process that speaks to the column; each
 * call blocks until the column has done it.
 */
export class ComColumn {
  private readonly projection: AutomationObject;
  private readonly illumination: AutomationObject;
  private readonly stage: AutomationObject;
  private readonly camera: AutomationObject;
  private readonly gun: AutomationObject;

  constructor(
    private readonly instrument: AutomationObject,
    private readonly tidily: Tidily,
  ) {
    this.projection = partOf(instrument, 'Projection');
    this.illumination = partOf(instrument, 'Illumination');
    this.stage = partOf(instrument, 'Stage');
    this.camera = partOf(instrument, 'Camera');
    this.gun = partOf(instrument, 'Gun');
  }

  /** Capabilities that this column lacks. */
  lacks(): readonly FeiLack[] {
    return optional
      .filter(([, part, member]) => !(part === 'instrument' ? this.instrument : this.projection).has(member))
      .map(([lack]) => lack);
  }

  /** Versions that the scripting reports. */
  getVersions(): Readonly<Record<string, string>> {
    return this.tidily(() => {
      const { instrument } = this;
      const family = instrument.has('Configuration')
        ? partOf(instrument, 'Configuration').get('ProductFamily')
        : undefined;
      return {
        scripting: instrument.name,
        ...(typeof family === 'number' && { family: families[family] ?? String(family) }),
      };
    });
  }

  getMagnificationIndex(): number {
    return this.getImagingMode() === imagingMode.diffraction ? 0 : numberIn(this.projection, 'MagnificationIndex');
  }
  setMagnificationIndex(index: number): void {
    this.projection.put('MagnificationIndex', asLong(index));
  }
  getImagingMode(): number {
    return numberIn(this.projection, 'Mode');
  }
  setImagingMode(mode: number): void {
    this.projection.put('Mode', asLong(mode));
  }
  getEftemMode(): number {
    return numberIn(this.projection, 'LensProgram');
  }
  setEftemMode(mode: number): void {
    this.projection.put('LensProgram', asLong(mode));
  }
  getProbeMode(): number {
    return numberIn(this.illumination, 'Mode');
  }
  setProbeMode(mode: number): void {
    this.illumination.put('Mode', asLong(mode));
  }

  getImageShift(): RawPair {
    return this.readPair(this.projection, 'ImageShift', perMetre);
  }
  setImageShift(x: number, y: number): void {
    this.writePair(this.projection, 'ImageShift', { x: x / perMetre, y: y / perMetre });
  }
  getBeamShift(): RawPair {
    return this.readPair(this.illumination, 'Shift', perMetre);
  }
  setBeamShift(x: number, y: number): void {
    this.writePair(this.illumination, 'Shift', { x: x / perMetre, y: y / perMetre });
  }
  getDefocus(): number {
    return numberIn(this.projection, 'Defocus');
  }
  setDefocus(metres: number): void {
    this.projection.put('Defocus', asDouble(metres));
  }
  getAbsFocus(): number {
    return numberIn(this.projection, 'Focus');
  }
  setAbsFocus(value: number): void {
    this.projection.put('Focus', asDouble(value));
  }
  getSpotSize(): number {
    return numberIn(this.illumination, 'SpotsizeIndex');
  }
  setSpotSize(spot: number): void {
    this.illumination.put('SpotsizeIndex', asLong(spot));
  }
  getIntensity(): number {
    return numberIn(this.illumination, 'Intensity');
  }
  setIntensity(value: number): void {
    this.illumination.put('Intensity', asDouble(value));
  }
  getIlluminatedArea(): number {
    return numberIn(this.illumination, 'IlluminatedArea');
  }
  setIlluminatedArea(metres: number): void {
    this.illumination.put('IlluminatedArea', asDouble(metres));
  }

  /** The lenses before the specimen have the lower numbers, those after it the higher ones. */
  normalizeLens(lens: number): void {
    if (lens === lensNumbers.all) this.instrument.call('NormalizeAll');
    else (lens < lensNumbers.objective ? this.illumination : this.projection).call('Normalize', asLong(lens));
  }
  setAutoNormEnabled(enabled: boolean): void {
    this.instrument.put('AutoNormalizeEnabled', enabled);
  }

  getBeamBlank(): boolean {
    return flagOf(this.illumination.get('BeamBlanked'), `${this.illumination.name}.BeamBlanked`);
  }
  setBeamBlank(blanked: boolean): void {
    this.illumination.put('BeamBlanked', blanked);
  }
  getMainScreen(): number {
    return numberIn(this.camera, 'MainScreen');
  }
  setMainScreen(position: number): void {
    this.camera.put('MainScreen', asLong(position));
  }
  getHighVoltage(): number {
    return numberIn(this.gun, 'HTValue');
  }

  getStagePosition(): { readonly x: number; readonly y: number; readonly z: number } {
    return this.tidily(() => {
      const position = partOf(this.stage, 'Position');
      return { x: numberIn(position, 'X'), y: numberIn(position, 'Y'), z: numberIn(position, 'Z') };
    });
  }
  getTiltAngle(): number {
    return this.tidily(() => numberIn(partOf(this.stage, 'Position'), 'A'));
  }
  getStageStatus(): number {
    return numberIn(this.stage, 'Status');
  }
  setStagePosition({ x, y, z, alpha }: RawStageTarget, axes: number): void {
    this.tidily(() => {
      const position = partOf(this.stage, 'Position');
      for (const [bit, member, value] of [
        [axisBits.x, 'X', x],
        [axisBits.y, 'Y', y],
        [axisBits.z, 'Z', z],
        [axisBits.alpha, 'A', alpha],
      ] as const)
        if (axes & bit) position.put(member, asDouble(value));
      this.stage.call('GoTo', position, asLong(axes));
    });
  }

  private readPair(of: AutomationObject, member: string, scale: number): RawPair {
    return this.tidily(() => {
      const pair = partOf(of, member);
      return { x: numberIn(pair, 'X') * scale, y: numberIn(pair, 'Y') * scale };
    });
  }

  /** A pair is changed in an object of the server's, which is then given back to it: the column moves once. */
  private writePair(of: AutomationObject, member: string, { x, y }: RawPair): void {
    this.tidily(() => {
      const pair = partOf(of, member);
      pair.put('X', asDouble(x));
      pair.put('Y', asDouble(y));
      of.put(member, pair);
    });
  }
}

function partOf(object: AutomationObject, member: string): AutomationObject {
  const part = object.get(member);
  if (typeof part === 'object' && 'putReference' in part) return part;
  throw strange(`${object.name}.${member}`, part);
}

function numberIn(object: AutomationObject, member: string): number {
  const value = object.get(member);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw strange(`${object.name}.${member}`, value);
}

function flagOf(value: ComResult, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw strange(what, value);
}

const strange = (what: string, value: ComResult): Error =>
  new Error(`${what} is ${typeof value === 'object' ? 'an object' : String(value)}, which is not a value of it`);
