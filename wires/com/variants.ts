import {
  type AutomationObject,
  ByReference,
  ComArray,
  ComStatus,
  type ComResult,
  type ComType,
  type ComValue,
  Typed,
  comTypes,
  isObject,
} from './automation';
import { comErrors } from './com-error';
import type { Address, Native } from './native';
import { numbersOf, variantBytes } from './number-kinds';
import { type ElementValues, readArray, writeArray } from './safe-arrays';

const valueAt = 8;
const byReference = 0x4000;
const array = 0x2000;
const typeMask = 0xfff;
/** The code for an omitted optional argument. */
const leftOut = 0x80020004;
const longest = 0x7fffffff;

/** Converts values to objects of a server and back, for the apartment. */
export interface ObjectTable {
  /** Takes over one reference to an object and gives it its class. */
  adopt(pointer: Address, name: string): AutomationObject;
  /** The pointer of an object that came from here. */
  pointerOf(object: AutomationObject): Address;
  /** Asks an object for the interface of automation, as a new reference; undefined when it has none. */
  dispatchOf(pointer: Address): Address | undefined;
}

/** Writes values as VARIANTs and reads them back, whatever type the server has chosen. */
export class Variants implements ElementValues {
  constructor(
    readonly native: Native,
    private readonly objects: ObjectTable,
  ) {}

  /** Writes a value at a place in a buffer. What it takes from Windows is given back by `VariantClear`. `cell` is room for a value that the server changes. */
  write(
    call: string,
    into: Buffer,
    at: number,
    value: ComValue,
    cell?: { readonly at: number; readonly address: Address },
  ): void {
    into.fill(0, at, at + variantBytes);
    if (value instanceof ByReference) {
      if (!cell) throw comErrors.badValue(call, 'a value by reference stands where none can be');
      into.fill(0, cell.at, cell.at + variantBytes);
      if (value.type === comTypes.variant || value.value !== undefined)
        this.writeCell(call, into, cell.at, value.type, value.value);
      into.writeUInt16LE(byReference | value.type, at);
      into.writeBigUInt64LE(cell.address, at + valueAt);
      return;
    }
    if (value instanceof ComArray) {
      into.writeUInt16LE(array | value.type, at);
      into.writeBigUInt64LE(writeArray(this, call, value), at + valueAt);
      return;
    }
    const { type, value: plain } = value instanceof Typed ? value : { type: naturalType(call, value), value };
    into.writeUInt16LE(type, at);
    if (type === comTypes.error && plain === undefined) into.writeUInt32LE(leftOut, at + valueAt);
    else this.writeValue(call, into, at + valueAt, type, plain);
  }

  /** Reads a value; texts, arrays and references to objects are copies of their own. */
  read(call: string, from: Buffer, at: number): ComResult {
    const type = from.readUInt16LE(at);
    if (type & byReference) {
      const cell = Buffer.alloc(variantBytes);
      const pointer = from.readBigUInt64LE(at + valueAt);
      if (pointer === 0n) return undefined;
      const inner = type & ~byReference;
      this.native.read(pointer, cell, inner === comTypes.variant ? variantBytes : 8);
      return inner === comTypes.variant ? this.read(call, cell, 0) : this.readValue(call, cell, 0, inner);
    }
    return this.readValue(call, from, at + valueAt, type);
  }

  /** Reads the cell of a value by reference, or an element of an array. */
  readCell(call: string, from: Buffer, at: number, type: ComType): ComResult {
    return type === comTypes.variant ? this.read(call, from, at) : this.readValue(call, from, at, type);
  }

  /** Writes the cell of a value by reference, or an element of an array. */
  writeCell(call: string, into: Buffer, at: number, type: ComType, value: ComResult): void {
    if (type === comTypes.variant) this.write(call, into, at, value);
    else this.writeValue(call, into, at, type, value);
  }

