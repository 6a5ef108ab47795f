import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { exampleFolder, projectFolder } from './stranger';

const page = readFileSync(path.join(projectFolder, 'docs', 'A-CAMERA-OF-YOUR-OWN.md'), 'utf8');
const example = new Map(
  readdirSync(exampleFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|yaml)$/.test(file))
    .map((file) => [file, readFileSync(path.join(exampleFolder, file), 'utf8')]),
);

test('what the page shows is what stands in the example', () => {
  const shown = [...page.matchAll(/```(?:ts|yaml)\n(.*?)```/gs)].map((match) => match[1]!);
  const pieces = shown.flatMap((block) => block.split(/^ *\.\.\.\n/m));
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.filter((piece) => ![...example.values()].some((text) => text.includes(piece)))).toEqual([]);
  expect(shown).toContain(example.get('camera.ts'));
});

test('the camera has the size that the title promises', () => {
  const lines = example.get('camera.ts')!.trimEnd().split('\n');
  expect(lines.filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/\*\*)/.test(line)).length).toBeLessThanOrEqual(60);
});

test('the files that the page names are there', () => {
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map((match) => path.join(projectFolder, 'docs', match[1]!));
  expect(links.length).toBeGreaterThan(4);
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});
