import path from 'node:path';
import { eucentric, temporarySite } from '../eucentric';

test('points are marked, turned, fitted, saved and loaded from one command to the next', () => {
  const { configuration } = temporarySite((yaml) => yaml);
  const points = (...given: readonly string[]) =>
    eucentric(['points', ...given, '--json', '--config', configuration]).lines();
  const last = (lines: ReturnType<typeof points>) => lines.at(-1);
  expect(last(points('mark'))).toMatchObject({ event: 'result', number: 1, x: 0, y: 0 });
  expect(last(points('mark', '--stage', '400,-300', '--note', 'corner'))).toMatchObject({ number: 2, x: 400 });
  expect(last(points('turn'))).toMatchObject({ registration: 2 });
  points('mark', '--stage', '10,20');
  points('mark', '--stage', '310,420');
  expect(last(points('fit'))).toMatchObject({ kind: 'rotation', from: 1, to: 2, shift: { x: 10, y: 20 } });
  expect(last(points('mark', '--stage', 'far'))).toMatchObject({ code: 'registration/bad-option' });
  const file = path.join(path.dirname(configuration), 'kept.yaml');
  points('save', file);
  points('remove', '2');
  expect(points('list').filter(({ event }) => event === 'point')).toHaveLength(3);
  points('load', file);
  expect(last(points('list'))).toMatchObject({ points: 4, registration: 2 });
});
