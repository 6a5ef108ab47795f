/**
 * Tries the package as somebody far away would, with npm and its registry: packs it, installs the tarball into an empty folder, puts the
 * example of a plugin there, compiles it under each way in which TypeScript finds declarations, and runs its calibration and its tests.
 */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const { devDependencies } = require('../package.json');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eucentric package '));
const site = path.join(folder, "a stranger's site");

/** Runs a program in a folder and returns what it wrote; throws it when the program fails. */
function run(program, given, cwd = site) {
  process.stdout.write(`   ${path.basename(program)} ${given.map((each) => path.basename(each)).join(' ')}\n`);
  const { status, stdout, stderr, error } = spawnSync(program, given, { cwd, encoding: 'utf8', timeout: 600_000 });
  if (status !== 0) throw new Error(`${program} ${given.join(' ')}\n${error?.message ?? ''}${stdout}${stderr}`);
  return stdout + stderr;
}
const npm = (given, cwd) => run('npm', given, cwd);
const tool = (file, ...given) => run(process.execPath, [path.join(site, 'node_modules', file), ...given]);
const eucentric = (...given) => tool('eucentric/bin/eucentric', ...given, '--config', path.join(site, 'site.yaml'));

function expectIn(text, wanted) {
  if (!wanted.test(text)) throw new Error(`${wanted} is not in:\n${text}`);
}

function main() {
  fs.mkdirSync(site);
  npm(['pack', '--silent', '--pack-destination', folder], root);
  const tarball = fs.readdirSync(folder).find((name) => name.endsWith('.tgz'));
  // Nothing may need a script of its own to be installed, nor another Node than the program itself.
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const said = npm([...install, path.join(folder, tarball)]);
  if (/npm warn|deprecated/i.test(said)) throw new Error(`npm warns:\n${said}`);
  const tools = ['typescript', 'jest', '@types/node', '@types/jest'].map((name) => `${name}@${devDependencies[name]}`);
  npm([...install, '--save-dev', ...tools]);

  const plugin = path.join(site, 'lab-camera');
  fs.cpSync(path.join(root, 'docs', 'example-plugin'), plugin, { recursive: true });
  const yaml = fs.readFileSync(path.join(plugin, 'site.yaml'), 'utf8');
  fs.writeFileSync(path.join(site, 'site.yaml'), yaml.replace('  lab-camera:', '  ./lab-camera:'));

  const compile = (...given) => tool('typescript/bin/tsc', '-p', plugin, ...given);
  compile();
  for (const [module, resolution] of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])
    compile('--noEmit', '--skipLibCheck', '--module', module, '--moduleResolution', resolution);
  expectIn(eucentric('menu'), /Counts per Second/);
  expectIn(eucentric('run', 'counts-per-second', '--seed', '1'), /counts per second/);
  expectIn(eucentric('run', 'image-shift', '--defaults', '--seed', '1', '--mag-index', '3'), /Image shift calibrated/);
  run(process.execPath, [path.join(site, 'node_modules', 'jest/bin/jest'), '--ci'], plugin);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
