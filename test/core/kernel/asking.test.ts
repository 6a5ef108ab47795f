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

describe('a live image beside a question', () => {
  const centred = { ...again, live: { set: 'View', cross: true } } as const;
  const shown = (showsLive: boolean, fail?: Error) => {
    const events: string[] = [];
    const port = new Screen();
    Object.defineProperty(port, 'showsLive', { value: showsLive });
    port.given = [true];
    port.ask = async () => {
      events.push('asked');
      return Promise.resolve(true);
    };
    port.button = async (names, _signal, _text, live) => {
      events.push(`waits for ${names[0]} with ${live?.set ?? 'nothing'}`);
      return Promise.resolve(names[0]!);
    };
    port.log = (text) => void events.push(text);
    const asking = new RunOperator(
      'test/ask',
      declared,
      port,
      new AbortController().signal,
      new VirtualClock(),
      async ({ set }) => {
        if (fail) throw fail;
        events.push(`shows ${set}`);
        return Promise.resolve(() => Promise.resolve(void events.push('ends')));
      },
    );
    return { asking, events };
  };

  test('is shown while the operator thinks, and ends with the answer', async () => {
    const { asking, events } = shown(true);
    await asking.confirm(centred);
    await asking.button(['Next'], 'Centre it, then', { set: 'Trial' });
    expect(events).toEqual(['shows View', 'asked', 'ends', 'shows Trial', 'waits for Next with Trial', 'ends']);
  });

  test('needs a screen, and is not missed where the camera has none', async () => {
    const blind = shown(false);
    await blind.asking.confirm(centred);
    const broken = shown(true, new Error('no cooling'));
    await broken.asking.confirm(centred);
    expect([blind.events, broken.events]).toEqual([['asked'], ['There is no live image: no cooling', 'asked']]);
  });
});
