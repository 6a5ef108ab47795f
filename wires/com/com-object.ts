import { type AutomationObject, ByReference, type ComResult, type ComValue, isObject } from './automation';
import { ComError, checkResult, comErrors, comError } from './com-error';
import type { Address, Native } from './native';
import { variantBytes } from './number-kinds';
import type { Variants } from './variants';

/** The ways in which a member can be invoked. */
const kinds = { method: 1, get: 2, put: 4, putReference: 8 } as const;
type Kind = keyof typeof kinds;

const propertyPut = -3;
const newEnumeration = -4;
const unknownName = 0x80020006;
const memberNotFound = 0x80020003;
/** The most arguments that a call takes. */
const maxArguments = 16;
const maxItems = 100_000;
const enumVariantId = Buffer.from('0404020000000000c000000000000046', 'hex');
/** `IID_NULL`, which the functions of automation want. */
const noId = Buffer.alloc(16);

/** Places of the parts of a call in the memory that all calls share: one after the other, since calls never overlap. */
const places = {
  parameters: 0,
  result: 32,
  exception: 64,
  wrongArgument: 128,
  named: 136,
  member: 144,
  name: 152,
  given: 192,
} as const;
const cells = places.given + maxArguments * variantBytes;

/** The memory in which calls are put together. */
export class CallMemory {
  readonly buffer = Buffer.allocUnsafeSlow(cells + maxArguments * variantBytes).fill(0);
  readonly address: Address;

  constructor(native: Native) {
    this.address = native.addressOf(this.buffer);
  }

  at(place: number): Address {
    return this.address + BigInt(place);
  }
}

/** Dependencies that the objects of an apartment share. */
export interface ComSurroundings {
  readonly native: Native;
  readonly variants: Variants;
  readonly memory: CallMemory;
  /** Called when an object has been let go. */
  forget(object: ComObject): void;
}

/** An object of an automation server, reached through IDispatch. */
export class ComObject implements AutomationObject {
  private readonly members = new Map<string, number>();

  /** Takes over one reference to the object. */
  constructor(
    private pointer: Address,
    readonly name: string,
    private readonly surroundings: ComSurroundings,
  ) {}

  get(member: string, ...indexes: readonly ComValue[]): ComResult {
    return this.invoke(member, 'get', indexes);
  }

  put(member: string, value: ComValue, ...indexes: readonly ComValue[]): void {
    try {
      this.invoke(member, 'put', [...indexes, value]);
    } catch (error) {
      // Some servers take objects in the other way only, and have done nothing yet.
      if (!isObject(value) || !(error instanceof ComError) || error.result !== memberNotFound) throw error;
      this.invoke(member, 'putReference', [...indexes, value]);
    }
  }

  putReference(member: string, value: ComValue): void {
    this.invoke(member, 'putReference', [value]);
  }

  call(member: string, ...given: readonly ComValue[]): ComResult {
    return this.invoke(member, 'method', given);
  }

  has(member: string): boolean {
    return this.find(member) !== undefined;
  }

  items(): readonly ComResult[] {
    const { native, variants, memory } = this.surroundings;
    const { buffer } = memory;
    const call = `${this.name} (its elements)`;
    // Some servers have it as a property, others as a method.
    this.send(call, newEnumeration, kinds.method | kinds.get, []);
    const enumerator = buffer.readBigUInt64LE(places.result + 8);
    let list: Address;
    try {
      if (enumerator === 0n) throw comErrors.unknownType(call, 'no list');
      enumVariantId.copy(buffer, places.given);
      checkResult(call, native.method(enumerator, 'QueryInterface', memory.at(places.given), memory.at(places.name)));
      list = buffer.readBigUInt64LE(places.name);
    } finally {
      native.VariantClear(memory.at(places.result));
    }
    const found: ComResult[] = [];
    try {
      while (found.length < maxItems) {
        buffer.fill(0, places.result, places.result + variantBytes);
        const result = native.method(list, 'Next', 1, memory.at(places.result), memory.at(places.name));
        checkResult(call, result);
        if (result !== 0) return found;
        try {
          found.push(variants.read(`${this.name}[${found.length}]`, buffer, places.result));
        } finally {
          native.VariantClear(memory.at(places.result));
        }
      }
    } finally {
      native.method(list, 'Release');
    }
    throw comErrors.unknownType(call, `a list of more than ${maxItems} elements`);
  }

  release(): void {
    const { pointer } = this;
    if (pointer === 0n) return;
    this.pointer = 0n;
    this.surroundings.forget(this);
    this.surroundings.native.method(pointer, 'Release');
  }

