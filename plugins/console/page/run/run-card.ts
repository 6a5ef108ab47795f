import { fill, h, icon, setText } from '../base/dom';
import { formatDuration } from '../base/format';
import type { Store } from '../base/store';
import type { Waiting } from '../../protocol/state';
import { createBeside } from './beside';
import { createQuestions } from './question';

/** Card of the present run: its status, progress and questions. */
export function createRunCard(store: Store): HTMLElement {
  const title = h('h2', {});
  const status = h('p', { class: 'status' });
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Progress' });
  const text = h('p', { class: 'progress-text', role: 'status' });
  const left = h('p', { class: 'time-left' });
  const progress = h('div', { class: 'progress' }, bar, text, left);
  const questions = h('div', { class: 'questions' });
  const stop = h(
    'button',
    { type: 'button', class: 'stop wide', onclick: () => void store.do({ do: 'stop' }) },
    icon('stop'),
    'STOP (Esc)',
  );
  const card = h('section', { class: 'card run', 'aria-label': 'Running' }, title, status, questions, progress, stop);
  let open: readonly number[] = [];
  store.watch(['run', 'people', 'me', 'connected'], () => {
    const { run } = store.shared;
    card.hidden = !run;
    if (!run) {
      open = [];
      fill(questions);
      return;
    }
    setText(title, run.label);
    setText(status, run.stopping ? 'Stopping; everything is restored' : (run.status ?? 'Running'));
    progress.hidden = !run.progress;
    if (run.progress) {
      bar.max = run.progress.total;
      bar.value = run.progress.done;
      setText(text, run.progress.text);
      setText(left, run.secondsLeft === undefined ? '' : `${formatDuration(run.secondsLeft)} left`);
    }
    // An item with a STOP of its own asks what to keep; the STOP at the top ends the run in any case.
    stop.hidden = run.waiting.some((each) => each.for === 'button' && each.names.includes('STOP'));
    stop.disabled = run.stopping || store.local.me?.role === 'observer';
    const ids = run.waiting.map(({ id }) => id);
    if (ids.join() !== open.join() || questions.dataset['control'] !== String(store.inControl)) {
      open = ids;
      questions.dataset['control'] = String(store.inControl);
      fill(questions, ...run.waiting.flatMap((each) => [createWaiting(store, each), ...besideOf(store, each)]));
      if (store.inControl) questions.querySelector<HTMLElement>('[data-first]')?.focus();
    }
  });
  return card;
}

/** The live image beside a question: its numbers, and the settings to act with. */
const besideOf = (store: Store, { live }: Waiting): readonly HTMLElement[] => (live ? [createBeside(store, live)] : []);

function createWaiting(store: Store, waiting: Waiting): HTMLElement {
  if (!store.inControl)
    return h('p', { class: 'question observed' }, `${describeWaiting(waiting)} The one in control answers.`);
  if (waiting.for === 'answer')
    return createQuestions(
      waiting.questions,
      (values) => store.do({ do: 'answer', waiting: waiting.id, values }),
      store.isAdministrator,
    );
  if (waiting.for === 'button') {
    const press = (button: string) => () => void store.do({ do: 'press', waiting: waiting.id, button });
    const buttons = waiting.names.map((name, index) =>
      h(
        'button',
        {
          type: 'button',
          class: name === 'STOP' ? 'stop' : index === 0 ? 'primary' : '',
          'data-first': index === 0,
          onclick: press(name),
        },
        name,
      ),
    );
    return h(
      'div',
      { class: 'question buttons', role: 'group', 'aria-label': 'Go on' },
      waiting.text === undefined ? undefined : h('p', {}, waiting.text),
      h(
        'p',
        { class: 'why' },
        waiting.live?.settings.length
          ? 'Change what stands below, or at the microscope; then go on.'
          : 'Shift the image with a right-drag and take images as you need; then go on.',
      ),
      h('div', { class: 'row' }, ...buttons),
    );
  }
  return createMarkRequest(store, waiting);
}

function describeWaiting(waiting: Waiting): string {
  if (waiting.for === 'answer') return waiting.questions.map(({ question }) => question.text).join(' ');
  return waiting.for === 'button'
    ? `Press ${waiting.names.join(' or ')}.`
    : `Draw a ${waiting.kind} on the image in ${waiting.buffer}.`;
}

function createMarkRequest(store: Store, waiting: Extract<Waiting, { for: 'mark' }>): HTMLElement {
  const isLine = waiting.kind === 'line';
  const use = h('button', { type: 'submit', class: 'primary', 'data-first': true }, `Use this ${waiting.kind}`);
  const where = h('p', { class: 'why' });
  const form = h(
    'form',
    {
      class: 'question',
      onsubmit: (event: Event) => {
        event.preventDefault();
        const { marker, line } = store.local;
        if (isLine && line) void store.do({ do: 'mark', waiting: waiting.id, from: line.from, to: line.to });
        else if (!isLine && marker) void store.do({ do: 'mark', waiting: waiting.id, from: marker });
      },
    },
    h(
      'p',
      { class: 'text' },
      isLine
        ? `Draw a line on the image in ${waiting.buffer}: hold Shift and drag.`
        : `Mark a point on the image in ${waiting.buffer}: click on it.`,
    ),
    where,
    h('div', { class: 'row' }, use),
  );
  store.watch(['marker', 'line', 'buffer'], () => {
    const { marker, line, buffer } = store.local;
    const there = buffer === waiting.buffer && (isLine ? line !== undefined : marker !== undefined);
    use.disabled = !there;
    setText(
      where,
      there
        ? isLine
          ? 'The line is drawn; draw another to correct it.'
          : `Marked at ${marker!.x.toFixed(0)}, ${marker!.y.toFixed(0)}; click elsewhere to correct it.`
        : '',
    );
  });
  return form;
}
