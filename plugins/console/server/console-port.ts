import type { Plot } from '../../../core/base';
import {
  type Answer,
  type BufferedImage,
  type LiveBeside,
  type Mark,
  type OperatorPort,
  type Progress,
  type Question,
  checkAnswer,
} from '../../../core/kernel';
import type { PlotState, Role, Waiting } from '../protocol';
import { consoleErrors } from './errors';

interface Open {
  readonly shown: Waiting;
  readonly questions?: readonly Question[];
  readonly resolve: (answer: never) => void;
}

type WithoutId<Each> = Each extends Waiting ? Omit<Each, 'id'> : never;

/** Open questions of runs. The first answer counts, from any browser. */
export class OpenQuestions {
  private readonly open = new Map<number, Open>();
  private count = 0;

  constructor(private readonly changed: () => void) {}

  /** The open questions, the oldest first. */
  get waiting(): readonly Waiting[] {
    return [...this.open.values()].map(({ shown }) => shown);
  }

  /** Waits for an answer; the signal withdraws the question. */
  add<Given>(shown: WithoutId<Waiting>, signal: AbortSignal, questions?: readonly Question[]): Promise<Given> {
    const id = (this.count += 1);
    return new Promise<Given>((resolve) => {
      const close = (): void => {
        if (this.open.delete(id)) this.changed();
      };
      signal.addEventListener('abort', close, { once: true });
      if (signal.aborted) return;
      this.open.set(id, {
        shown: { id, ...shown },
        ...(questions && { questions }),
        resolve: (answer) => {
          signal.removeEventListener('abort', close);
          close();
          resolve(answer);
        },
      });
      this.changed();
    });
  }

  /**
   * Answers one question, or several of one form in their order. What it refuses stays open. Throws `run/bad-answer`,
   * `console/administrator-agrees` or `console/answered-already`.
   */
  answer(id: number, values: readonly Answer[], role: Role): void {
    const { questions = [], resolve } = this.find(id, 'answer');
    if (values.length !== questions.length) throw consoleErrors.badCommand();
    const answers = questions.map((question, index) => checkAnswer(question, values[index]!));
    for (const [index, question] of questions.entries())
      if (question.kind === 'confirm' && question.administratorOnly && answers[index] && role !== 'administrator')
        throw consoleErrors.administratorAgrees(question.administratorOnly);
    resolve(answers as never);
  }
  press(id: number, button: string): void {
    const { shown, resolve } = this.find(id, 'button');
    if (shown.for !== 'button' || !shown.names.includes(button)) throw consoleErrors.nothingWaiting();
    resolve(button as never);
  }
  mark(id: number, mark: Mark): void {
    const { shown, resolve } = this.find(id, 'mark');
    if (shown.for === 'mark' && shown.kind === 'line' && !mark.to)
      throw consoleErrors.badValue('Line', 'a line with two ends');
    resolve(mark as never);
  }

  private find(id: number, what: Waiting['for']): Open {
    const found = this.open.get(id);
    if (!found || found.shown.for !== what) throw consoleErrors.nothingWaiting();
    return found;
  }
}

/** Events of a run besides its questions. */
export interface RunEvents {
  log(text: string): void;
  progress(progress: Progress): void;
  status(text: string | undefined): void;
  plot(plot: PlotState): void;
  showImage(buffer: string): void;
}

/** The operator's port of one run, over all browsers together. */
export class ConsolePort implements OperatorPort {
  readonly showsLive = true;

  constructor(
    private readonly questions: OpenQuestions,
    private readonly events: RunEvents,
    private readonly reasons: ReadonlyMap<string, string>,
    /** The ids of the settings of some devices, as the panel of the microscope shows them. */
    private readonly settingsOf: (devices: NonNullable<LiveBeside['devices']>) => readonly string[] = () => [],
  ) {}

  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const [answer] = await this.askAll([question], signal);
    return answer!;
  }
  askAll(questions: readonly Question[], signal: AbortSignal): Promise<readonly Answer[]> {
    return this.questions.add(
      {
        for: 'answer',
        questions: questions.map((question) => ({ question, why: this.reasons.get(question.id) ?? '' })),
        ...this.liveOf(questions.find((question) => question.live)?.live),
      },
      signal,
      questions,
    );
  }
  button(names: readonly string[], signal: AbortSignal, text?: string, live?: LiveBeside): Promise<string> {
    return this.questions.add(
      { for: 'button', names, ...(text !== undefined && { text }), ...this.liveOf(live) },
      signal,
    );
  }
  mark(buffer: string, kind: 'point' | 'line', signal: AbortSignal): Promise<Mark> {
    return this.questions.add({ for: 'mark', buffer, kind }, signal);
  }
  /** The live image that is shown beside a question. */
  private liveOf(live: LiveBeside | undefined): Pick<Waiting, 'live'> {
    if (!live) return {};
    const { set, cross, devices = [] } = live;
    return { live: { set, ...(cross && { cross }), settings: this.settingsOf(devices) } };
  }
  log(text: string): void {
    this.events.log(text);
  }
  progress(progress: Progress): void {
    this.events.progress(progress);
  }
  status(text: string | undefined): void {
    this.events.status(text);
  }
  plot(plot: Plot): void {
    this.events.plot(plot);
  }
  showImage(buffer: string): void {
    this.events.showImage(buffer);
  }
  /** Images appear in the buffers. */
  image(_: BufferedImage): void {}
}
