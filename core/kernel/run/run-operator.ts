import { type Clock, type Plot, StoppedError, describe, keptPlots, plotInWords, throwIfStopped } from '../../base';
import { kernelErrors } from '../errors';
import type {
  Answer,
  Answers,
  ChoiceQuestion,
  ConfirmQuestion,
  LiveBeside,
  Mark,
  NumberQuestion,
  Operator,
  OperatorPort,
  Question,
  QuestionDeclaration,
  TextQuestion,
  Toggling,
} from '../operator/operator';

/** Shows a live image while a run waits for its operator; what is returned ends it, and the camera is idle again. */
export type ShowLive = (live: LiveBeside, signal: AbortSignal) => Promise<() => Promise<void>>;

/** The operator as one run sees it: what is asked has been declared, answers are checked, and STOP ends every wait. */
export class RunOperator implements Operator {
  private readonly plots = new Map<string, Plot>();

  constructor(
    private readonly item: string,
    private readonly declared: readonly QuestionDeclaration[],
    private readonly port: OperatorPort,
    private readonly signal: AbortSignal,
    private readonly clock: Clock,
    private readonly showLive?: ShowLive,
  ) {}

  async confirm(question: Omit<ConfirmQuestion, 'kind'>): Promise<boolean> {
    return (await this.ask({ kind: 'confirm', ...question })) as boolean;
  }
  async number(question: Omit<NumberQuestion, 'kind'>): Promise<number> {
    return (await this.ask({ kind: 'number', ...question })) as number;
  }
  async choice<Choice extends string>(question: Omit<ChoiceQuestion<Choice>, 'kind'>): Promise<Choice> {
    return (await this.ask({ kind: 'choice', ...question })) as Choice;
  }
  async text(question: Omit<TextQuestion, 'kind'>): Promise<string> {
    return (await this.ask({ kind: 'text', ...question })) as string;
  }

  async askAll<const Asked extends readonly Question[]>(questions: Asked): Promise<Answers<Asked>> {
    const { port } = this;
    if (!port.askAll || questions.length < 2) {
      const answers: Answer[] = [];
      for (const question of questions) answers.push(await this.ask(question));
      return answers as Answers<Asked>;
    }
    for (const question of questions) this.checkDeclared(question);
    throwIfStopped(this.signal);
    const live = questions.find((question) => question.live)?.live;
    const answers = await this.beside(live, () => this.stoppable(port.askAll!(questions, this.signal)));
    return questions.map((question, index) => checkAnswer(question, answers[index]!)) as Answers<Asked>;
  }

  async button<Name extends string>(names: readonly Name[], text?: string, live?: LiveBeside): Promise<Name> {
    const pressed = await this.beside(live, () =>
      this.stoppable(this.port.button(names, this.signal, text, ...(live ? [live] : []))),
    );
    return pressed as Name;
  }
  mark(buffer: string, kind: 'point' | 'line'): Promise<Mark> {
    return this.stoppable(this.port.mark(buffer, kind, this.signal));
  }
  log(text: string): void {
    this.port.log(text);
  }
  progress(progress: Parameters<Operator['progress']>[0]): void {
    this.port.progress(progress);
  }
  status(text: string | undefined): void {
    this.port.status(text);
  }
  plot(plot: Plot): void {
    // The last version is the one that the result keeps; it comes last in the order of the plots.
    this.plots.delete(plot.id);
    this.plots.set(plot.id, plot);
    this.port.plot?.(plot);
  }
  /** The plots of the run as its result keeps them; tells them in words where nobody saw them. */
  endPlots(): readonly Plot[] {
    const plots = [...this.plots.values()];
    if (!this.port.plot) for (const plot of plots) this.log(plotInWords(plot));
    return keptPlots(plots);
  }
  async toggleImages({ buffers: [first, second], times, interval }: Toggling): Promise<void> {
    const { port, clock, signal } = this;
    if (!port.showImage || times <= 0) return;
    // An odd number of changes would leave the other image in view.
    for (let shown = 2 * Math.ceil(times / 2) - 1; shown >= 0; shown -= 1) {
      port.showImage(shown % 2 === 0 ? first : second);
      await clock.delay(interval, signal);
    }
  }

  private checkDeclared(question: Question): void {
    if (!this.declared.some(({ id, kind }) => id === question.id && kind === question.kind))
      throw kernelErrors.undeclaredQuestion(this.item, question.id);
  }

  private async ask(question: Question): Promise<Answer> {
    this.checkDeclared(question);
    throwIfStopped(this.signal);
    const answer = await this.beside(question.live, () => this.stoppable(this.port.ask(question, this.signal)));
    return checkAnswer(question, answer);
  }

  /** Waits with a live image, where one was requested and is seen. A camera that cannot show one keeps nobody from answering. */
  private async beside<T>(live: LiveBeside | undefined, wait: () => Promise<T>): Promise<T> {
    if (!live || !this.port.showsLive || !this.showLive) return wait();
    let end: (() => Promise<void>) | undefined;
    try {
      end = await this.showLive(live, this.signal);
    } catch (error) {
      throwIfStopped(this.signal);
      this.log(`There is no live image: ${describe(error)}`);
    }
    try {
      return await wait();
    } finally {
      await end?.();
    }
  }

  private async stoppable<T>(waiting: Promise<T>): Promise<T> {
    let stop = (): void => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(this.signal.reason instanceof Error ? this.signal.reason : new StoppedError());
      if (this.signal.aborted) stop();
      this.signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([waiting, stopped]);
    } finally {
      this.signal.removeEventListener('abort', stop);
    }
  }
}

