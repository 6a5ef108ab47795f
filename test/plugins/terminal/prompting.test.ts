import { terminalPrompts } from '../../../plugins/terminal';

const chosen: string[] = [];
jest.mock('@inquirer/prompts', () => ({ select: () => Promise.resolve(chosen.shift()) }));

test('an action beside a button gets what the images are looked at for', async () => {
  const looks: unknown[] = [];
  const { button } = terminalPrompts(undefined, [
    { name: 'Take a Trial image', act: (_signal, look) => Promise.resolve(void looks.push(look)) },
  ]);
  const look = () => ({ outlines: [], numbers: [] });
  const { signal } = new AbortController();
  chosen.push('Take a Trial image', 'Centred');
  await expect(button(['Centred'], signal, 'Centre the beam', { set: 'Trial', look })).resolves.toBe('Centred');
  chosen.push('Take a Trial image', 'Next');
  await button(['Next'], signal, 'Focus');
  expect(looks).toEqual([look, undefined]);
});
