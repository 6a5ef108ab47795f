import type { Plot, Seconds } from '../../base';
import type { DeviceToken, Frame } from '../../devices';
import type { ParameterSetName } from '../../settings';
import type { BufferedImage, ImageContext, ImageDrawing } from './image-buffers';

/**
 * A live image beside what is asked, on which the operator centres or focuses what the text names. Where there is a screen for it, the program shows it in
 * buffer A while it waits, and ends it with the answer; older images roll once.
 */
export interface LiveBeside {
  /** The parameter set that is shown. */
  readonly set: ParameterSetName;
  /** True for a cross in the centre of the image. */
  readonly cross?: boolean;
  /** Finds in each image what is drawn over it and told beside it, such as the outline of the beam. */
  readonly look?: (image: ImageToLookAt) => ImageDrawing;
  /** Devices with whose settings the operator does what the text says; they are offered beside it. */
  readonly devices?: readonly DeviceToken<unknown>[];
}

/** An image as those see it who look for something in it. */
export interface ImageToLookAt {
  readonly frame: Pick<Frame, 'image' | 'exposure'>;
  readonly context: Pick<ImageContext, 'pixelSize'>;
}

interface QuestionBase<Kind extends string, Answer> {
  readonly kind: Kind;
  /** Stable within the item; `--answer` names it. */
  readonly id: string;
  /** The question itself. */
  readonly text: string;
  readonly default: Answer;
  /** An offer when all is done: prepared answers that do not name it decline it. */
  readonly offer?: true;
  readonly live?: LiveBeside;
}
/** Yes or no. */
export interface ConfirmQuestion extends QuestionBase<'confirm', boolean> {
  /** Reply to people who are not administrators, when only an administrator may say yes. Consoles without roles ignore it. */
  readonly administratorOnly?: string;
  /** Lines that the answer is about, such as those of a file that would change. The log has them too. */
  readonly lines?: readonly string[];
}
/** A number with its unit and, where there are any, its limits. */
export interface NumberQuestion extends QuestionBase<'number', number> {
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly integer?: boolean;
  readonly decimals?: number;
  /** Numbers that consoles offer to choose from; the item itself checks the answer. */
  readonly offered?: readonly { readonly value: number; readonly label: string }[];
}
/** One of several. */
export interface ChoiceQuestion<Choice extends string = string> extends QuestionBase<'choice', Choice> {
  readonly choices: readonly { readonly value: Choice; readonly label: string }[];
}
/** A line of text. */
export type TextQuestion = QuestionBase<'text', string>;
/** Anything that can be asked. */
export type Question = ConfirmQuestion | NumberQuestion | ChoiceQuestion | TextQuestion;

/** Answer to a question. */
export type Answer<Asked extends Question = Question> = Asked extends ConfirmQuestion
  ? boolean
  : Asked extends NumberQuestion
    ? number
    : Asked extends ChoiceQuestion<infer Choice>
      ? Choice
      : string;
/** The answers to several questions, in their order. */
export type Answers<Asked extends readonly Question[]> = { -readonly [Index in keyof Asked]: Answer<Asked[Index]> };

/** An item's declaration of a question that it may ask. */
export interface QuestionDeclaration {
  readonly id: string;
  readonly kind: Question['kind'];
  /** When and why it is asked. */
  readonly summary: string;
  readonly live?: LiveBeside;
}

/** A point or a line that the operator drew on an image, in raster pixels of that image. */
export interface Mark {
  readonly from: { readonly x: number; readonly y: number };
  readonly to?: { readonly x: number; readonly y: number };
}

/** Progress of a run. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly text: string;
}

/** Options for showing images in turn. */
export interface Toggling {
  readonly buffers: readonly [string, string];
  /** Number of changes of the picture; the first buffer is shown at the end. */
  readonly times: number;
  readonly interval: Seconds;
}

/**
 * The person at the microscope, wherever that person sits: browser, terminal, script or test. Calibrations know nothing else of them.
 * Every call rejects with `StoppedError` when the run is stopped.
 */
export interface Operator {
  confirm(question: Omit<ConfirmQuestion, 'kind'>): Promise<boolean>;
  number(question: Omit<NumberQuestion, 'kind'>): Promise<number>;
  choice<Choice extends string>(question: Omit<ChoiceQuestion<Choice>, 'kind'>): Promise<Choice>;
  text(question: Omit<TextQuestion, 'kind'>): Promise<string>;
  /** Several questions of which none rests on the answer to another: seen together where there is a screen for it, else one after the other. */
  askAll<const Asked extends readonly Question[]>(questions: Asked): Promise<Answers<Asked>>;
  /** Waits until one of the named buttons is pressed; the text says what to do before. */
  button<Name extends string>(names: readonly Name[], text?: string, live?: LiveBeside): Promise<Name>;
  /** A point or line drawn on the image in a buffer, once there is one. */
  mark(buffer: string, kind: 'point' | 'line'): Promise<Mark>;
  log(text: string): void;
  progress(progress: Progress): void;
  /** The status pane, such as CALIBRATING IMAGE SHIFT; undefined clears it. */
  status(text: string | undefined): void;
  /** Shows what is measured, as it comes, where there is a screen for it. */
  plot(plot: Plot): void;
  /** Shows the image in each of the buffers in turn, aligned, so that a wrong alignment is seen; returns at once where there is no screen for it. */
  toggleImages(toggling: Toggling): Promise<void>;
}

/** Interface of a console. The runner makes an `Operator` of it, which handles STOP and declared questions. */
export interface OperatorPort {
  /** True for a console with a screen, on which an operator sees a live image beside a question. */
  readonly showsLive?: boolean;
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
  /** Several questions at once; left out where they are asked one after the other. */
  askAll?(questions: readonly Question[], signal: AbortSignal): Promise<readonly Answer[]>;
  /** Waits for one of the named buttons; `text` says what to do before. */
  button(names: readonly string[], signal: AbortSignal, text?: string, live?: LiveBeside): Promise<string>;
  mark(buffer: string, kind: 'point' | 'line', signal: AbortSignal): Promise<Mark>;
  log(text: string): void;
  progress(progress: Progress): void;
  status(text: string | undefined): void;
  image(image: BufferedImage): void;
  /** Draws a plot; left out where nobody would see it, and then a line of the log tells it at the end. */
  plot?(plot: Plot): void;
  /** Shows the image in a buffer, shifted by its alignment; left out where nobody would see it. */
  showImage?(buffer: string): void;
}
