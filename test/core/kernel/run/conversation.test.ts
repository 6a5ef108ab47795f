import { FilteredLogger, Registry, VirtualClock } from '../../../../core/base';
import {
  type ItemRun,
  Menu,
  type QuestionSpecs,
  type ResultSpecs,
  Runner,
  ScriptedOperator,
  type WaitingForButton,
  actingOperator,
  createHooks,
  defineItem,
} from '../../../../core/kernel';
import type { Calibrations, SessionSettings } from '../../../../core/store';

type AnyRun = ItemRun<QuestionSpecs, ResultSpecs>;
let during: (run: AnyRun) => Promise<void> = async () => {};

const questions = {
  start: { kind: 'confirm', why: 'Before anything is done.' },
  spot: { kind: 'number', unit: 'nm', minimum: 1, integer: true, why: 'Which spot.' },
  mode: { kind: 'choice', choices: { fast: 'Fast', slow: 'Slow' }, why: 'Which mode.' },
} as const;
const Talk = defineItem({
  id: 'x/talk',
  place: { menu: [], label: 'Talk', summary: 'Talks.' },
  needs: {},
  questions,
  forecast: 'nothing',
  run: (_, run) => during(run as unknown as AnyRun),
});

function runnerWith() {
  const menu = new Menu(new Registry());
  menu.add(Talk, 'x');
  return new Runner({
    menu,
    hooks: createHooks(),
    clock: new VirtualClock(),
    log: new FilteredLogger(() => {}),
    isAdministrator: () => false,
    find: () => undefined,
    deviceSettings: () => [],
    target: { calibrations: {} as Calibrations, settings: {} as SessionSettings },
    remember: async () => {},
  });
}

const run = (port: ScriptedOperator, fromScript = false) => runnerWith().run('x/talk', { port, fromScript });

test('start asks first, is left out in scripts, and ends a run that the operator declines', async () => {
  let started = 0;
  during = async (each) => {
    await each.start('Ready?');
    started += 1;
  };
  const agreeing = new ScriptedOperator({ start: 'yes' });
  await run(agreeing);
  expect(agreeing.asked).toMatchObject([{ id: 'start', kind: 'confirm', text: 'Ready?', default: true }]);
  const silent = new ScriptedOperator();
  await run(silent, true);
  expect(silent.asked).toEqual([]);
  expect(started).toBe(2);
  await expect(run(new ScriptedOperator({ start: 'no' }))).rejects.toMatchObject({ code: 'run/not-started' });
  expect(started).toBe(2);
});

test('questions carry the limits of their declaration, and their answers are checked', async () => {
  let answers: unknown;
  during = async (each) => {
    answers = await each.askAll({
      spot: { text: 'Spot', default: 3 },
      mode: { text: 'Mode', default: 'fast' },
    });
  };
  const port = new ScriptedOperator({ spot: '5' }, { defaults: true });
  await run(port);
  expect(answers).toEqual({ spot: 5, mode: 'fast' });
  expect(port.asked[0]).toEqual({
    id: 'spot',
    kind: 'number',
    unit: 'nm',
    minimum: 1,
    integer: true,
    text: 'Spot',
    default: 3,
  });
  expect(port.asked[1]).toMatchObject({
    choices: [
      { value: 'fast', label: 'Fast' },
      { value: 'slow', label: 'Slow' },
    ],
  });
  await expect(run(new ScriptedOperator({ spot: '0' }, { defaults: true }))).rejects.toMatchObject({
    code: 'run/bad-answer',
  });
  await expect(run(new ScriptedOperator({ mode: 'other' }, { defaults: true }))).rejects.toMatchObject({
    code: 'run/bad-answer',
  });
});

test('a question that is not declared is refused', async () => {
  during = async (each) => void (await each.ask('size', { text: 'Size', default: 1 }));
  await expect(run(new ScriptedOperator({}, { defaults: true }))).rejects.toMatchObject({
    code: 'plugin/undeclared-question',
  });
});

test('an operator reads what to do, acts whenever the item waits, and presses a button', async () => {
  const pressed: string[] = [];
  during = async (each) => {
    for (;;) {
      const button = await each.letOperatorAct(`Centre the beam, turn ${pressed.length}.`, ['Next', 'End'] as const);
      pressed.push(button);
      if (button === 'End') break;
    }
  };
  const seen: WaitingForButton[] = [];
  await run(
    actingOperator(async (waiting) => {
      seen.push(waiting);
      return waiting.turn < 2 ? 'Next' : 'End';
    }),
  );
  expect(pressed).toEqual(['Next', 'Next', 'End']);
  expect(seen.map(({ text }) => text)).toEqual([0, 1, 2].map((turn) => `Centre the beam, turn ${turn}.`));
  expect(seen[0]!.buttons).toEqual(['Next', 'End']);
});

test('where it is, an instrument without column and camera cannot say', async () => {
  during = async (each) => void each.here();
  await expect(run(new ScriptedOperator())).rejects.toMatchObject({ code: 'run/no-place' });
});
