import { ByPart, joined } from './base/by-part';
import { SimulationError } from './base/errors';
import {
  keyOfPart,
  type Assembly,
  type CommandsOf,
  type LivePart,
  type Parts,
  type ReadingsOf,
  type TruthsOf,
} from './base/part';
import { keyOf } from './base/random';
import { standardParts, type MicroscopeState, type StandardParts, type Truth } from './column/parts';
import { exposeSpecimen, type Exposure } from './image/exposure';
import { scanSpecimen } from './image/scanning/scanned';
import type { ExposureRequest } from './image/request';
import { truthsIn } from './truth';

/** The sources of chance and time, and the parts of which the microscope is made. */
export interface MicroscopeOptions {
  /** Same seed, same calls, same times: same images. */
  readonly seed: number;
  /** Seconds that only grow, real or virtual. */
  readonly now: () => number;
  /** The standard parts by default. */
  readonly parts?: Parts;
}

const noiseStream = 14;

/** The one way to the private truth, set by the class itself. */
let readTruth: (microscope: VirtualMicroscope) => Truth | undefined;

/** The commands of the standard parts, which the microscope takes over when it is made. */
const Commanded = class {} as unknown as new () => CommandsOf<StandardParts>;

/**
 * A microscope that exists only as equations: it takes settings and gives images. What is true of it cannot be read from it.
 * What can be set and read are the commands and readings of its parts.
 */
export class VirtualMicroscope extends Commanded {
  static {
    readTruth = (microscope) => (#truth in microscope ? microscope.#truth : undefined);
  }

  readonly #truth: Truth;
  readonly #parts: Assembly;
  readonly #seed: number;
  readonly #now: () => number;
  #exposures = 0;

  constructor(truth: Truth, { seed, now, parts = standardParts }: MicroscopeOptions) {
    super();
    this.#seed = seed;
    this.#now = now;
    this.#truth = truth;
    const truthOf = truthsIn(truth);
    const running = new ByPart(parts, (part): LivePart =>
      part.start(truthOf(part), { key: keyOfPart(seed, part), now, of, truthOf }),
    );
    const of = <State>({ name }: { readonly name: string }): State => running.of(name) as State;
    const { all } = running;
    this.#parts = { all, of };
    Object.assign(this, joined(parts.map(({ name }, index) => ({ name, brings: all[index]!.commands }))));
  }

  /** The settings at this moment. */
  get state(): MicroscopeState {
    return Object.assign({}, ...this.#parts.all.map((part) => part.readings?.())) as MicroscopeState;
  }

  /**
   * Takes an image, starting now or at `request.atTime`. The clock is not moved: who waits for the exposure waits by themselves.
   * @throws SimulationError for a camera or an area that does not exist, or a magnification that the camera cannot be used at
   */
  expose(request: ExposureRequest): Exposure {
    const when = {
      start: request.atTime ?? this.#now(),
      nextNoise: () => keyOf(this.#seed, noiseStream, this.#exposures++),
    };
    const { scan } = request;
    return scan ? scanSpecimen(request, scan, this.#parts, when) : exposeSpecimen(request, this.#parts, when);
  }
}

/** A virtual microscope with the commands and readings of all its parts. */
export type MicroscopeOf<All extends Parts> = VirtualMicroscope & CommandsOf<All> & { readonly state: ReadingsOf<All> };

/** A virtual microscope of the standard parts and others. */
export const microscopeOf = <All extends Parts>(
  parts: All,
  truth: TruthsOf<All> & Truth,
  options: Omit<MicroscopeOptions, 'parts'>,
): MicroscopeOf<All> => new VirtualMicroscope(truth, { ...options, parts }) as MicroscopeOf<All>;

/** The truth of a microscope: for tests and for the command that shows it, never for a device or a calibration. */
export function truthOf(microscope: VirtualMicroscope): Truth {
  const truth = readTruth(microscope);
  if (!truth)
    throw new SimulationError(
      'simulation/bad-value',
      'Not a virtual microscope',
      'Pass an instance of VirtualMicroscope.',
    );
  return truth;
}
