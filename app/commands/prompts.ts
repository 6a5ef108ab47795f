import { StoppedError } from '../../core/base';
import type { OperatorPort, Question } from '../../core/kernel';

/** A person at a plain terminal, asked with prompts; what happens meanwhile is reported by others. */
export function promptingPort(): OperatorPort {
  return {
    ask: (question, signal) => stopOnAbort(ask(question, signal)),
    button: async (names, signal) => {
      const { select } = await import('@inquirer/prompts');
      return stopOnAbort(select({ message: 'Go on with', choices: names.map((name) => ({ value: name, name })) }, { signal }));
    },
    mark: async (buffer, kind, signal) => {
      const { input } = await import('@inquirer/prompts');
      const text = await stopOnAbort(input({ message: `${kind === 'line' ? 'Ends of the line' : 'Point'} on the image in buffer ${buffer} (x y${kind === 'line' ? ' x y' : ''}, in pixels)` }, { signal }));
      const [x = 0, y = 0, toX, toY] = text.trim().split(/[\s,]+/).map(Number);
      return { from: { x, y }, ...(toX !== undefined && toY !== undefined && { to: { x: toX, y: toY } }) };
    },
    log: () => {},
    progress: () => {},
    status: () => {},
    image: () => {},
  };
}

async function ask(question: Question, signal: AbortSignal): Promise<boolean | number | string> {
  const { confirm, input, number, select } = await import('@inquirer/prompts');
  const context = { signal };
  switch (question.kind) {
    case 'confirm':
      return confirm({ message: question.text, default: question.default }, context);
    case 'choice':
      return select({ message: question.text, choices: question.choices.map(({ value, label }) => ({ value, name: label })), default: question.default }, context);
    case 'number': {
      const { minimum, maximum, unit, integer } = question;
      const answer = await number({ message: `${question.text}${unit ? ` (${unit})` : ''}`, default: question.default, step: integer ? 1 : 'any', ...(minimum !== undefined && { min: minimum }), ...(maximum !== undefined && { max: maximum }) }, context);
      return answer ?? question.default;
    }
    case 'text':
      return input({ message: question.text, default: question.default }, context);
  }
}

/** Ctrl-C at a prompt is STOP. */
async function stopOnAbort<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')) throw new StoppedError();
    throw error;
  }
}
