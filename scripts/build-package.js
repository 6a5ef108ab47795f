/**
 * Makes everything in build/ that the package needs and a checkout makes on demand: the program, the page of the
 * console, and the declarations for TypeScript. `npm pack` runs it first; "files" in package.json lists the contents of
 * the package.
 */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { build } = require('./build');

const root = path.resolve(__dirname, '..');
const target = path.join(root, 'build');
const { exports: entries } = require('../package.json');

/** The declarations as the compiler writes them: one for every file that an entry of the package imports. */
const written = path.join(target, 'types', 'package');
const declarations = path.join(target, 'declarations');

// Types are checked by `npm run types`; to check them here again would take twice as long.
function writeDeclarations() {
  const { status, stdout } = spawnSync(
    process.execPath,
    [require.resolve('typescript/bin/tsc'), '-p', path.join(root, 'tsconfig.package.json'), '--noCheck'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The declarations could not be written:\n${stdout}`);
  const needed = new Set();
  for (const { types } of Object.values(entries).filter(({ types }) => types)) {
    follow(path.join(written, path.relative(declarations, path.join(root, types))), needed);
  }
  fs.rmSync(declarations, { recursive: true, force: true });
  for (const file of needed) {
    const to = path.join(declarations, path.relative(written, file));
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(file, to);
  }
}

/** Collects a declaration file and all files that its types need, without those that only the code imports. */
function follow(file, seen) {
  if (seen.has(file)) return;
  seen.add(file);
  for (const [, wanted] of fs
    .readFileSync(file, 'utf8')
    .matchAll(/(?:\bfrom |\bimport\(|\bimport )["'](\.[^"']+)["']/g)) {
    const place = path.resolve(path.dirname(file), wanted);
    const found = [`${place}.d.ts`, path.join(place, 'index.d.ts')].find((each) => fs.existsSync(each));
    if (found === undefined) throw new Error(`${file} imports ${wanted}, of which there are no declarations.`);
    follow(found, seen);
  }
}

async function copyPage() {
  const { builtPage } = require('../build/plugins/console/server/web/page-build');
  const built = await builtPage((text) => process.stderr.write(`${text}\n`));
  const page = path.join(target, 'page');
  fs.rmSync(path.join(page, 'assets'), { recursive: true, force: true });
  fs.cpSync(built, page, { recursive: true });
}

async function main() {
  build();
  writeDeclarations();
  await copyPage();
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
