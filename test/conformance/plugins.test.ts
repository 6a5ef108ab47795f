import { readdirSync } from 'node:fs';
import path from 'node:path';
import { builtInPlugins } from '../../app/built-in-plugins';
import { projectFolder } from '../support/project-folder';
import { describePlugin } from './describe-plugin';

for (const id of Object.keys(builtInPlugins)) describePlugin(id);

test('every folder of plugins/ is a built-in plugin', () => {
  const folders = readdirSync(path.join(projectFolder, 'plugins'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(folders.sort()).toEqual(Object.keys(builtInPlugins).sort());
});
