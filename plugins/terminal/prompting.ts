import { confirm, input, number, select } from '@inquirer/prompts';
import { StoppedError, errorContents } from '../../core/base';
import type { LiveBeside, Mark, OperatorPort, Question } from '../../core/kernel';

/** True when a prompt ended because the operator pressed Ctrl-C or the run was stopped. */
export const isCancelled = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError');

/** The part of the operator's port that waits for answers, with prompts in a terminal. Ctrl-C at a prompt is STOP. */
export type Prompts = Pick<OperatorPort, 'ask' | 'button' | 'mark'>;

/** Action at the microscope that a console offers while an item waits for a button. */
export interface PromptAction {
  readonly name: string;
  /** Does it; `look` finds what an image is looked at for. */
  readonly act: (signal: AbortSignal, look?: LiveBeside['look']) => Promise<void>;
}

/**
 * Makes the prompts. `around` wraps each question, for a console that listens to keys and must stop listening during a
 * question; `actions` stand below the buttons of an item.
 */
export function terminalPrompts(
  around: <T>(question: () => Promise<T>) => Promise<T> = (question) => question(),
  actions: readonly PromptAction[] = [],
): Prompts {
  const asking = <T>(question: () => Promise<T>): Promise<T> =>
    around(question).catch((error: unknown) => {
      throw isCancelled(error) ? new StoppedError() : error;
    });
  return {
    ask: (question, signal) => asking(() => ask(question, signal)),
    button: (names, signal, text = 'Go on with', live) =>
      asking(() => pressed(names, actions, text, signal, live?.look)),
    mark: (buffer, kind, signal) => asking(() => askForMark(buffer, kind, signal)),
  };
}

/** Asks for a button until one is pressed; what else is chosen is done in between. */
async function pressed(
  names: readonly string[],
  actions: readonly PromptAction[],
  message: string,
  signal: AbortSignal,
  look?: LiveBeside['look'],
): Promise<string> {
  for (;;) {
    const choices = [...names, ...actions.map(({ name }) => name)].map((name) => ({ value: name, name }));
    const chosen = await select({ message, choices, pageSize: choices.length }, { signal });
    if (names.includes(chosen)) return chosen;
    try {
      await actions.find(({ name }) => name === chosen)!.act(signal, look);
    } catch (error) {
      if (signal.aborted) throw error;
      const { message: what, hint } = errorContents(error);
      // A fault of an action ends neither the run nor the wait.
      if (!isCancelled(error)) process.stdout.write(`${what}\n${hint}\n`);
    }
  }
}

/** Asks for several numbers in one line. */
export async function askForNumbers(message: string, count: number, signal: AbortSignal): Promise<readonly number[]> {
  const numbers = (text: string): number[] =>
    text
      .trim()
      .split(/[\s,]+/)
      .map(Number);
  const validate = (text: string): true | string =>
    numbers(text).length === count && numbers(text).every(Number.isFinite) ? true : `${count} numbers are needed`;
  return numbers(await input({ message, validate }, { signal }));
}

async function askForMark(buffer: string, kind: 'point' | 'line', signal: AbortSignal): Promise<Mark> {
  const prompt = kind === 'line' ? 'Ends of the line (x y x y)' : 'Point (x y)';
  const count = kind === 'line' ? 4 : 2;
  const asked = `${prompt} on the image in buffer ${buffer}, in pixels`;
  const [x = 0, y = 0, toX = 0, toY = 0] = await askForNumbers(asked, count, signal);
  return { from: { x, y }, ...(kind === 'line' && { to: { x: toX, y: toY } }) };
}

function ask(question: Question, signal: AbortSignal): Promise<boolean | number | string> {
  const context = { signal };
  switch (question.kind) {
    case 'confirm':
      return confirm({ message: question.text, default: question.default }, context);
    case 'choice':
      return select(
        {
          message: question.text,
          choices: question.choices.map(({ value, label }) => ({ value, name: label })),
          default: question.default,
        },
        context,
      );
    case 'text':
      return input({ message: question.text, default: question.default }, context);
    case 'number': {
      const { minimum, maximum, unit, integer, offered } = question;
      if (offered)
        return select(
          {
            message: question.text,
            choices: offered.map(({ value, label }) => ({ value, name: label })),
            default: question.default,
            pageSize: 12,
          },
          context,
        );
      const message = `${question.text}${unit ? ` (${unit})` : ''}`;
      const limits = { ...(minimum !== undefined && { min: minimum }), ...(maximum !== undefined && { max: maximum }) };
      return number({ message, default: question.default, step: integer ? 1 : 'any', ...limits }, context).then(
        (answer) => answer ?? question.default,
      );
    }
  }
}
