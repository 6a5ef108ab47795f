import {
  type AutomationObject,
  ByReference,
  ComError,
  type ComResult,
  type ComType,
  type ComValue,
  asDouble,
  asLong,
  comTypes,
  isObject,
} from '../../../wires';
import {
  type DacPair,
  type JeolAnswer,
  type JeolDeflector,
  type JeolFreeLens,
  type JeolKind,
  type JeolLens,
  type JeolPart,
  type JeolProperty,
  dacFull,
  jeolParts,
  jeolProperties,
} from '../transport';

type Plain = number | boolean;
/** Does something with objects of a server, and lets go of those that came up meanwhile. */
type Tidily = <Result>(work: () => Result) => Result;

/** The types under which a server may want the place for an answer, the usual one first: it takes no other. */
const places: Readonly<Record<JeolAnswer, readonly ComType[]>> = {
  whole: [comTypes.i4, comTypes.i2, comTypes.int, comTypes.r8, comTypes.variant],
  number: [comTypes.r8, comTypes.r4, comTypes.i4, comTypes.variant],
  text: [comTypes.text, comTypes.variant],
};
const typeMismatch = 0x80020005;
const properties: readonly (readonly [name: string, JeolProperty])[] = Object.entries(jeolProperties);
/** Objects of which a column without that piece of equipment makes none. */
const onlyOnSome: readonly JeolPart[] = ['Filter3', 'Apt3'];
/** The code of an answer other than "done", which is asked for again. */
export const otherAnswer = 'jeol/other-answer';

/**
 * JEOL's external control: each call answers into its arguments, and says by a number whether it was done. Runs in the process that
 * speaks to the column, where calls cannot overlap. The methods here are those that are not a property of the table.
 */
export class ComColumn {
  private readonly parts = new Map<JeolPart, AutomationObject>();
  /** The possible type of a place that a call has accepted. */
  private readonly taken = new Map<string, number>();

  constructor(
    private readonly tem: AutomationObject,
    private readonly tidily: Tidily,
  ) {
    for (const part of jeolParts) if (!onlyOnSome.includes(part)) this.part(part);
    for (const [name, { part, get, set, as }] of properties)
      Object.assign(this, {
        ...(get !== undefined && { [`get${name}`]: () => this.read(part, get, as) }),
        ...(set !== undefined && { [`set${name}`]: (...given: readonly Plain[]) => this.write(part, set, as, given) }),
      });
  }

  /** Throws while the column cannot be controlled yet. */
  checkReady(): void {
    const { part, get, as } = jeolProperties.HtValue;
    this.read(part, get, as);
  }

  getMagValue(): { readonly value: number; readonly unit: string } {
    const [value, unit] = this.ask('EOS3', 'GetMagValue', ['whole', 'text', 'text']) as [number, string, string];
    return { value, unit };
  }
  getDeflector(deflector: JeolDeflector): DacPair {
    const [x, y] = this.ask('Def3', `Get${deflector}`, ['whole', 'whole']) as [number, number];
    return { x, y };
  }
  setDeflector(deflector: JeolDeflector, x: number, y: number): void {
    this.tell('Def3', `Set${deflector}`, steps(x), steps(y));
  }
  setNeutral(deflector: number): void {
    this.tell('Def3', 'SetNtrl', asLong(deflector));
  }
  getLens(lens: JeolLens | JeolFreeLens): number {
    return this.whole('Lens3', `Get${lens}`);
  }
  setLens(lens: JeolLens, value: number): void {
    this.tell('Lens3', `Set${lens}`, steps(value));
  }
  getFreeLens(lens: number): boolean {
    return (this.ask('Lens3', 'GetFLCInfo', ['whole'], [asLong(lens)])[0] as number) !== 0;
  }
  setFreeLens(lens: number, free: boolean): void {
    this.tell('Lens3', 'SetFLCSw', asLong(lens), asLong(Number(free)));
  }
  setFreeLensValue(lens: number, value: number): void {
    this.tell('Lens3', 'SetFLCAbs', asLong(lens), steps(value));
  }

  getAperture(kind: number, extra: boolean): number {
    return this.ask('Apt3', extra ? 'GetExpSize' : 'GetSize', ['whole'], [asLong(kind)])[0] as number;
  }
  setAperture(kind: number, hole: number, extra: boolean): void {
    if (extra) return this.tell('Apt3', 'SetExpSize', asLong(kind), asLong(hole));
    this.tell('Apt3', 'SelectKind', asLong(kind));
    this.tell('Apt3', 'SetSize', asLong(hole));
  }

