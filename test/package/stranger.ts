import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The root of the project. */
export const projectFolder = path.resolve(__dirname, '..', '..');
/** The plugin of a stranger, which the page of the docs quotes. */
export const exampleFolder = path.join(projectFolder, 'docs', 'example-plugin');

/** A site with the packed program, and a plugin of somebody else that it names. Its paths have what a shell does not like. */
export interface StrangersSite {
  /** The folder of the configuration, where the program and the plugin are installed. */
  readonly site: string;
  readonly configuration: string;
  /** The unpacked program. */
  readonly program: string;
  /** The folder in which the stranger works on the plugin. */
  readonly plugin: string;
  /** The names of the files in the tarball. */
  readonly packed: readonly string[];
  remove(): void;
}

/** Packs the program as `npm pack` does, and unpacks it beside the packages that it says it needs when it runs. */
export function strangersSite(): StrangersSite {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric package '));
  const [site, plugin] = [path.join(folder, "a stranger's site"), path.join(folder, 'lab camera')];
  const program = path.join(site, 'node_modules', 'eucentric');
  const said = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: projectFolder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const [{ filename, files }] = JSON.parse(said) as [{ filename: string; files: readonly { path: string }[] }];
  mkdirSync(program, { recursive: true });
  execFileSync('tar', ['xzf', path.join('..', filename), '--strip-components=1', '-C', path.relative(site, program)], {
    cwd: site,
  });
  linkPackages(runtimePackages(), site);
  cpSync(exampleFolder, plugin, { recursive: true });
  mkdirSync(path.join(plugin, 'node_modules'));
  link(program, path.join(plugin, 'node_modules', 'eucentric'));
  linkPackages(['typescript', 'jest', '@types/node', '@types/jest'], plugin);
  link(plugin, path.join(site, 'node_modules', 'lab-camera'));
  const configuration = path.join(site, 'site.yaml');
  cpSync(path.join(plugin, 'site.yaml'), configuration);
  return {
    site,
    configuration,
    program,
    plugin,
    packed: files.map((each) => each.path),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The packages that npm installs for somebody who only uses the program. */
export function runtimePackages(): readonly string[] {
  const { packages } = JSON.parse(readFileSync(path.join(projectFolder, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<
      Record<string, { readonly dev?: boolean; readonly devOptional?: boolean; readonly optional?: boolean }>
    >;
  };
  return Object.entries(packages)
    .filter(([name, { dev, devOptional, optional }]) => name !== '' && !dev && !devOptional && !optional)
    .map(([name]) => name.replace(/^node_modules\//, ''))
    .filter((name) => !name.includes('node_modules/'));
}

/** Installs packages by links to those of the checkout. */
export function linkPackages(names: readonly string[], folder: string): void {
  for (const name of names)
    link(path.join(projectFolder, 'node_modules', name), path.join(folder, 'node_modules', name));
}

function link(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  symlinkSync(from, to, 'junction');
}

/** Exit code and output of a program. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Compiles the stranger's plugin; stdout has what is wrong in it or in the declarations of the program, stderr how many of these were read. */
export const compiled = ({ plugin, program }: StrangersSite): Ended =>
  ran(path.join(__dirname, 'compile.cjs'), [plugin, program], plugin);

/** Runs a script in a folder and waits until it has ended. */
export function ran(script: string, given: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...given], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { code: status, stdout, stderr };
}
