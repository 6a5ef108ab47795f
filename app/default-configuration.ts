import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { programFolder } from './version';

const fileNames = ['schema.json', 'simulator.yaml'] as const;

/** The folder where programs keep what belongs to a user. */
function userFolder(environment: NodeJS.ProcessEnv): string {
  const { LOCALAPPDATA, XDG_DATA_HOME } = environment;
  if (process.platform === 'win32') return LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support');
  return XDG_DATA_HOME && path.isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : path.join(homedir(), '.local', 'share');
}

/**
 * Returns the configuration that is used when none is named. Calibrations are kept beside it, and an installed package is not the place for them:
 * there it is a copy in a folder of the user, which is renewed when the package brings another one.
 */
export function defaultConfiguration(program = programFolder, environment = process.env): string {
  const own = path.join(program, 'config');
  if (existsSync(path.join(program, 'scripts', 'build.js'))) return path.join(own, 'simulator.yaml');
  const folder = path.join(userFolder(environment), 'eucentric');
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of fileNames) {
      const [text, copy] = [readFileSync(path.join(own, name)), path.join(folder, name)];
      if (existsSync(copy) && readFileSync(copy).equals(text)) continue;
      // Written beside and renamed, so that two programs that start at once never read half a file.
      writeFileSync(`${copy}.${process.pid}`, text);
      renameSync(`${copy}.${process.pid}`, copy);
    }
  } catch {
    // Nothing can be kept there, but everything can be looked at.
    return path.join(own, 'simulator.yaml');
  }
  return path.join(folder, 'simulator.yaml');
}
