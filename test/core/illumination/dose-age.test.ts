import { doseAge } from '../../../core/illumination';

test.each([
  [0, '0 min'],
  [90, '90 min'],
  [120, '2 h'],
  [1500, '25 h'],
  [-5, '0 min'],
])('a dose of %i minutes ago is called so', (minutes, words) => {
  const now = new Date(1.8e12);
  expect(doseAge(now.getTime() / 60_000 - minutes, now)).toBe(words);
});
