import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe } from '../../../../core/base';
import { consoleErrors } from '../errors';

const sourceFolders = ['plugins/console/page', 'plugins/console/protocol'];
const buildLimitMilliseconds = 120_000;

/** The root of the program, seen from the source and from the compiled file. */
const rootsAbove = (from: string): readonly string[] =>
  [4, 5].map((levels) => path.resolve(from, '../'.repeat(levels)));

/** The folder with the sources of the page; undefined in the package, which contains the built page. */
function rootFolder(from = __dirname): string | undefined {
  return rootsAbove(from).find((folder) => existsSync(path.join(folder, 'plugins/console/page/index.html')));
}

/** The built page of the package. Throws `console/page-not-built` when it is missing. */
function packedPage(from = __dirname): string {
  const folder = rootsAbove(from)
    .map((root) => path.join(root, 'build', 'page'))
    .find((each) => existsSync(path.join(each, 'index.html')));
  if (folder === undefined)
    throw consoleErrors.pageNotBuilt('neither its sources nor a page that was built are there.');
  return folder;
}

/**
 * Builds the page with Vite, unless it was built from the same sources before, and returns its folder. The build runs
 * in its own process, so that nothing of it stays in memory. Throws `console/page-not-built`.
 */
export async function builtPage(tell: (text: string) => void, root = rootFolder()): Promise<string> {
  if (root === undefined) return packedPage();
  const name = fingerprint(root);
  const places = [path.join(root, 'build', 'page'), path.join(tmpdir(), 'eucentric-page')];
  const ready = places
    .map((place) => path.join(place, name))
    .find((folder) => existsSync(path.join(folder, 'index.html')));
  if (ready !== undefined) return ready;
  tell('Building the page of the console; this is done once and takes a few seconds.');
  const place = places.find(canWrite);
  if (place === undefined) throw consoleErrors.pageNotBuilt(`neither ${places.join(' nor ')} can be written.`);
  const target = path.join(place, name);
  const beside = `${target}.${randomBytes(4).toString('hex')}`;
  await runVite(root, beside);
  try {
    renameSync(beside, target);
  } catch (error) {
    // Another program that started at the same time was quicker.
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(path.join(target, 'index.html'))) throw consoleErrors.pageNotBuilt(describe(error), error);
  }
  for (const old of readdirSync(place))
    if (/^[0-9a-f]{16}$/.test(old) && old !== name) rmSync(path.join(place, old), { recursive: true, force: true });
  return target;
}

/** A hash that changes whenever the page would change. */
function fingerprint(root: string): string {
  const hash = createHash('sha256');
  const walk = (folder: string): void => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      else
        hash
          .update(name)
          .update('\0')
          .update(readFileSync(path.join(root, name)));
    }
  };
  sourceFolders.forEach(walk);
  hash.update(readFileSync(path.join(root, 'package.json')));
  return hash.digest('hex').slice(0, 16);
}

function canWrite(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    const trial = path.join(folder, `.trial.${process.pid}`);
    mkdirSync(trial);
    rmSync(trial, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

function runVite(root: string, outDir: string): Promise<void> {
  const options = {
    root: path.join(root, 'plugins/console/page'),
    configFile: false,
    logLevel: 'warn',
    base: '/',
    publicDir: false,
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  };
  const script = "import { build } from 'vite'; await build(JSON.parse(process.argv[1]));";
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(options)], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: buildLimitMilliseconds,
    });
    let said = '';
    child.stderr.on('data', (data: Buffer) => void (said = `${said}${data.toString()}`.slice(-4000)));
    child.on('error', (error) => reject(consoleErrors.pageNotBuilt(error.message, error)));
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(consoleErrors.pageNotBuilt(said.trim() || `the build ended with code ${code}.`)),
    );
  });
}
