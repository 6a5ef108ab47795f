import { StoppedError, VirtualClock } from '../../../core/base';
import {
  type Answer,
  type NumberQuestion,
  type OperatorPort,
  type Question,
  type QuestionDeclaration,
  RunOperator,
  ScriptedOperator,
} from '../../../core/kernel';

const declared: readonly QuestionDeclaration[] = [
  { id: 'length', kind: 'number', summary: 'A length.' },
  { id: 'where', kind: 'choice', summary: 'A place.' },
  { id: 'again', kind: 'confirm', summary: 'Whether again.' },
];
const length = {
  kind: 'number',
  id: 'length',
  text: 'Length',
  default: 2,
  minimum: 1,
} as const satisfies NumberQuestion;
const where = {
  kind: 'choice',
  id: 'where',
  text: 'Where',
  choices: [
    { value: 'here', label: 'Here' },
    { value: 'there', label: 'There' },
  ],
  default: 'here',
} as const;
const again = { kind: 'confirm', id: 'again', text: 'Again?', default: false } as const;

const operator = (port: OperatorPort, signal = new AbortController().signal): RunOperator =>
  new RunOperator('test/ask', declared, port, signal, new VirtualClock());

/** A port with a screen: all questions of a group are seen at once. */
class Screen extends ScriptedOperator {
  readonly groups: string[][] = [];
  given: readonly Answer[] = [];
  async askAll(questions: readonly Question[]): Promise<readonly Answer[]> {
    this.groups.push(questions.map(({ id }) => id));
    return this.given;
  }
}

test('several questions are asked one after the other where there is no screen, each by its own id', async () => {
  const port = new ScriptedOperator({ length: '7', again: 'yes' }, { defaults: true });
  const answers: [number, 'here' | 'there', boolean] = await operator(port).askAll([length, where, again]);
  expect(answers).toEqual([7, 'here', true]);
  expect(port.asked.map(({ id }) => id)).toEqual(['length', 'where', 'again']);
  expect(port.unusedAnswers).toEqual([]);
});

test('they are asked together where there is one, and each answer is checked against its own question', async () => {
  const port = new Screen();
  port.given = [3, 'there', true];
  expect(await operator(port).askAll([length, where, again])).toEqual([3, 'there', true]);
  expect(port.groups).toEqual([['length', 'where', 'again']]);
  port.given = [0.5, 'there', true];
  await expect(operator(port).askAll([length, where, again])).rejects.toMatchObject({
    code: 'run/bad-answer',
    message: expect.stringContaining('at least 1') as string,
  });
  port.given = [3, 'there'];
  await expect(operator(port).askAll([length, where, again])).rejects.toMatchObject({ code: 'run/bad-answer' });
});

test('none of them is asked when one is not declared', async () => {
  const port = new Screen();
  await expect(operator(port).askAll([length, { ...again, id: 'once-more' }])).rejects.toMatchObject({
    code: 'plugin/undeclared-question',
  });
  expect(port.groups).toEqual([]);
});

test('STOP ends the wait for all of them', async () => {
  const stop = new AbortController();
  const port = Object.assign(new ScriptedOperator(), { askAll: () => new Promise<never>(() => {}) });
  const waiting = operator(port, stop.signal).askAll([length, where]);
  stop.abort();
  await expect(waiting).rejects.toBeInstanceOf(StoppedError);
});
