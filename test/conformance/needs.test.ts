import { needs } from '../support/needs';

/** Calls of the functions of jest that a test declares, each with its name, while they do nothing. */
function declared(declare: () => void): readonly string[] {
  const calls: string[] = [];
  const note =
    (kind: string) =>
    (name: string, body: () => void): void => {
      calls.push(`${kind} ${name}`);
      if (kind === 'describe') body();
      if (name === 'has what it needs') expect(body).toThrow('This needs a wheel, and that is not here.');
    };
  const spies = [
    jest.spyOn(global, 'describe').mockImplementation(note('describe') as typeof describe),
    jest.spyOn(global, 'test').mockImplementation(note('test') as typeof test),
  ];
  Object.assign(global.describe, { skip: note('describe.skip') });
  Object.assign(global.test, { skip: note('test.skip') });
  try {
    declare();
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
  return calls;
}

const both = (...given: Parameters<typeof needs>): readonly string[] =>
  declared(() => {
    needs(...given).describe('a cart', () => undefined);
    needs(...given).test('rolls', () => undefined);
  });

test('what needs something that is there runs', () => {
  expect(both('a wheel', true, { underCi: true })).toEqual(['describe a cart', 'test rolls']);
});

test('what needs something that is not there is skipped, and says why', () => {
  expect(both('a wheel', false, { underCi: false })).toEqual([
    'describe.skip a cart (skipped: it needs a wheel)',
    'test.skip rolls (skipped: it needs a wheel)',
  ]);
});

test('under CI it fails', () => {
  expect(both('a wheel', false, { underCi: true })).toEqual([
    'describe a cart',
    'test has what it needs',
    'describe rolls',
    'test has what it needs',
  ]);
});

test('but not for the reading material', () => {
  expect(both('a wheel', false, { underCi: true, reading: true })).toEqual([
    'describe.skip a cart (skipped: it needs a wheel)',
    'test.skip rolls (skipped: it needs a wheel)',
  ]);
});
