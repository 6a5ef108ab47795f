import type { AutomationObject } from './automation';
import { checkResult, comErrors } from './com-error';
import { CallMemory, ComObject, type ComSurroundings } from './com-object';
import { type Address, type Native, loadNative } from './native';
import { Variants } from './variants';

/** Places where a server may run: within this process, in a program on this computer, or on another computer. */
const serverPlaces = { inProcess: 1, local: 4, remote: 16 } as const;

const dispatchId = Buffer.from('0004020000000000c000000000000046', 'hex');
const manyThreads = 0;
/** The thread is in an apartment of the other kind already, which serves as well. */
const changedMode = 0x80010106;
const alreadyThere = 1;

/**
 * The connection of one thread to automation servers. Everything that comes from it must be used on the thread that
 * made it, and is released when it is closed. Calls are synchronous and block the thread, so it belongs in a process of
 * its own.
 */
export class ComApartment {
  private readonly objects = new Set<ComObject>();
  private readonly surroundings: ComSurroundings;
  private readonly leaves: boolean;
  private closed = false;

  /** Throws `com/not-windows` where there is no Windows. */
  constructor(private readonly native: Native = loadNative()) {
    const result = native.CoInitializeEx(0n, manyThreads);
    this.leaves = result === 0 || result === alreadyThere;
    if (!this.leaves && result >>> 0 !== changedMode) checkResult('Joining the automation servers', result);
    const variants = new Variants(native, {
      adopt: (pointer, name) => this.adopt(pointer, name),
      pointerOf: (object) => {
        if (object instanceof ComObject) return object.address;
        throw comErrors.badValue(object.name, 'an object of another connection cannot be sent');
      },
      dispatchOf: (pointer) => this.dispatchOf(pointer),
    });
    this.surroundings = {
      native,
      variants,
      memory: new CallMemory(native),
      forget: (object) => void this.objects.delete(object),
    };
  }

  /**
   * Starts a server, or reaches the one that runs.
   * @param name under which it is registered, such as `Scripting.Dictionary`, or its class as `{...}`
   * @param places where it may run; within this process or in a program of this computer by default
   */
  create(name: string, places: number = serverPlaces.inProcess | serverPlaces.local): AutomationObject {
    const { native } = this;
    const memory = Buffer.allocUnsafeSlow(64).fill(0);
    const address = native.addressOf(memory);
    const into = address + 32n;
    dispatchId.copy(memory, 16);
    checkResult(
      name,
      name.startsWith('{') ? native.CLSIDFromString(name, address) : native.CLSIDFromProgID(name, address),
    );
    checkResult(name, native.CoCreateInstance(address, 0n, places, address + 16n, into));
    return this.adopt(memory.readBigUInt64LE(32), name);
  }

  /** Does something, then lets go of every object that came up meanwhile, except the one that is returned. */
  tidily<Result>(work: () => Result): Result {
    const before = new Set(this.objects);
    let result: Result | undefined;
    try {
      return (result = work());
    } finally {
      for (const object of [...this.objects])
        if (!before.has(object) && (object as unknown) !== result) object.release();
    }
  }

  /** Number of objects that are held. */
  get held(): number {
    return this.objects.size;
  }

  /** Lets everything go, the latest first. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const object of [...this.objects].reverse()) object.release();
    if (this.leaves) this.native.CoUninitialize();
  }

  private adopt(pointer: Address, name: string): ComObject {
    const object = new ComObject(pointer, name, this.surroundings);
    this.objects.add(object);
    return object;
  }

  private dispatchOf(pointer: Address): Address | undefined {
    const memory = Buffer.allocUnsafeSlow(32).fill(0);
    const address = this.native.addressOf(memory);
    dispatchId.copy(memory, 0);
    return this.native.method(pointer, 'QueryInterface', address, address + 16n) < 0
      ? undefined
      : memory.readBigUInt64LE(16);
  }
}
