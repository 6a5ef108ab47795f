import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../support/project-folder';

const { build } = require('../../scripts/build') as { build: () => number };

/** Open resources and loaded files of a program with one plugin, step by step. */
export interface ProbeReport {
  readonly globals: readonly string[];
  readonly steps: Readonly<Record<'before' | 'imported' | 'applied' | 'connected' | 'disposed', readonly string[]>>;
  readonly appliedFiles: readonly string[];
  readonly connectedFiles: readonly string[];
}

/** Loads a plugin (or none, for '') in a program of its own and lives through its steps with a configuration, given as text; `applied` leaves out connecting. */
export async function probe(
  plugin: string,
  configuration: string,
  until: 'applied' | 'connected' = 'connected',
): Promise<ProbeReport> {
  build();
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
  try {
    const file = path.join(folder, 'instrument.yaml');
    writeFileSync(file, configuration);
    const script = path.join(__dirname, 'plugin-probe.cjs');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, projectFolder, plugin, file, path.join(folder, 'calibrations'), until],
      { timeout: 240_000, maxBuffer: 1e7 },
    );
    return JSON.parse(stdout) as ProbeReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The configurations that come with the program, each on the virtual microscope. */
export const configurations: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(path.join(projectFolder, 'config'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, simulated(readFileSync(path.join(projectFolder, 'config', file), 'utf8'))]),
);

/** The first of the configurations that switches a plugin on. Throws when there is none. */
export function configurationWith(plugin: string): readonly [file: string, text: string] {
  const found = Object.entries(configurations).find(([, text]) => new RegExp(`^ {2}${plugin}: `, 'm').test(text));
  if (!found) throw new Error(`No file of config/ switches ${plugin} on; add one, so that the plugin can be tried.`);
  return found;
}

/** A configuration with the virtual microscope switched on. */
export function simulated(text: string): string {
  return /^ {2}simulator: /m.test(text) ? text : text.replace(/^plugins:\n/m, 'plugins:\n  simulator: {}\n');
}
