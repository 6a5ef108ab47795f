import { type AutomationObject, type ComResult, type ComValue, asDouble, asLong, isObject } from '../../../wires';
import {
  type FeiLack,
  type FeiPart,
  type FeiProperty,
  type RawPair,
  type RawStageTarget,
  apertureInserted,
  apertureMechanisms,
  apertureRetracted,
  axisBits,
  feiProperties,
  imagingMode,
  lensNumbers,
} from '../transport';

/** Does something with objects of a server, and lets go of those that came up meanwhile. */
export type Tidily = <Result>(work: () => Result) => Result;

const parts: readonly FeiPart[] = ['Projection', 'Illumination', 'Stage', 'Camera', 'Gun'];
/** Parts that older scripting does not have. */
const newerParts: readonly FeiPart[] = ['InstrumentModeControl'];
/** FEI's numbers of the families of columns. */
const families: Readonly<Record<number, string>> = { 0: 'Tecnai', 1: 'Titan', 2: 'Talos' };
const properties: readonly (readonly [name: string, FeiProperty])[] = Object.entries(feiProperties);

/**
 * FEI's standard scripting: metres, radians, volts, and objects that hold a pair. Runs in the process that speaks to the column; each
 * call blocks until the column has done it. The methods here are those that are not a property of the table, and the exceptions of it.
 */
export class ComColumn {
  private readonly parts: ReadonlyMap<FeiPart, AutomationObject>;

  constructor(
    private readonly instrument: AutomationObject,
    private readonly tidily: Tidily,
  ) {
    this.parts = new Map([
      ['Instrument', instrument],
      ...parts.map((part) => [part, partOf(instrument, part)] as const),
      ...newerParts.filter((part) => instrument.has(part)).map((part) => [part, partOf(instrument, part)] as const),
    ]);
    for (const [name, property] of properties) {
      if (property.access !== 'write') this.provide(`get${name}`, () => this.read(property));
      if (property.access !== 'read')
        this.provide(`set${name}`, (...given: readonly (number | boolean)[]) => this.write(property, given));
    }
  }

