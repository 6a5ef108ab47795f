import { emitKeypressEvents } from 'node:readline';
import { search, select } from '@inquirer/prompts';
import {
  StoppedError,
  errorContents,
  forReading,
  imageShiftUnits,
  readable,
  showsEverySign,
  withError,
} from '../../core/base';
import { Cameras, Scope } from '../../core/devices';
import type { LiveBeside, MenuEntry, OperatorConsole, OperatorPort, Session } from '../../core/kernel';
import { takeImage } from '../../core/acquisition';
import { ImageShiftControl, Optics } from '../../core/optics';
import type { ParameterSetName } from '../../core/settings';
import { ProgressLine, paint, wrap } from './drawing';
import { PictureInPlace } from './picture';
import { askForNumbers, isCancelled, terminalPrompts } from './prompting';

/** Choices besides the items of the menu. */
const leave = 'leave';
const others = {
  magnification: 'Microscope > Magnification',
  camera: 'Microscope > Camera',
  View: 'Microscope > Take View image',
  Trial: 'Microscope > Take Trial image',
  Record: 'Microscope > Take Record image',
  status: 'Microscope > Status',
} as const;

/** Nobody reads a new list and presses Enter within this time. */
const typedTogetherMilliseconds = 40;

/** The Calibration menu in a terminal: choose an item by typing a part of its name, watch it run, stop it with Esc. */
export class TerminalConsole implements OperatorConsole {
  private readonly line = new ProgressLine(process.stdout);
  private readonly picture = new PictureInPlace(process.stdout);

  async serve(session: Session, signal: AbortSignal): Promise<void> {
    this.say(paint.bold(session.title));
    if (session.simulated) this.say(paint.warn('SIMULATION: a virtual microscope; no instrument is connected.'));
    const inUse = session.unsavedInUse('start');
    if (inUse !== undefined) this.say(paint.warn(inUse));
    await this.showStatus(session);
    this.say('Type to search the Calibration menu; Esc stops a run, Ctrl-C leaves.\n');
    let last: string | undefined;
    while (!signal.aborted) {
      const chosen = await this.choose(session, last, signal);
      if (chosen === leave) {
        if (!(await this.mayLeave(session, signal))) continue;
        const kept = session.unsavedInUse('end');
        if (kept !== undefined) this.say(paint.warn(kept));
        return;
      }
      last = chosen;
      if (chosen in others) await this.other(session, chosen as keyof typeof others, signal);
      else await this.run(session, chosen);
    }
  }

  private async choose(session: Session, last: string | undefined, signal: AbortSignal): Promise<string> {
    const entries = [...session.menu(), ...session.tasks()];
    const choices = [...entries].sort((a, b) => Number(b.id === last) - Number(a.id === last)).map(asChoice);
    const more = Object.entries(others).map(([value, name]) => ({
      value,
      name,
      description: 'Outside the Calibration menu.',
    }));
    const leaving = { value: leave, name: 'Leave the program', description: 'Asks first if something is unsaved.' };
    type Shown = (typeof choices)[number] | (typeof more)[number] | typeof leaving;
    let shown: readonly Shown[] = [];
    let shownAt = 0;
    try {
      const chosen = await search(
        {
          // In view at every moment, so that nobody takes it for the instrument.
          message: session.simulated ? 'Calibration (simulation)' : 'Calibration',
          // The last lines of the log stay in view above the menu.
          pageSize: Math.max(5, Math.min(20, (process.stdout.rows || 24) - 13)),
          source: (term) => {
            const wanted = (term ?? '').toLowerCase().split(/\s+/).filter(Boolean);
            const found = [...choices, ...more, leaving].filter(({ name }) =>
              wanted.every((word) => name.toLowerCase().includes(word)),
            );
            // Items with this name come before those that only are in a submenu with this name.
            const elsewhere = ({ name }: { name: string }): number =>
              Number(
                !wanted.every((word) =>
                  name
                    .slice(name.lastIndexOf(' > ') + 1)
                    .toLowerCase()
                    .includes(word),
                ),
              );
            shownAt = Date.now();
            return (shown = found.sort((a, b) => elsewhere(a) - elsewhere(b)));
          },
        },
        { signal },
      );
      // Keys that arrive together, as over a slow line, make the prompt answer from the list before the last letters.
      // The shown list counts.
      await new Promise(setImmediate);
      const together = Date.now() - shownAt < typedTogetherMilliseconds;
      return (together ? shown.find((each) => !('disabled' in each && each.disabled))?.value : undefined) ?? chosen;
    } catch (error) {
      if (isCancelled(error)) return leave;
      throw error;
    }
  }

