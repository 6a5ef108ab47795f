import { comErrors } from './com-error';

/** An address in memory; 0 for none. */
export type Address = bigint;

/** The calls into Windows that automation needs, by their own names, and how to look at memory. Results below 0 are failures. */
export interface Native {
  CoInitializeEx(reserved: Address, mode: number): number;
  CoUninitialize(): void;
  CLSIDFromProgID(name: string, into: Address): number;
  CLSIDFromString(text: string, into: Address): number;
  CoCreateInstance(classId: Address, outer: Address, context: number, interfaceId: Address, into: Address): number;
  VariantClear(variant: Address): number;
  SysAllocStringByteLen(text: Buffer, bytes: number): Address;
  SysStringByteLen(text: Address): number;
  SysFreeString(text: Address): void;
  SafeArrayCreate(type: number, dimensions: number, bounds: Buffer): Address;
  SafeArrayDestroy(array: Address): number;
  SafeArrayAccessData(array: Address, into: Address): number;
  SafeArrayUnaccessData(array: Address): number;
  SafeArrayGetVartype(array: Address, into: Address): number;
  /** Copies memory to a buffer. */
  read(from: Address, into: NodeJS.ArrayBufferView, bytes: number): void;
  /** Copies a buffer to memory. */
  write(to: Address, from: NodeJS.ArrayBufferView, bytes: number): void;
  pointerAt(address: Address): Address;
  addressOf(buffer: Buffer): Address;
  /** Calls the function in a slot of an object's table; the object is its first argument. */
  method(object: Address, slot: Slot, ...given: readonly (Address | number)[]): number;
}

/** The functions of IUnknown, IDispatch and IEnumVARIANT that are called, with their places in the tables. */
export type Slot = 'QueryInterface' | 'AddRef' | 'Release' | 'GetIDsOfNames' | 'Invoke' | 'Next' | 'DeferredFillIn';

const slots: Readonly<Record<Exclude<Slot, 'DeferredFillIn'>, number>> = {
  QueryInterface: 0,
  AddRef: 1,
  Release: 2,
  Next: 3,
  GetIDsOfNames: 5,
  Invoke: 6,
};
const bytesInPointer = 8;

/** Loads koffi and the libraries of Windows. Throws `com/not-windows` elsewhere. */
export function loadNative(): Native {
  if (process.platform !== 'win32' || !['x64', 'arm64'].includes(process.arch))
    throw comErrors.notWindows(`${process.platform} on ${process.arch}`);
  let koffi: typeof import('koffi');
  try {
    // Loaded when a server is reached, so that nobody else needs it.
    koffi = require('koffi') as typeof import('koffi');
  } catch (error) {
    throw comErrors.noKoffi(error instanceof Error ? error.message : String(error));
  }
  const library = (file: string, declarations: readonly string[]): Readonly<Record<string, unknown>> => {
    const loaded = koffi.load(file);
    return Object.fromEntries(
      declarations.map((declaration) => [/(\w+)\s*\(/.exec(declaration)![1]!, loaded.func(declaration)]),
    );
  };
  const windows = {
    ...library('ole32.dll', [
      'int32 CoInitializeEx(void *reserved, uint32 mode)',
      'void CoUninitialize()',
      'int32 CLSIDFromProgID(str16 name, void *into)',
      'int32 CLSIDFromString(str16 text, void *into)',
      'int32 CoCreateInstance(void *id, void *outer, uint32 context, void *interface, void *into)',
    ]),
    ...library('oleaut32.dll', [
      'int32 VariantClear(void *variant)',
      'void *SysAllocStringByteLen(void *text, uint32 bytes)',
      'uint32 SysStringByteLen(void *text)',
      'void SysFreeString(void *text)',
      'void *SafeArrayCreate(uint16 type, uint32 dimensions, void *bounds)',
      'int32 SafeArrayDestroy(void *array)',
      'int32 SafeArrayAccessData(void *array, void *into)',
      'int32 SafeArrayUnaccessData(void *array)',
      'int32 SafeArrayGetVartype(void *array, void *into)',
    ]),
  };
  const move = koffi.load('kernel32.dll').func('void RtlMoveMemory(void *to, void *from, size_t bytes)');
  const prototypes: Readonly<Record<Slot, ReturnType<typeof koffi.proto>>> = {
    QueryInterface: koffi.proto('int32', ['void *', 'void *', 'void *']),
    AddRef: koffi.proto('uint32', ['void *']),
    Release: koffi.proto('uint32', ['void *']),
    GetIDsOfNames: koffi.proto('int32', ['void *', 'void *', 'void *', 'uint32', 'uint32', 'void *']),
    Invoke: koffi.proto('int32', [
      'void *',
      'int32',
      'void *',
      'uint32',
      'uint16',
      'void *',
      'void *',
      'void *',
      'void *',
    ]),
    Next: koffi.proto('int32', ['void *', 'uint32', 'void *', 'void *']),
    DeferredFillIn: koffi.proto('int32', ['void *']),
  };
  const pointerAt = (address: Address): Address => (koffi.decode(address, 'void *') as Address | null) ?? 0n;
  return {
    ...(windows as unknown as Omit<Native, 'read' | 'write' | 'pointerAt' | 'addressOf' | 'method'>),
    read: (from, into, bytes) => void move(into, from, bytes),
    write: (to, from, bytes) => void move(to, from, bytes),
    pointerAt,
    addressOf: (buffer) => koffi.address(buffer),
    method: (object, slot, ...given) => {
      if (slot === 'DeferredFillIn') return koffi.call(object, prototypes[slot], ...given) as number;
      const table = pointerAt(object);
      return koffi.call(
        pointerAt(table + BigInt(bytesInPointer * slots[slot])),
        prototypes[slot],
        object,
        ...given,
      ) as number;
    },
  };
}
