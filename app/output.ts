import {
  CombinedError,
  describePlace,
  type LogLine,
  type Place,
  StoppedError,
  errorContents,
  forReading,
  showsEverySign,
} from '../core/base';
import type { BufferedImage, OperatorPort, Progress, Question } from '../core/kernel';
import { RefusedError } from '../core/judgement';
import type { CalibrationResult } from '../core/store';

/** Exit codes of the command line. */
export const exitCodes = { done: 0, failed: 1, usage: 2, stopped: 130 } as const;

/** Codes of errors in the form of what was typed, beside those that the parser of the command line finds itself. */
const usageErrors: ReadonlySet<string> = new Set(['command/bad-answer']);

interface TextStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A text with the sign for micrometres where people read it; a file or a pipe gets plain letters. */
const shownOn = (stream: TextStream, text: string): string => (showsEverySign(stream) ? forReading(text) : text);

/**
 * Output of a command. People read the log on stderr and the results on stdout; programs read one JSON object per line
 * on stdout.
 */
export class Output {
  constructor(
    readonly json: boolean,
    private readonly stdout: TextStream = process.stdout,
    private readonly stderr: TextStream = process.stderr,
  ) {}

  /** Prints a result in words. */
  print(text: string): void {
    if (!this.json) this.stdout.write(`${shownOn(this.stdout, text)}\n`);
  }

  /** Prints a result as data. */
  emit(data: unknown): void {
    if (this.json) this.stdout.write(`${JSON.stringify(data)}\n`);
  }

  /** A remark for people that is not part of the answer. */
  remark(text: string): void {
    this.stderr.write(`${shownOn(this.stderr, text)}\n`);
  }

  /** A line of the program's log. */
  log(line: LogLine): void {
    const mark = line.level === 'info' ? '' : `${line.level}: `;
    this.stderr.write(`${mark}${shownOn(this.stderr, line.text)}\n`);
  }

  /** Reports a failure and returns the exit code that goes with it. */
  fail(error: unknown): number {
    const { code, message, hint, place } = errorContents(error);
    // The message of such an error begins with its cause; programs get that by itself too.
    const first = error instanceof CombinedError && error.cause !== undefined ? errorContents(error.cause) : undefined;
    const cause = first && { code: first.code, message: first.message, hint: first.hint };
    const refused = error instanceof RefusedError && { verdict: 'refused', reasons: error.reasons };
    this.emit({ event: 'error', ...(cause && { cause }), code, message, hint, ...(place && { place }), ...refused });
    if (!this.json) this.remark(errorText({ code, message, hint, ...(place && { place }) }));
    if (error instanceof StoppedError) return exitCodes.stopped;
    return usageErrors.has(code) ? exitCodes.usage : exitCodes.failed;
  }
}

/** Buffer, size, camera and exposure of an image, as lines of JSON give them. */
export function imageFacts({ buffer, frame }: BufferedImage) {
  const [height = 0, width = 0] = frame.image.shape;
  const { binning, exposure } = frame.exposure;
  return { buffer, width, height, camera: frame.camera, binning, exposure };
}

/** An error as people read it: what happened, where, what to do, and the code to look it up by. */
function errorText(error: { code: string; message: string; hint: string; place?: Place }): string {
  const where = error.place ? `${describePlace(error.place)}: ` : '';
  return `${where}${error.message}\n  ${error.hint} [${error.code}]`;
}

/** Writes what happens during a run; questions are answered elsewhere. */
export class RunReporter {
  constructor(private readonly output: Output) {}

  log(text: string): void {
    this.output.emit({ event: 'log', text });
    this.output.print(text);
  }
  progress(progress: Progress): void {
    this.output.emit({ event: 'progress', ...progress });
    if (!this.output.json) this.output.remark(`[${progress.done + 1}/${progress.total}] ${progress.text}`);
  }
  status(text: string | undefined): void {
    this.output.emit({ event: 'status', text: text ?? '' });
  }
  asked(question: Question, answer: unknown): void {
    this.output.emit({ event: 'ask', ...question, answer });
    if (!this.output.json) this.output.remark(`${question.text} -> ${String(answer)}`);
  }
  image(image: BufferedImage): void {
    this.output.emit({ event: 'image', ...imageFacts(image), ...image.context });
  }
  result(result: CalibrationResult | undefined, item: string, doubts: readonly object[] = []): void {
    this.output.emit({
      event: 'result',
      item,
      summary: '',
      values: {},
      standardErrors: {},
      conditions: {},
      ...result,
      ...(doubts.length > 0 && { doubts }),
    });
    if (result?.summary) this.output.print(result.summary);
  }
}

/** Adds the reporting of what happens to a port that answers questions. */
export function reporting(reporter: RunReporter, answers: OperatorPort): OperatorPort {
  return {
    ask: async (question, signal) => {
      const answer = await answers.ask(question, signal);
      reporter.asked(question, answer);
      return answer;
    },
    ...(answers.showsLive && { showsLive: true }),
    button: (names, signal, text, live) => answers.button(names, signal, text, live),
    mark: (buffer, kind, signal) => answers.mark(buffer, kind, signal),
    log: (text) => reporter.log(text),
    progress: (progress) => reporter.progress(progress),
    status: (text) => reporter.status(text),
    image: (image) => reporter.image(image),
  };
}
