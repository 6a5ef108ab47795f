import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transformFileSync } from '@swc/core';
import { backupName } from '../../../core/store/disk/atomic-write';
import { main, shortTerm, Site } from './site';

const root = resolve(__dirname, '../../..');
const compiled = mkdtempSync(join(tmpdir(), 'compiled-'));
const rooms = [
  'core/base',
  'core/judgement',
  ...['', '/serialem', '/disk', '/calibration-store', '/history'].map((each) => `core/store${each}`),
];

/** A program that saves once and is killed just before its n-th dealing with the disk, or in the middle of a write. */
const program = `
const disk = require('node:fs/promises');
const [, , directory, killAt] = process.argv;
let dealings = 0;
let armed = false;
const step = () => {
  if (armed && ++dealings === Number(killAt)) process.kill(process.pid, 'SIGKILL');
};
for (const name of ['rename', 'unlink', 'mkdir', 'stat', 'readFile']) {
  const original = disk[name];
  disk[name] = (...given) => (step(), original(...given));
}
const open = disk.open;
disk.open = async (...given) => {
  step();
  const file = await open(...given);
  const [sync, close] = [file.sync.bind(file), file.close.bind(file)];
  file.sync = () => (step(), sync());
  file.close = () => (step(), close());
  file.writeFile = async (bytes) => {
    step();
    await file.write(bytes.subarray(0, bytes.length >> 1));
    step();
    await file.write(bytes.subarray(bytes.length >> 1));
    step();
  };
  return file;
};
const { openCalibrations } = require('./core/store');
(async () => {
  const { calibrations } = await openCalibrations({
    directory, clock: { date: () => new Date(29e6 * 6e4) }, isAdministrator: () => true, magnificationOf: () => 1700,
  });
  calibrations.imageShift.set(17, 0, { xpx: 1.5, xpy: -2.25, ypx: 2.125, ypy: 1.625 });
  armed = true;
  await calibrations.save();
  process.exit(0);
})();
`;

beforeAll(() => {
  for (const room of rooms) {
    for (const name of readdirSync(join(root, room)).filter((each) => each.endsWith('.ts'))) {
      const target = join(compiled, room, name.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(
        target,
        transformFileSync(join(root, room, name), { configFile: join(root, '.swcrc'), sourceMaps: false }).code,
      );
    }
  }
  writeFileSync(join(compiled, 'program.js'), program);
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

// Every moment takes a process of its own; the whole sweep runs with the long statistics.
const stride = process.env.EUCENTRIC_VERIFY ? 1 : 3;

it('a save that is killed at any moment leaves the old or the new file whole', () => {
  const old = [
    'SerialEMCalibrations',
    ...Array.from({ length: 500 }, (_, at) => `C2SpotOffset ${(at % 13) + 1} ${at}.5  0.5`),
  ];
  const site = new Site();
  const save = (killAt: number) => {
    rmSync(site.directory, { recursive: true });
    mkdirSync(site.directory);
    site.write(main, ...old);
    site.write(shortTerm, 'SerialEMShortTermCal', 'LastC2Aperture\t70');
    const before = { main: site.text(main), shortTerm: site.text(shortTerm) };
    const { status, signal } = spawnSync(
      process.execPath,
      [join(compiled, 'program.js'), site.directory, String(killAt)],
      {
        env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
        timeout: 240_000,
      },
    );
    return { status, signal, before };
  };
  try {
    const finished = save(0);
    expect(finished.status).toBe(0);
    const after = { main: site.text(main), shortTerm: site.text(shortTerm) };
    expect(after.main).not.toBe(finished.before.main);
    let [keptOld, keptNew] = [0, 0];
    for (let killAt = 1; ; killAt += stride) {
      const { status, signal, before } = save(killAt);
      if (signal === null) {
        expect(status).toBe(0);
        break;
      }
      expect(signal).toBe('SIGKILL');
      expect([before.main, after.main]).toContain(site.text(main));
      expect([before.shortTerm, after.shortTerm]).toContain(site.text(shortTerm));
      if (site.text(main) === before.main) keptOld += 1;
      else {
        keptNew += 1;
        expect(readFileSync(backupName(site.path(main)), 'latin1')).toBe(before.main);
      }
    }
    // Both must have happened many times, or the killing did not reach the writing.
    expect(keptOld).toBeGreaterThan(12 / stride);
    expect(keptNew).toBeGreaterThan(8 / stride);
  } finally {
    site.remove();
  }
});
