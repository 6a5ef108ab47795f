import type { Answer, Operator, Question } from '../operator/operator';
import { kernelErrors } from '../errors';
import type { Run } from '../menu/item-run';
import { type QuestionSpecs, questionOf } from '../menu/questions';

type AnyAsked = { readonly text: string; readonly default: Answer };

/** Questions by their declared ids, and the usual turns of a conversation with the operator. */
export interface Asking extends Pick<Run, 'start' | 'letOperatorAct'> {
  ask(id: string, asked: AnyAsked): Promise<Answer>;
  askAll(asked: Readonly<Record<string, AnyAsked>>): Promise<Readonly<Record<string, Answer>>>;
}

/** Dependencies of the conversation of one run. */
export interface AskingParts {
  readonly item: string;
  readonly label: string;
  readonly questions: QuestionSpecs;
  readonly operator: Operator;
  readonly fromScript: boolean;
}

/** Makes the conversation of one run. */
export function askingOf({ item, label, questions, operator, fromScript }: AskingParts): Asking {
  const declared = (id: string, asked: AnyAsked): Question => {
    const spec = questions[id];
    if (!spec) throw kernelErrors.undeclaredQuestion(item, id);
    return questionOf(id, spec, asked);
  };
  const ask = async (id: string, asked: AnyAsked): Promise<Answer> => {
    const [answer] = await operator.askAll([declared(id, asked)]);
    return answer;
  };
  return {
    ask,
    askAll: async (asked) => {
      const ids = Object.keys(asked);
      const answers: readonly Answer[] = await operator.askAll(ids.map((id) => declared(id, asked[id]!)));
      return Object.fromEntries(ids.map((id, index) => [id, answers[index]!]));
    },
    start: async (text) => {
      if (fromScript) return;
      if (!(await ask('start', { text, default: true }))) throw kernelErrors.notStarted(label);
    },
    letOperatorAct: (text, buttons, live) => {
      operator.log(text);
      return operator.button(buttons, text, live);
    },
  };
}
