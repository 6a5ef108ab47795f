import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The root of the project. */
export const projectFolder = path.resolve(__dirname, '..', '..');
/** The command itself. */
export const program = path.join(projectFolder, 'bin', 'eucentric');

/** Folder for what the command keeps for later, so that tests leave nothing in that of the user. */
const testCache = path.join(tmpdir(), 'eucentric-test-cache');

/** Result of a call of the command. */
export interface Called {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout as JSON; fails where one is not. */
  lines(): readonly Record<string, unknown>[];
}

/** Calls the command and waits for its end. */
export function eucentric(
  given: readonly string[],
  folder = projectFolder,
  environment: NodeJS.ProcessEnv = { XDG_CACHE_HOME: testCache },
): Called {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...given], {
    cwd: folder,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: 240_000,
  });
  return {
    code: status,
    stdout,
    stderr,
    lines: () =>
      stdout
        .trimEnd()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** Calls the command and gives its process a signal at the first line that matches. */
export async function interrupted(
  given: readonly string[],
  at: RegExp,
  signal: NodeJS.Signals,
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = spawn(process.execPath, [program, ...given]);
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => {
    const before = at.test(stdout);
    stdout += data.toString();
    if (!before && at.test(stdout)) child.kill(signal);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout };
}

/** A folder with the configuration of the virtual microscope, changed; its calibrations are in `calibrations`. */
export function temporarySite(edit: (yaml: string) => string = (yaml) => yaml): {
  readonly folder: string;
  readonly configuration: string;
  remove(): void;
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-command-'));
  const configuration = path.join(folder, 'site.yaml');
  const yaml = readFileSync(path.join(projectFolder, 'config', 'simulator.yaml'), 'utf8').replace(
    'directory: calibrations/simulator',
    'directory: calibrations',
  );
  writeFileSync(configuration, edit(yaml));
  return { folder, configuration, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The files of a real site, where they are. */
export const siteFiles = {
  properties: path.resolve(projectFolder, '..', 'shared', 'data', 'krios-k2-SerialEMproperties.txt'),
  calibrations: path.resolve(projectFolder, '..', 'shared', 'data', 'krios-k2-SerialEMcalibrations.txt'),
};
export const haveSiteFiles = existsSync(siteFiles.properties) && existsSync(siteFiles.calibrations);
