import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from '../../../support/project-folder';

const [darkText = '', lightText = ''] = readFileSync(
  path.join(projectFolder, 'plugins/console/page/styles/base.css'),
  'utf8',
).split("[data-theme='light']");
const coloursIn = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]));
const themes = { dark: coloursIn(darkText), light: { ...coloursIn(darkText), ...coloursIn(lightText.split('}')[0]!) } };

/** Relative luminance as WCAG 2 defines it. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const pairs: readonly (readonly [text: string, ground: string])[] = [
  ...['ground', 'panel', 'raised', 'accent-soft'].flatMap(
    (ground) =>
      [
        ['text', ground],
        ['soft', ground],
      ] as const,
  ),
  ['accent', 'ground'],
  ['accent', 'panel'],
  ['accent-ink', 'accent'],
  ['danger-ink', 'danger'],
  ['trouble', 'panel'],
  ['trouble', 'accent-soft'],
  ['caution', 'panel'],
  ['fine', 'panel'],
];

describe.each(['dark', 'light'] as const)('in the %s theme', (theme) => {
  test.each(pairs)('%s is read on %s', (text, ground) => {
    expect(contrast(themes[theme][text]!, themes[theme][ground]!)).toBeGreaterThanOrEqual(4.5);
  });
});

test('the measure is the right one', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