  getStagePosition(): { readonly x: number; readonly y: number; readonly z: number; readonly tilt: number } {
    const [x, y, z, tilt] = this.ask('Stage3', 'GetPos', ['number', 'number', 'number', 'number', 'number']) as [
      number,
      number,
      number,
      number,
    ];
    return { x, y, z, tilt };
  }
  getStageStatus(): readonly number[] {
    return (this.ask('Stage3', 'GetStatus', ['whole', 'whole', 'whole', 'whole', 'whole']) as number[]).slice(0, 4);
  }
  stopStage(): void {
    this.tell('Stage3', 'Stop');
  }

  /** An object of the column, made when it is first used. */
  private part(part: JeolPart): AutomationObject {
    const known = this.parts.get(part);
    if (known) return known;
    const made = this.tem.call(`Create${part}`);
    if (!isObject(made)) throw new Error(`${this.tem.name}.Create${part} gave no object`);
    this.parts.set(part, made);
    return made;
  }

  private read(part: JeolPart, method: string, { answers, sent }: JeolKind<unknown>): Plain {
    const [value] = this.ask(part, method, answers) as [number];
    return sent === 'flag' ? value !== 0 : value;
  }

  private write(part: JeolPart, method: string, { sent }: JeolKind<unknown>, given: readonly Plain[]): void {
    this.tell(part, method, ...given.map((value) => (sent === 'number' ? asDouble : asLong)(Number(value))));
  }

  private whole(part: JeolPart, method: string): number {
    return this.ask(part, method, ['whole'])[0] as number;
  }

  /** Calls for answers. A server that does not take the type of a place has not done anything, so the next type is tried. */
  private ask(
    part: JeolPart,
    method: string,
    kinds: readonly JeolAnswer[],
    given: readonly ComValue[] = [],
  ): readonly (number | string)[] {
    const object = this.part(part);
    const call = `${part}.${method}`;
    const attempts = placesFor(kinds);
    for (let attempt = this.taken.get(call) ?? 0; ; attempt++) {
      const answers = attempts[attempt]!.map((type, at) => new ByReference(type, kinds[at] === 'text' ? '' : 0));
      try {
        this.done(call, object.call(method, ...given, ...answers));
      } catch (error) {
        if (error instanceof ComError && error.result === typeMismatch && attempt + 1 < attempts.length) continue;
        throw error;
      }
      this.taken.set(call, attempt);
      return answers.map(({ value }, at) => {
        if (kinds[at] === 'text' ? typeof value === 'string' : typeof value === 'number' && Number.isFinite(value))
          return value as number | string;
        throw new Error(`${call} answered with ${typeof value === 'object' ? 'an object' : String(value)}`);
      });
    }
  }

  private tell(part: JeolPart, method: string, ...given: readonly ComValue[]): void {
    // Made before, or it would be let go of with what the call leaves behind.
    const object = this.part(part);
    this.tidily(() => this.done(`${part}.${method}`, object.call(method, ...given)));
  }

  private done(call: string, result: ComResult): void {
    if (result === 0 || result === undefined) return;
    throw Object.assign(
      new Error(`${call} answered ${typeof result === 'object' ? 'an object' : String(result)} instead of 0`),
      {
        code: otherAnswer,
        hint: 'Look for a message on the microscope computer, and whether external control is allowed there.',
      },
    );
  }
}

/** The types of the places for several answers, in the order in which they are tried: a server has its own type for each kind. */
function placesFor(kinds: readonly JeolAnswer[]): readonly (readonly ComType[])[] {
  const distinct = [...new Set(kinds)];
  const choices = distinct.reduce<readonly (readonly ComType[])[]>(
    (before, kind) => places[kind].flatMap((type) => before.map((each) => [...each, type])),
    [[]],
  );
  return choices.map((choice) => kinds.map((kind) => choice[distinct.indexOf(kind)]!));
}

/** A value of a deflector or lens, which is never cut off to fit. */
function steps(value: number): ComValue {
  if (!Number.isInteger(value) || value < 0 || value > dacFull)
    throw new RangeError(`${value} is not a value of a deflector or lens`);
  return asLong(value);
}
