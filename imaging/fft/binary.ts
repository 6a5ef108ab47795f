const importSection = 2;
const dataSection = 11;
const dataCountSection = 12;
const memoryImport = 2;
const limitedFlag = 1;
const sharedFlag = 2;

/** A WebAssembly binary that works on shared memory, and the size of that memory. */
export interface SharedBinary {
  /** For the first thread: sets the memory up. */
  readonly first: Uint8Array;
  /** For any other thread: finds the memory as it is. */
  readonly further: Uint8Array;
  readonly initialPages: number;
  readonly maximumPages: number;
}

/**
 * Makes the imported memory of a WebAssembly binary a shared one.
 *
 * The prebuilt standard library of Rust cannot be linked for shared memory, though nothing in it stands against that as long as
 * one thread alone reserves memory. The declaration of the memory is one byte in the import section; and a further instance on
 * the same memory must not set up static data a second time, so it gets the binary without them.
 * Source: WebAssembly Core Specification 2.0, chapter 5.5 (modules in binary format), with the threads proposal.
 */
export function withSharedMemory(binary: Uint8Array): SharedBinary {
  const first = binary.slice();
  const kept: Uint8Array[] = [binary.subarray(0, 8)];
  let limits: { readonly initial: number; readonly maximum: number } | undefined;
  for (const section of sections(first)) {
    if (section.id === importSection) limits = shareMemory(first, section.content);
    if (section.id !== dataSection && section.id !== dataCountSection)
      kept.push(first.subarray(section.start, section.end));
  }
  if (limits === undefined) throw new Error('The WebAssembly binary imports no memory; run "npm run build:fft".');
  return {
    first,
    further: new Uint8Array(Buffer.concat(kept)),
    initialPages: limits.initial,
    maximumPages: limits.maximum,
  };
}

interface Section {
  readonly id: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

function* sections(bytes: Uint8Array): Generator<Section> {
  const reader = new Reader(bytes, 8);
  while (reader.position < bytes.length) {
    const start = reader.position;
    const id = reader.number();
    const size = reader.number();
    yield { id, start, content: reader.position, end: reader.position + size };
    reader.position += size;
  }
}

function shareMemory(bytes: Uint8Array, content: number): { initial: number; maximum: number } | undefined {
  const reader = new Reader(bytes, content);
  for (let count = reader.number(); count > 0; count--) {
    reader.skipName();
    reader.skipName();
    const kind = reader.number();
    if (kind !== memoryImport) {
      // functions name their type; the other kinds do not occur before the memory in what the linker writes
      reader.number();
      continue;
    }
    if (bytes[reader.position] !== limitedFlag) return undefined;
    bytes[reader.position] = limitedFlag | sharedFlag;
    reader.position += 1;
    return { initial: reader.number(), maximum: reader.number() };
  }
  return undefined;
}

/** Reads the variable-length numbers of the binary format. */
class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {}

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.position++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  skipName(): void {
    const length = this.number();
    this.position += length;
  }
}