  private async showStatus(session: Session): Promise<void> {
    for (const { name, value } of await session.status()) this.say(`  ${name.padEnd(16)} ${value}`);
  }

  /** Actions that an operator does at the panels of the microscope. */
  private async other(session: Session, what: keyof typeof others, signal: AbortSignal): Promise<void> {
    try {
      if (what === 'magnification') await this.changeMagnification(session, signal);
      else if (what === 'camera') await this.selectCamera(session, signal);
      else if (what !== 'status') return await this.takeImage(session, what, signal);
      await this.showStatus(session);
    } catch (error) {
      if (!isCancelled(error)) this.tellFault(error);
    }
    this.say('');
  }

  private async takeImage(
    session: Session,
    name: ParameterSetName,
    signal: AbortSignal,
    look?: LiveBeside['look'],
  ): Promise<void> {
    const stopping = new AbortController();
    const key = this.listenForStop(() => stopping.abort(new StoppedError(`The ${name} image`)));
    this.say(`${paint.bold(`Taking a ${name} image`)}  ${paint.faint('(Esc stops)')}`);
    const image = await takeImage(session, name, AbortSignal.any([signal, stopping.signal])).finally(() => key.off());
    const [height, width] = image?.frame.image.shape ?? [];
    this.say(
      image
        ? `${name} image of ${width} x ${height} pixels at ${image.context.magnification}x is in buffer A.\n`
        : 'This instrument has no camera to take an image with.\n',
    );
    if (!image || !look) return;
    const { numbers, trouble } = look(image);
    for (const { label, text } of numbers) this.say(`  ${label.padEnd(16)} ${text}`);
    if (trouble !== undefined) this.say(paint.warn(trouble));
  }

  private async shiftImage(session: Session, signal: AbortSignal): Promise<void> {
    const control = session.find(ImageShiftControl);
    if (!control) return;
    const now = await control.net.read(signal);
    const value = await askForNumbers(
      `Image shift X and Y in units (now ${readable(now.x, 3)} ${readable(now.y, 3)})`,
      2,
      signal,
    );
    await control.write({ x: imageShiftUnits(value[0]!), y: imageShiftUnits(value[1]!) });
  }

  private async changeMagnification(session: Session, signal: AbortSignal): Promise<void> {
    const [scope, optics, camera] = [
      session.find(Scope),
      session.find(Optics),
      session.find(Cameras)?.selected.traits.index,
    ];
    if (!scope || !optics || camera === undefined) return;
    const present = await scope.magIndex.read(signal);
    const choices = optics.magnifications.indexes(optics.camera(camera)).map((magIndex) => {
      const { magnification, isLowMagnification } = optics.at({ magIndex, camera });
      return {
        value: magIndex,
        name: `${magnification}x, mag index ${magIndex}${isLowMagnification ? ', LM' : ''}`,
      };
    });
    await scope.magIndex.write(
      await select({ message: 'Magnification', choices, default: present, pageSize: 12 }, { signal }),
      signal,
    );
  }

  private async selectCamera(session: Session, signal: AbortSignal): Promise<void> {
    const cameras = session.find(Cameras);
    if (!cameras) return;
    const choices = cameras.all.map(({ traits }) => ({ value: traits.index, name: `${traits.index}: ${traits.name}` }));
    await cameras.select(
      await select({ message: 'Camera', choices, default: cameras.selected.traits.index }, { signal }),
      signal,
    );
  }

  private async run(session: Session, item: string): Promise<void> {
    const stopListening = this.listenForStop(() => session.stop());
    try {
      const result = await session.run(item, { port: this.port(session, stopListening) });
      this.clear();
      if (result) this.tell(result.summary, paint.good);
      for (const [name, error] of Object.entries(result?.standardErrors ?? {})) {
        const value = result?.values[name];
        if (typeof value === 'number' && typeof error === 'number')
          this.say(`  ${name.padEnd(8)} ${withError(value, error)}`);
      }
    } catch (error) {
      this.clear();
      if (error instanceof StoppedError) this.tell(`${error.message} ${error.hint}`, paint.warn);
      else this.tellFault(error);
    } finally {
      stopListening.off();
    }
    this.say('');
  }

