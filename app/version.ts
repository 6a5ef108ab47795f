import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the program: the one that holds package.json, seen from the sources as from build/. */
export const programFolder =
  [path.resolve(__dirname, '..'), path.resolve(__dirname, '..', '..')].find((folder) =>
    existsSync(path.join(folder, 'package.json')),
  ) ?? process.cwd();

/** The version in package.json. */
export const version = (
  JSON.parse(readFileSync(path.join(programFolder, 'package.json'), 'utf8')) as { version: string }
).version;

/** The folder of the configurations that come with the program. */
export const exampleConfigurations = path.join(programFolder, 'config');