  /** Gives back what a cell holds. The cell must have been written by `write`. */
  clearCell(from: Buffer, at: number, type: ComType, address: Address): void {
    if (type === comTypes.variant) this.native.VariantClear(address);
    else if (type === comTypes.text) this.native.SysFreeString(from.readBigUInt64LE(at));
    else if (type === comTypes.object || type === comTypes.unknown) {
      const pointer = from.readBigUInt64LE(at);
      if (pointer !== 0n) this.native.method(pointer, 'Release');
    }
  }

  readText(pointer: Address): string {
    if (pointer === 0n) return '';
    const bytes = Buffer.alloc(this.native.SysStringByteLen(pointer));
    if (bytes.length > 0) this.native.read(pointer, bytes, bytes.length);
    return bytes.toString('utf16le');
  }

  private readValue(call: string, from: Buffer, at: number, type: number): ComResult {
    const [read] = numbersOf(type) ?? [];
    if (read) return read(from, at);
    if (type & array) {
      const pointer = from.readBigUInt64LE(at);
      return pointer === 0n ? undefined : readArray(this, call, pointer, (type & typeMask) as ComType);
    }
    switch (type) {
      case comTypes.empty:
      case comTypes.null:
        return undefined;
      case comTypes.text:
        return this.readText(from.readBigUInt64LE(at));
      case comTypes.bool:
        return from.readInt16LE(at) !== 0;
      case comTypes.error: {
        const result = from.readUInt32LE(at);
        return result === leftOut ? undefined : new ComStatus(result);
      }
      case comTypes.object:
      case comTypes.unknown:
        return this.readObject(call, from.readBigUInt64LE(at));
      default:
        throw comErrors.unknownType(call, `a value of type ${type}`);
    }
  }

  private readObject(call: string, pointer: Address): ComResult {
    if (pointer === 0n) return undefined;
    const dispatch = this.objects.dispatchOf(pointer);
    if (dispatch === undefined) throw comErrors.unknownType(call, 'an object without automation');
    return this.objects.adopt(dispatch, call);
  }

  private writeValue(call: string, into: Buffer, at: number, type: ComType, value: ComResult): void {
    const refuse = (): never => {
      throw comErrors.badValue(
        call,
        `${typeof value === 'object' ? 'an object' : String(value)} cannot be sent as type ${type}`,
      );
    };
    const [, write] = numbersOf(type) ?? [];
    if (write) {
      if (typeof value !== 'number' && typeof value !== 'bigint') return refuse();
      try {
        return write(into, at, value);
      } catch {
        return refuse();
      }
    }
    switch (type) {
      case comTypes.empty:
      case comTypes.null:
        return;
      case comTypes.bool:
        if (typeof value !== 'boolean') return refuse();
        into.writeInt16LE(value ? -1 : 0, at);
        return;
      case comTypes.text: {
        if (typeof value !== 'string') return refuse();
        const text = Buffer.from(value, 'utf16le');
        into.writeBigUInt64LE(this.native.SysAllocStringByteLen(text, text.length), at);
        return;
      }
      case comTypes.error:
        if (!(value instanceof ComStatus)) return refuse();
        into.writeUInt32LE(value.result, at);
        return;
      case comTypes.object:
      case comTypes.unknown: {
        if (value === undefined) return;
        if (!isObject(value)) return refuse();
        const pointer = this.objects.pointerOf(value);
        this.native.method(pointer, 'AddRef');
        into.writeBigUInt64LE(pointer, at);
        return;
      }
      default:
        return refuse();
    }
  }
}

function naturalType(call: string, value: ComResult): ComType {
  switch (typeof value) {
    case 'undefined':
      return comTypes.error;
    case 'boolean':
      return comTypes.bool;
    case 'string':
      return comTypes.text;
    case 'bigint':
      return comTypes.i8;
    case 'number':
      return Number.isInteger(value) && Math.abs(value) <= longest && !Object.is(value, -0) ? comTypes.i4 : comTypes.r8;
    default:
      if (isObject(value)) return comTypes.object;
      if (value instanceof ComStatus) return comTypes.error;
      throw comErrors.badValue(call, 'this kind of value cannot be sent');
  }
}
