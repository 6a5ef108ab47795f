/**
 * Compiles the program into build/ with the same swc settings as the tests, file by file, and only files that are newer
 * than their output. Run by bin/eucentric before anything else, so that a checkout works right after `npm ci`; types
 * are checked by `npm run check`.
 */
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const target = path.join(root, 'build');
const folders = [
  'api',
  'app',
  'core',
  'imaging',
  'simulation',
  'testing',
  'wires',
  'plugins',
  'scripts',
  'bench',
  'statistics',
];
const copied = new Set(['.json', '.js', '.cjs', '.mjs', '.wasm', '.css', '.html', '.svg', '.md']);
/** The page of the console is built by Vite when it is first served, and kept in build/page. */
const left = new Set(['target', 'src', 'node_modules', 'page']);
/**
 * Folders in build/ that belong to others: that page, the declarations of the package, and caches of types, lint and
 * the long statistics.
 */
const kept = new Set(['page', 'declarations', 'types', 'lint', 'verify'].map((name) => path.join(target, name)));

/** All files below a folder that go into build/. */
function sources(folder) {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return left.has(entry.name) ? [] : sources(name);
    const ending = path.extname(name);
    return (ending === '.ts' && !name.endsWith('.d.ts')) || copied.has(ending) ? [name] : [];
  });
}

/** Brings build/ up to date; returns the number of files that were compiled or copied. */
function build() {
  const wanted = new Set();
  let done = 0;
  let swc;
  // swc writes code for the settings below, so that a change of them makes everything stale.
  const settingsTime = fs.statSync(path.join(root, '.swcrc')).mtimeMs;
  for (const name of folders.filter((folder) => fs.existsSync(path.join(root, folder))).flatMap(sources)) {
    const from = path.join(root, name);
    const to = path.join(target, name.replace(/\.ts$/, '.js'));
    wanted.add(to);
    if (name.endsWith('.ts')) wanted.add(`${to}.map`);
    const stale = !fs.existsSync(to) || fs.statSync(to).mtimeMs < Math.max(fs.statSync(from).mtimeMs, settingsTime);
    if (!stale) continue;
    fs.mkdirSync(path.dirname(to), { recursive: true });
    // Written beside and then renamed, so that two programs that start together never read half a file.
    const beside = `${to}.${process.pid}`;
    if (name.endsWith('.ts')) {
      if (!swc) {
        swc = require('@swc/core');
        if (!fs.existsSync(path.join(target, 'app', 'main.js')))
          process.stderr.write('Building the program; this is done once and takes a few seconds.\n');
      }
      // The map is a separate file, so that the package can leave it out.
      const { code, map } = swc.transformFileSync(from, { swcrc: true, root, cwd: root, sourceMaps: true });
      fs.writeFileSync(`${to}.map.${process.pid}`, map);
      fs.renameSync(`${to}.map.${process.pid}`, `${to}.map`);
      fs.writeFileSync(beside, `${code}//# sourceMappingURL=${path.basename(to)}.map\n`);
    } else fs.copyFileSync(from, beside);
    fs.renameSync(beside, to);
    done += 1;
  }
  if (fs.existsSync(target)) removeOthers(target, wanted);
  return done;
}

/** Removes outputs without a source: a menu item whose file is gone must not stay in the menu. */
function removeOthers(folder, wanted) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (kept.has(name)) continue;
    if (entry.isDirectory()) removeOthers(name, wanted);
    else if (!wanted.has(name) && !/\.\d+$/.test(name)) fs.rmSync(name, { force: true });
  }
}

/** Builds for a user at a command line: explains an error in words and ends the program with 1. */
function buildOrExplain() {
  try {
    build();
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND')
      explain('The packages of the program are not installed.', `Run "npm ci" in ${root}.`);
    if (['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes(error.code))
      explain(
        `The program could not be built in ${target}: ${error.message}`,
        'Start it once as a user who may write there.',
      );
    throw error;
  }
}

function explain(what, advice) {
  process.stderr.write(`${what}\n  ${advice}\n`);
  process.exit(1);
}

module.exports = { build, buildOrExplain };

if (require.main === module) console.log(`build: ${build()} files`);