/** Checks an answer against its question; returns it in the right type. Throws `run/bad-answer`. */
export function checkAnswer(question: Question, answer: Answer): Answer {
  const refuse = (wanted: string): never => {
    throw kernelErrors.badAnswer(question.id, String(answer), wanted);
  };
  switch (question.kind) {
    case 'confirm':
      return typeof answer === 'boolean' ? answer : refuse('yes or no is expected');
    case 'text':
      return typeof answer === 'string' ? answer : refuse('a text is expected');
    case 'choice':
      return question.choices.some(({ value }) => value === answer)
        ? answer
        : refuse(`one of ${question.choices.map(({ value }) => value).join(', ')} is expected`);
    case 'number': {
      if (typeof answer !== 'number' || !Number.isFinite(answer)) return refuse('a number is expected');
      if (question.integer && !Number.isInteger(answer)) return refuse('a whole number is expected');
      const unit = question.unit ? ` ${question.unit}` : '';
      if (question.minimum !== undefined && answer < question.minimum)
        return refuse(`at least ${question.minimum}${unit} is expected`);
      if (question.maximum !== undefined && answer > question.maximum)
        return refuse(`at most ${question.maximum}${unit} is expected`);
      return answer;
    }
  }
}

/** Reads the text that a person typed as an answer to a question; an empty text is the default. Throws `run/bad-answer`. */
function parseAnswer(question: Question, typed: string): Answer {
  const text = typed.trim();
  if (text === '') return question.default;
  if (question.kind === 'confirm') {
    if (/^(y|yes|true|1)$/i.test(text)) return true;
    if (/^(n|no|false|0)$/i.test(text)) return false;
    throw kernelErrors.badAnswer(question.id, typed, 'yes or no is expected');
  }
  if (question.kind === 'number') return checkAnswer(question, parseNumber(question, text));
  return checkAnswer(question, text);
}

/** Reads a number; of one with a decimal comma the error names the comma. */
function parseNumber(question: Question, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  const withPoint = text.replace(',', '.');
  const comma = text.includes(',') && Number.isFinite(Number(withPoint));
  const wanted = comma ? `it has a comma; write it with a decimal point, as ${withPoint}` : 'a number is expected';
  throw kernelErrors.badAnswer(question.id, text, wanted);
}

/** State of an item that lets the operator act. */
export interface WaitingForButton {
  readonly buttons: readonly string[];
  /** Request to the operator. */
  readonly text?: string;
  /** Number of earlier waits in this run. */
  readonly turn: number;
}

/** Further behaviour of a scripted operator, besides prepared answers. */
export interface ScriptedOptions {
  /** Takes the default of every question without a prepared answer. */
  readonly defaults?: boolean;
  /** Buttons in the order in which they are pressed. */
  readonly buttons?: string[];
  /** Acts at the microscope whenever an item waits, and answers with the button to press. */
  readonly act?: (waiting: WaitingForButton) => Promise<string>;
  readonly marks?: Mark[];
  /** Answers the rest. */
  readonly otherwise?: OperatorPort;
}

/** An operator made of prepared answers; used by `run --answer`, by scripts and by tests. */
export class ScriptedOperator implements OperatorPort {
  readonly asked: Question[] = [];
  private readonly unused: Set<string>;
  private turns = 0;

  constructor(
    private readonly answers: Readonly<Record<string, string>> = {},
    private readonly options: ScriptedOptions = {},
  ) {
    this.unused = new Set(Object.keys(answers));
  }

  /** Ids of answers that no question asked for. */
  get unusedAnswers(): readonly string[] {
    return [...this.unused];
  }

  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    this.asked.push(question);
    const given = this.answers[question.id];
    if (given !== undefined) {
      this.unused.delete(question.id);
      return parseAnswer(question, given);
    }
    if (this.options.defaults) return question.default;
    if (this.options.otherwise) return this.options.otherwise.ask(question, signal);
    if (question.offer) return question.default;
    throw kernelErrors.noAnswer(question.id, question.text);
  }
  get showsLive(): boolean {
    return this.options.otherwise?.showsLive ?? false;
  }
  async button(names: readonly string[], signal: AbortSignal, text?: string, live?: LiveBeside): Promise<string> {
    const { act } = this.options;
    if (act) return act({ buttons: names, turn: this.turns++, ...(text !== undefined && { text }) });
    const next = this.options.buttons?.shift();
    if (next !== undefined) return next;
    if (this.options.otherwise) return this.options.otherwise.button(names, signal, text, live);
    throw kernelErrors.nobodyActs('button', `one of ${names.join(', ')} must be pressed`);
  }
  async mark(buffer: string, kind: 'point' | 'line', signal: AbortSignal): Promise<Mark> {
    const next = this.options.marks?.shift();
    if (next !== undefined) return next;
    if (this.options.otherwise) return this.options.otherwise.mark(buffer, kind, signal);
    throw kernelErrors.nobodyActs('mark', `a ${kind} must be drawn on the image in buffer ${buffer}`);
  }
  log(text: string): void {
    this.options.otherwise?.log(text);
  }
  progress(progress: Parameters<OperatorPort['progress']>[0]): void {
    this.options.otherwise?.progress(progress);
  }
  status(text: string | undefined): void {
    this.options.otherwise?.status(text);
  }
  image(image: Parameters<OperatorPort['image']>[0]): void {
    this.options.otherwise?.image(image);
  }
}

/** An operator who acts at the microscope whenever an item waits, and takes the default of every question without a prepared answer; for tests. */
export const actingOperator = (
  act: NonNullable<ScriptedOptions['act']>,
  answers: Readonly<Record<string, string>> = {},
): ScriptedOperator => new ScriptedOperator(answers, { defaults: true, act });
