import { type MenuEntry, type Session, kernelErrors } from '../../../core/kernel';
import type { PlotState, RunState, Waiting } from '../protocol';
import { ConsolePort, OpenQuestions } from './console-port';
import { consoleErrors } from './errors';
import { outcomeOfError, outcomeOf } from './outcomes';
import type { SharedState } from './shared-state';

/** True for a request while which the operator may change the microscope. */
const letsAct = ({ for: what, live }: Waiting): boolean => what === 'button' || (live?.settings.length ?? 0) > 0;

const maxPlots = 6;
const maxPoints = 4000;
const maxTiles = 25;

/** Starts runs and keeps their state for all browsers; a run continues without a browser. */
export class RunControl {
  readonly questions = new OpenQuestions(() => this.show());
  private current: Omit<RunState, 'waiting'> | undefined;
  private count = 0;
  private turns = 0;
  private pace = { began: 0, done: 0 };
  private readonly stored = new Set<string>();
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly session: Session,
    private readonly state: SharedState,
    /** Called at the beginning and at the end of a run, because menu and settings may be different then. */
    private readonly changed: () => void,
    private readonly settingsOf?: ConstructorParameters<typeof ConsolePort>[3],
  ) {
    state.set('run', undefined);
    state.set('outcome', undefined);
    state.set('plots', []);
    state.set('showing', undefined);
  }

  /** Notes that the item has stored something. */
  noteStored(item: string): void {
    this.stored.add(item);
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    await this.ended;
  }

  /** True while there is a run, also one that waits. */
  get isRunning(): boolean {
    return this.current !== undefined;
  }

  /** True while a run measures: it goes on by itself, and does not wait for the operator to do something at the microscope. */
  get isMeasuring(): boolean {
    return this.current !== undefined && !this.questions.waiting.some(letsAct);
  }

  /** Throws unless the operator may change the microscope: nothing runs, or the run waits for the operator to do so. */
  checkFree(): void {
    if (this.current && this.isMeasuring) throw consoleErrors.busy(this.current.label);
  }

  /** Starts an item; resolves at once, and throws if it cannot start. */
  start(entry: MenuEntry): void {
    if (!entry.enabled) throw kernelErrors.disabled(entry.label, entry.reason ?? 'it is not available');
    const beside = this.current !== undefined;
    this.ended = this.run(entry, beside);
  }

  stop(): void {
    if (!this.current) return;
    this.current = { ...this.current, stopping: true };
    this.show();
    this.session.stop();
  }

  private async run({ id, label, toggle, declaration }: MenuEntry, beside: boolean): Promise<void> {
    const number = (this.count += 1);
    const began = Date.now();
    const { session, state } = this;
    const isShown = !beside && !toggle;
    if (!beside) {
      this.current = { number, item: id, label, stopping: false };
      this.pace = { began: 0, done: 0 };
      if (isShown) state.set('plots', []);
      this.show();
      this.changed();
    }
    this.stored.delete(id);
    const reasons = new Map((declaration?.questions ?? []).map((question) => [question.id, question.summary]));
    const port = new ConsolePort(
      this.questions,
      {
        log: (text) => state.log('said', text),
        progress: (progress) => this.progress(progress),
        status: (text) => this.update(text === undefined ? {} : { status: text }),
        plot: (plot) => this.plot(plot),
        showImage: (buffer) => state.set('showing', { buffer, turn: (this.turns += 1) }),
      },
      reasons,
      this.settingsOf,
    );
    const shell = () => ({
      number,
      item: id,
      label,
      stored: this.stored.has(id),
      stores: (declaration?.stores.length ?? 0) > 0,
      seconds: (Date.now() - began) / 1000,
    });
    try {
      const result = await session.run(id, { port });
      if (result) state.log('said', result.summary);
      if (isShown) state.set('outcome', outcomeOf(shell(), result, declaration));
    } catch (error) {
      const outcome = outcomeOfError(shell(), error);
      state.log(outcome.end === 'stopped' ? 'warn' : 'error', `${outcome.summary} ${outcome.hint ?? ''}`);
      state.set('outcome', outcome);
    }
    if (!beside) this.current = undefined;
    this.show();
    this.changed();
  }

  private update(change: Partial<RunState>): void {
    if (this.current) this.current = { ...this.current, ...change };
    this.show();
  }

  private progress(progress: NonNullable<RunState['progress']>): void {
    if (this.pace.began === 0) this.pace = { began: Date.now(), done: progress.done };
    const taken = progress.done - this.pace.done;
    const left =
      taken < 1 ? undefined : (((Date.now() - this.pace.began) / taken) * (progress.total - progress.done)) / 1000;
    this.update({ progress, ...(left !== undefined && { secondsLeft: Math.ceil(left) }) });
  }

  private plot(plot: PlotState): void {
    const bounded =
      plot.kind === 'image'
        ? { ...plot, tiles: plot.tiles.slice(0, maxTiles) }
        : { ...plot, series: plot.series.map((series) => ({ ...series, points: series.points.slice(-maxPoints) })) };
    const others = (this.state.get('plots') ?? []).filter(({ id }) => id !== plot.id);
    this.state.set('plots', [...others, bounded].slice(-maxPlots));
  }

  private show(): void {
    this.state.set('run', this.current && { ...this.current, waiting: this.questions.waiting });
  }
}
