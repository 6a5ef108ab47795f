import type { z } from 'zod';
import type { Instrument } from './instrument';
import type { PlaneVector } from './plane';
import { keyOf, type RandomStream } from './random';
import type { Span } from './span';

/** Aberrations of the wave that leaves the specimen; those of several parts add up. */
export interface Aberrations {
  /** Micrometres, negative for underfocus. */
  readonly defocus: number;
  /** Two-fold astigmatism A1, axial coma B2 and three-fold astigmatism A2 as real and imaginary part, micrometres in the frame of the specimen. */
  readonly astigmatism?: PlaneVector;
  readonly coma?: PlaneVector;
  readonly threefold?: PlaneVector;
  /** Angle between the illumination and the axis that is free of coma, radians in the frame of the specimen. */
  readonly tilt?: PlaneVector;
  /** Displacement of the image that comes with these and does not follow from them, micrometres on the specimen. */
  readonly displacement?: PlaneVector;
}

/** The effects of a part on an image; those of several parts add up. Times are seconds of the microscope's clock. */
export interface Effects {
  /** Displacement of the specimen in its own plane, micrometres. */
  specimenDisplacement?(time: number, camera: number): PlaneVector;
  /** Displacement of the image on a camera, unbinned pixels, Y up. */
  imageDisplacement?(time: number, camera: number): PlaneVector;
  /** Displacement of the beam in the specimen plane, micrometres. */
  beamDisplacement?(time: number, camera: number): PlaneVector;
  /** Displacement of the beam as a camera sees it, unbinned pixels, Y up. */
  beamImageDisplacement?(time: number, camera: number): PlaneVector;
  aberrations?(time: number, camera: number): Partial<Aberrations>;
  /** Share of the electrons behind the specimen that it lets pass; those of several parts multiply. */
  transmission?(time: number, camera: number): number;
  /** True when it keeps the beam from every camera. */
  blocksBeam?(): boolean;
  /** The spans within a span of time in which it lets the beam through to a camera, in order; all of it where it says nothing. */
  openings?(span: Span, camera: number): readonly Span[];
}

/** A part of a microscope that runs: its state, and what can be done with it. */
export interface LivePart extends Effects {
  /** Things that an operator can do; each becomes a method of the microscope. */
  readonly commands?: object;
  /** Settings as they read at this moment; they become a piece of the microscope's state. */
  readings?(): object;
  /** The settings in the middle of an exposure that go with its image. */
  recorded?(time: number): object;
  /** Answers to the questions of other parts and of the image. */
  readonly [own: string]: unknown;
}

/** A record that a perfect calibration would store, with the name and the fields of the calibration file. */
export interface PerfectRecord {
  readonly record: string;
  readonly [field: string]: unknown;
}

/** The truths of all parts. */
export interface Truths {
  /** The truth of a part. */
  readonly truthOf: <Truth>(part: { readonly name: string; truth(...given: never[]): Truth }) => Truth;
}

/** The questions that a part can ask while its records are made. */
export interface RecordContext extends Truths {
  readonly instrument: Instrument;
}

/** The questions that a part can ask while its truth is made. */
export interface TruthContext extends RecordContext {
  /** True when the microscope is a digital twin: the site's own one, without the errors that the options add. */
  readonly twin: boolean;
}

/** The questions that a part can ask while the microscope runs. */
export interface RunningContext extends Truths {
  /** The key of the part's own stream of random numbers. */
  readonly key: number;
  /** Seconds of the microscope's clock. */
  readonly now: () => number;
  /** Another part, which starts first where it has not started. */
  readonly of: <State>(part: { readonly name: string; start(...given: never[]): State }) => State;
}

/** The parts of a microscope that runs. */
export interface Assembly {
  readonly all: readonly LivePart[];
  readonly of: RunningContext['of'];
}

/** A part of a virtual microscope: all that is known of it stands in its file. */
export interface Part<
  Name extends string = string,
  Options extends z.ZodRawShape = z.ZodRawShape,
  Truth = unknown,
  State extends LivePart = LivePart,
> {
  /** The name of its truth, from which the key of its random stream follows, too. */
  readonly name: Name;
  /** Its fields of the `simulator:` section, each with a sentence. */
  readonly options: Options;
  /** The number of its random stream, for parts whose streams had numbers before they had names. */
  readonly stream?: number;
  /**
   * Options as a real instrument of this kind might have them, for those that nobody wrote; used where imperfections are drawn.
   * Each comes from published figures, and each is drawn whether or not it is used, so that writing one changes no other.
   */
  draw?(random: RandomStream): Readonly<Record<string, unknown>>;
  /** Makes its truth. What it draws at random comes from a stream of its own, so that no other part's truth depends on it. */
  truth(options: z.output<z.ZodObject<Options>>, random: RandomStream, context: TruthContext): Truth;
  /** The part at the moment at which the microscope starts. */
  start(truth: Truth, context: RunningContext): State;
  /** The records that follow from its truth. */
  perfect?(truth: Truth, context: RecordContext): readonly PerfectRecord[];
}

/** A part, with its types taken from what it says. */
export const definePart = <const Name extends string, Options extends z.ZodRawShape, Truth, State extends LivePart>(
  part: Part<Name, Options, Truth, State>,
): Part<Name, Options, Truth, State> => part;

/** Parts of which a microscope is made. */
export type Parts = readonly Part[];

/** All that holds at once of which each holds of one. */
type Together<Each> = (Each extends unknown ? (each: Each) => void : never) extends (all: infer All) => void
  ? All
  : never;
type Boxed<Value> = { readonly boxed: Value };
type Unboxed<Box> = Box extends { readonly boxed: infer Value } ? Value : never;
type StateOf<Each> = Each extends { start(...given: never[]): infer State } ? State : never;

/** The truths of parts by their names. */
export type TruthsOf<All extends Parts> = {
  readonly [Each in All[number] as Each['name']]: ReturnType<Each['truth']>;
};
/** The options of all parts, as one shape. */
export type OptionsOf<All extends Parts> = Unboxed<
  Together<All[number] extends infer Each ? (Each extends Part ? Boxed<Each['options']> : never) : never>
>;
/** The commands of all parts. */
export type CommandsOf<All extends Parts> = Unboxed<
  Together<
    StateOf<All[number]> extends infer State
      ? State extends { readonly commands: infer Commands }
        ? Boxed<Commands>
        : never
      : never
  >
>;
/** The readings of all parts. */
export type ReadingsOf<All extends Parts> = Unboxed<
  Together<
    StateOf<All[number]> extends infer State
      ? State extends { readings(): infer Readings }
        ? Boxed<Readonly<Readings>>
        : never
      : never
  >
>;
/** The entries of all parts in the record of an exposure. */
export type RecordedOf<All extends Parts> = Unboxed<
  Together<
    StateOf<All[number]> extends infer State
      ? State extends { recorded(time: number): infer Recorded }
        ? Boxed<Readonly<Recorded>>
        : never
      : never
  >
>;

/** The key of a part's own stream of random numbers. */
export const keyOfPart = (seed: number, { name, stream }: Pick<Part, 'name' | 'stream'>): number =>
  stream === undefined ? keyOf(seed, ...[...name].map((letter) => letter.charCodeAt(0))) : keyOf(seed, stream);