  /** Esc stops the run or the image; while a question is open the keys belong to the question. */
  private listenForStop(stop: () => void): StopKey {
    const { stdin } = process;
    const onKey = (_: string, key: { name?: string; ctrl?: boolean } | undefined): void => {
      if (key?.name === 'escape' || (key?.ctrl && key.name === 'c')) {
        this.clear();
        this.say(paint.warn('Stopping...'));
        stop();
      }
    };
    if (!stdin.isTTY) return { on: () => {}, off: () => {} };
    emitKeypressEvents(stdin);
    const key: StopKey = {
      on: () => {
        stdin.setRawMode(true);
        stdin.on('keypress', onKey);
        stdin.resume();
      },
      off: () => {
        stdin.off('keypress', onKey);
        stdin.setRawMode(false);
        stdin.pause();
      },
    };
    key.on();
    return key;
  }

  private port(session: Session, key: StopKey): OperatorPort {
    const showImage = (buffer: string): void => {
      const image = session.buffers.get(buffer);
      if (!image) return;
      this.line.clear();
      this.picture.show(image, `${buffer}: ${image.context.title ?? 'image'}; Esc stops if the two do not match`);
    };
    const around = async <T>(question: () => Promise<T>): Promise<T> => {
      this.clear();
      key.off();
      try {
        return await question();
      } finally {
        key.on();
      }
    };
    // An item that waits lets the operator act, as at the panels of the microscope.
    const prompts = terminalPrompts(around, [
      ...(['Trial', 'Record'] as const).map((set) => ({
        name: `Take a ${set} image`,
        act: (signal: AbortSignal, look?: LiveBeside['look']) => this.takeImage(session, set, signal, look),
      })),
      ...(session.find(ImageShiftControl)
        ? [{ name: 'Change image shift', act: (signal: AbortSignal) => this.shiftImage(session, signal) }]
        : []),
    ]);
    return {
      ...prompts,
      log: (text) => this.tell(text),
      progress: (progress) => {
        this.picture.clear();
        this.line.show(progress);
      },
      status: (text) => {
        if (text === undefined) this.clear();
        else this.say(`${paint.bold(text)}  ${paint.faint('(Esc stops)')}`);
      },
      image: () => {},
      ...(this.picture.possible && { showImage }),
    };
  }

  private async mayLeave(session: Session, signal: AbortSignal): Promise<boolean> {
    const unsaved = session.unsaved();
    if (!unsaved) return true;
    const choices = [
      ...(unsaved.canSave ? [{ value: 'save', name: 'Save and leave' }] : []),
      { value: 'leave', name: 'Leave without saving' },
      { value: 'stay', name: unsaved.canSave ? 'Stay' : 'Stay, to turn on Administrator mode and save' },
    ];
    try {
      const answer = await select({ message: unsaved.question, choices }, { signal });
      const saving = session.menu().find(({ declaration }) => declaration?.saves);
      if (answer === 'save' && saving) await this.run(session, saving.id);
      return answer === 'leave' || (answer === 'save' && session.unsaved() === undefined);
    } catch (error) {
      // After a second Ctrl-C the program ends.
      if (isCancelled(error)) return true;
      throw error;
    }
  }

  private clear(): void {
    this.picture.clear();
    this.line.clear();
  }

  private say(text: string): void {
    this.clear();
    process.stdout.write(`${showsEverySign(process.stdout) ? forReading(text) : text}\n`);
  }

  private tellFault(error: unknown): void {
    const { message, hint } = errorContents(error);
    this.tell(message, paint.bad);
    this.tell(hint);
  }

  /** Prints a text that may be longer than a line. */
  private tell(text: string, style: (text: string) => string = (plain) => plain): void {
    this.say(style(wrap(text, process.stdout.columns || 80)));
  }
}

interface StopKey {
  on(): void;
  off(): void;
}

function asChoice(entry: MenuEntry): { value: string; name: string; description: string; disabled?: string | false } {
  const mark = entry.toggle ? (entry.checked ? '[x] ' : '[ ] ') : '';
  const name = [...(entry.task ? ['Tasks'] : []), ...entry.menu, `${mark}${entry.label}`].join(' > ');
  return {
    value: entry.id,
    name,
    description: entry.summary,
    disabled: entry.enabled ? false : `(${entry.reason ?? 'not available'})`,
  };
}