  /** Capabilities that this column lacks. */
  lacks(): readonly FeiLack[] {
    const missing = properties.flatMap(([, { com, lack }]) =>
      lack === undefined || this.parts.get(com[0])?.has(com[1]) ? [] : [lack as FeiLack],
    );
    return [...new Set(missing)];
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

  /** The exception of the table: an index that the column keeps in diffraction means nothing. */
  getMagnificationIndex(): number {
    const { ImagingMode, MagnificationIndex } = feiProperties;
    return this.read(ImagingMode) === imagingMode.diffraction ? 0 : (this.read(MagnificationIndex) as number);
  }

  /** The lenses before the specimen have the lower numbers, those after it the higher ones. */
  normalizeLens(lens: number): void {
    if (lens === lensNumbers.all) this.instrument.call('NormalizeAll');
    else this.part(lens < lensNumbers.objective ? 'Illumination' : 'Projection').call('Normalize', asLong(lens));
  }

  getStagePosition(): { readonly x: number; readonly y: number; readonly z: number } {
    return this.tidily(() => {
      const position = partOf(this.part('Stage'), 'Position');
      return { x: numberIn(position, 'X'), y: numberIn(position, 'Y'), z: numberIn(position, 'Z') };
    });
  }
  getStemField(): RawPair {
    return this.tidily(() => {
      const field = partOf(this.part('Illumination'), 'StemFullScanFieldOfView');
      return { x: numberIn(field, 'X'), y: numberIn(field, 'Y') };
    });
  }
  getTiltAngle(): number {
    return this.tidily(() => numberIn(partOf(this.part('Stage'), 'Position'), 'A'));
  }
  setStagePosition({ x, y, z, alpha }: RawStageTarget, axes: number, speed?: number): void {
    this.tidily(() => {
      const stage = this.part('Stage');
      const position = partOf(stage, 'Position');
      for (const [bit, member, value] of [
        [axisBits.x, 'X', x],
        [axisBits.y, 'Y', y],
        [axisBits.z, 'Z', z],
        [axisBits.alpha, 'A', alpha],
      ] as const)
        if (axes & bit) position.put(member, asDouble(value));
      if (speed === undefined) stage.call('GoTo', position, asLong(axes));
      else stage.call('GoToWithSpeed', position, asLong(axes), asDouble(speed));
    });
  }

  /** The exceptions of the table: an aperture is one of those in its mechanism, or none while that is retracted. */
  getCondenserAperture(): number {
    return this.aperture(apertureMechanisms.condenser);
  }
  setCondenserAperture(micrometres: number): void {
    this.insert(apertureMechanisms.condenser, micrometres);
  }
  getObjectiveAperture(): number {
    return this.aperture(apertureMechanisms.objective);
  }
  setObjectiveAperture(micrometres: number): void {
    this.insert(apertureMechanisms.objective, micrometres);
  }

  private aperture(id: number): number {
    return this.tidily(() => {
      const mechanism = this.mechanism(id);
      const state = numberIn(mechanism, 'State');
      if (state === apertureRetracted) return 0;
      if (state !== apertureInserted)
        throw new Error(`${mechanism.name} is in state ${state}, neither inserted nor retracted`);
      return numberIn(partOf(mechanism, 'SelectedAperture'), 'Diameter');
    });
  }

  private insert(id: number, micrometres: number): void {
    this.tidily(() => {
      const mechanism = this.mechanism(id);
      if (micrometres === 0) return void mechanism.call('Retract');
      const apertures = partOf(mechanism, 'ApertureCollection').items().filter(isObject);
      const sizes = apertures.map((each) => numberIn(each, 'Diameter'));
      const wanted = apertures[sizes.findIndex((size) => Math.round(size) === Math.round(micrometres))];
      if (!wanted) throw new Error(`there is no aperture of ${micrometres} um, only ${sizes.join(', ')}`);
      mechanism.call('SelectAperture', wanted);
    });
  }

  private mechanism(id: number): AutomationObject {
    const mechanisms = partOf(this.instrument, 'ApertureMechanismCollection').items().filter(isObject);
    const found = mechanisms.find((each) => each.get('Id') === id);
    if (!found) throw new Error(`the column drives no aperture of number ${id}`);
    return found;
  }

  /** Adds a call of the table, unless a method is its exception. */
  private provide(call: string, make: (...given: never[]) => unknown): void {
    if (!(call in this)) Object.assign(this, { [call]: make });
  }

  private part(name: FeiPart): AutomationObject {
    return this.parts.get(name)!;
  }

  private read({ com: [part, member], as: { form, scale } }: FeiProperty): number | boolean | RawPair {
    const object = this.part(part);
    if (form === 'flag') return flagIn(object, member);
    if (form !== 'pair') return scale * numberIn(object, member);
    return this.tidily(() => {
      const pair = partOf(object, member);
      return { x: numberIn(pair, 'X') * scale, y: numberIn(pair, 'Y') * scale };
    });
  }

  private write({ com: [part, member], as: { form, scale } }: FeiProperty, given: readonly (number | boolean)[]): void {
    const object = this.part(part);
    if (form === 'pair')
      this.writePair(
        object,
        member,
        given.map((value) => Number(value) / scale),
      );
    else object.put(member, sentAs[form](given[0]!, scale));
  }

  /** A pair is changed in an object of the server's, which is then given back to it: the column moves once. */
  private writePair(object: AutomationObject, member: string, [x = 0, y = 0]: readonly number[]): void {
    this.tidily(() => {
      const pair = partOf(object, member);
      pair.put('X', asDouble(x));
      pair.put('Y', asDouble(y));
      object.put(member, pair);
    });
  }
}

const sentAs = {
  whole: (value: number | boolean): ComValue => asLong(Number(value)),
  number: (value: number | boolean, scale: number): ComValue => asDouble(Number(value) / scale),
  flag: (value: number | boolean): ComValue => value,
} as const;

function partOf(object: AutomationObject, member: string): AutomationObject {
  const part = object.get(member);
  if (isObject(part)) return part;
  throw strange(object, member, part);
}

function numberIn(object: AutomationObject, member: string): number {
  const value = object.get(member);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw strange(object, member, value);
}

function flagIn(object: AutomationObject, member: string): boolean {
  const value = object.get(member);
  if (typeof value === 'boolean') return value;
  throw strange(object, member, value);
}

const strange = ({ name }: AutomationObject, member: string, value: ComResult): Error =>
  new Error(
    `${name}.${member} is ${typeof value === 'object' ? 'an object' : String(value)}, which is not a value of it`,
  );