  /** The pointer of the object, without a reference of its own. */
  get address(): Address {
    if (this.pointer === 0n) throw comErrors.released(this.name);
    return this.pointer;
  }

  private find(member: string): number | undefined {
    const known = this.members.get(member);
    if (known !== undefined) return known;
    const { native, memory } = this.surroundings;
    const call = `${this.name}.${member}`;
    const text = Buffer.allocUnsafeSlow(2 * member.length + 2).fill(0);
    text.write(member, 'utf16le');
    memory.buffer.writeBigUInt64LE(native.addressOf(text), places.name);
    const result = native.method(
      this.address,
      'GetIDsOfNames',
      native.addressOf(noId),
      memory.at(places.name),
      1,
      0,
      memory.at(places.member),
    );
    if (result >>> 0 === unknownName) return undefined;
    checkResult(call, result);
    const number = memory.buffer.readInt32LE(places.member);
    this.members.set(member, number);
    return number;
  }

  private invoke(member: string, kind: Kind, given: readonly ComValue[]): ComResult {
    const { native, variants, memory } = this.surroundings;
    const call = `${this.name}.${member}`;
    const number = this.find(member);
    if (number === undefined) throw comError(call, { result: unknownName });
    // A method without a result and a property with indexes look alike to some servers.
    const flags = kind === 'get' && given.length > 0 ? kinds.get | kinds.method : kinds[kind];
    this.send(call, number, flags, given);
    try {
      return variants.read(call, memory.buffer, places.result);
    } finally {
      native.VariantClear(memory.at(places.result));
    }
  }

  /** Makes a call, and leaves its result in the memory. */
  private send(call: string, member: number, flags: number, given: readonly ComValue[]): void {
    const { native, variants, memory } = this.surroundings;
    const { buffer } = memory;
    const { address } = this;
    if (given.length > maxArguments)
      throw comErrors.badValue(call, `${given.length} values are more than a call takes`);
    let written = 0;
    /** Arguments stand in reverse order. */
    const placeOf = (at: number): number => places.given + (given.length - 1 - at) * variantBytes;
    const cellOf = (at: number): { at: number; address: Address } => ({
      at: cells + at * variantBytes,
      address: memory.at(cells + at * variantBytes),
    });
    try {
      for (const [at, value] of given.entries()) {
        variants.write(call, buffer, placeOf(at), value, cellOf(at));
        written++;
      }
      const puts = (flags & (kinds.put | kinds.putReference)) !== 0;
      buffer.fill(0, places.parameters, places.given);
      buffer.writeBigUInt64LE(given.length > 0 ? memory.at(places.given) : 0n, places.parameters);
      buffer.writeBigUInt64LE(puts ? memory.at(places.named) : 0n, places.parameters + 8);
      buffer.writeUInt32LE(given.length, places.parameters + 16);
      buffer.writeUInt32LE(puts ? 1 : 0, places.parameters + 20);
      buffer.writeInt32LE(propertyPut, places.named);
      const result = native.method(
        address,
        'Invoke',
        member,
        native.addressOf(noId),
        0,
        flags,
        memory.at(places.parameters),
        puts ? 0n : memory.at(places.result),
        memory.at(places.exception),
        memory.at(places.wrongArgument),
      );
      if (result < 0) {
        native.VariantClear(memory.at(places.result));
        throw this.failure(call, result);
      }
      for (const [at, value] of given.entries())
        if (value instanceof ByReference) value.value = variants.readCell(call, buffer, cellOf(at).at, value.type);
    } finally {
      for (let at = 0; at < written; at++) {
        const value = given[at];
        if (value instanceof ByReference) variants.clearCell(buffer, cellOf(at).at, value.type, cellOf(at).address);
        else native.VariantClear(memory.at(placeOf(at)));
      }
    }
  }

  private failure(call: string, result: number): Error {
    const { native, variants, memory } = this.surroundings;
    const { buffer } = memory;
    const at = places.exception;
    const fillIn = buffer.readBigUInt64LE(at + 48);
    if (fillIn !== 0n) native.method(fillIn, 'DeferredFillIn', memory.at(at));
    const texts = [8, 16, 24].map((offset) => buffer.readBigUInt64LE(at + offset));
    const [source = '', description = ''] = texts.map((text) => variants.readText(text));
    const ownResult = buffer.readUInt32LE(at + 56);
    for (const text of texts) native.SysFreeString(text);
    return comError(call, { result: result >>> 0, source, description, ownResult });
  }
}
