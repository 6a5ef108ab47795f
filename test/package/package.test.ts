import { spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeOnWindows, prepareWindows, windowsPath } from '../support/windows';
import {
  type Ended,
  type StrangersSite,
  compiled,
  linkPackages,
  ran,
  runtimePackages,
  strangersSite,
} from './stranger';

let stranger: StrangersSite;
let home: string;
const run = (script: string, ...given: readonly string[]): Ended =>
  ran(script, given, stranger.site, { XDG_DATA_HOME: home, LOCALAPPDATA: home, HOME: home });
const eucentric = (...given: readonly string[]): Ended =>
  run(path.join(stranger.program, 'bin', 'eucentric'), ...given);
const tool = (name: string, ...given: readonly string[]): Ended =>
  ran(path.join(stranger.plugin, 'node_modules', name), given, stranger.plugin);

beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'eucentric home '));
  stranger = strangersSite();
}, 300_000);
afterAll(() => {
  stranger.remove();
  rmSync(home, { recursive: true, force: true });
});

describe('the package', () => {
  test('holds what is compiled, and no sources, tests, maps or tools', () => {
    const { packed } = stranger;
    expect(packed).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'bin/eucentric',
        'build/app/main.js',
        'build/page/index.html',
        'build/imaging/fft/pkg/eucentric_fft_bg.wasm',
        'build/imaging/fft/second-thread.cjs',
        'config/schema.json',
        'config/simulator.yaml',
      ]),
    );
    expect(
      packed.filter((file) => /\.map$|\.test\.|^(scripts|test|bench|docs)\/|^build\/(scripts|bench|test)\//.test(file)),
    ).toEqual([]);
    expect(packed.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  });

  test('gives its entries alone: nothing deeper can be imported', () => {
    const script = path.join(stranger.site, 'deep.js');
    writeFileSync(
      script,
      `for (const name of ['eucentric', 'eucentric/imaging', 'eucentric/simulation', 'eucentric/testing', 'eucentric/package.json'])
         require(name);
       try { require('eucentric/build/core/base'); } catch (error) { console.log(error.code); }`,
    );
    expect(run(script)).toMatchObject({ code: 0, stdout: 'ERR_PACKAGE_PATH_NOT_EXPORTED\n' });
  });

  test('can be imported by name from ES modules', () => {
    const script = path.join(stranger.site, 'module.mjs');
    writeFileSync(
      script,
      `import { definePlugin, Scope } from 'eucentric';
       import { mean } from 'eucentric/imaging';
       import { VirtualMicroscope } from 'eucentric/simulation';
       import { describeCamera, virtualInstrument } from 'eucentric/testing';
       console.log([definePlugin, mean, VirtualMicroscope, describeCamera, virtualInstrument].map((each) => typeof each).join(), Scope.name);`,
    );
    expect(run(script).stdout).toBe('function,function,function,function,function Scope\n');
  });

  test('keeps what belongs to nobody in a folder of the user, and not among the installed files', () => {
    const before = readdirSync(path.join(stranger.program, 'config'));
    expect(eucentric('run', 'image-shift', '--defaults', '--seed', '1', '--mag-index', '25', '--save').code).toBe(0);
    const folder = process.platform === 'darwin' ? path.join(home, 'Library', 'Application Support') : home;
    expect(readdirSync(path.join(folder, 'eucentric', 'calibrations', 'simulator'))).toContain(
      'SerialEMcalibrations.txt',
    );
    expect(readdirSync(path.join(stranger.program, 'config'))).toEqual(before);
    expect(eucentric('properties', 'write', '--yes').stderr).not.toContain(stranger.program);
  });

  test('serves the page that was built when it was packed', async () => {
    const child = spawn(process.execPath, [path.join(stranger.program, 'bin', 'eucentric'), 'start', '--no-open'], {
      cwd: stranger.site,
      env: { ...process.env, XDG_DATA_HOME: home, LOCALAPPDATA: home, HOME: home },
    });
    const closed = new Promise((resolve) => child.on('close', resolve));
    try {
      let said = '';
      const address = await new Promise<string>((resolve, reject) => {
        const look = (data: Buffer): void => {
          said += data.toString();
          const [found] = /http:\/\/\S+/.exec(said) ?? [];
          if (found) resolve(found);
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        void closed.then(() => reject(new Error(said)));
      });
      expect(said).not.toContain('Building');
      const answer = await fetch(address);
      const [asset = ''] = /\/assets\/[^"]+\.js/.exec(await answer.text()) ?? [];
      const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
      const script = await fetch(new URL(asset, address), { headers: { cookie } });
      expect([answer.status, script.status]).toEqual([200, 200]);
      expect((await script.text()).length).toBeGreaterThan(10_000);
    } finally {
      child.kill('SIGINT');
      await closed;
    }
  });
});

describe('the plugin of a stranger', () => {
  test('is found not to be compiled yet', () => {
    expect(eucentric('check', stranger.configuration).stdout).toMatch(
      /lab-camera is there, but the file that its package\.json names is not/,
    );
  });

  test('compiles against the declarations, which have no fault of their own', () => {
    const { stdout, stderr } = compiled(stranger);
    expect(stdout).toBe('');
    expect(Number(stderr)).toBeGreaterThan(100);
    expect(readdirSync(path.join(stranger.plugin, 'dist'))).toContain('camera.js');
  });

  test('brings its item to the menu and measures with its camera, as the calibrations that come with the program do', () => {
    const site = ['--config', stranger.configuration];
    expect(eucentric('menu', ...site).stdout).toMatch(/Beam & Spot\n {2}Counts per Second\n/);
    const given = [
      'run',
      'counts-per-second',
      'image-shift',
      '--defaults',
      '--seed',
      '2',
      '--mag-index',
      '3',
      '--json',
    ];
    const { code, stdout } = eucentric(...given, ...site);
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; item: string; values: Record<string, number> })
      .filter(({ event }) => event === 'result');
    expect(code).toBe(0);
    expect(results.map(({ item }) => item)).toEqual([
      'lab-camera/counts-per-second',
      'calibrations/image-and-stage-shift/image-shift',
    ]);
    expect(results[0]!.values['rate']).toBeGreaterThan(100);
    const truth = eucentric('truth', '--seed', '2', ...site).stdout;
    const [, xpx, xpy] = /ImageShiftMatrix magIndex=3 camera=0 xpx=(\S+) xpy=(\S+)/.exec(truth)!.map(Number);
    const found = results[1]!.values;
    expect(Math.hypot(found['xpx']! - xpx!, found['xpy']! - xpy!)).toBeLessThan(0.001 * Math.hypot(xpx!, xpy!));
  });

  test('passes the suites that the package brings, in its own tests', () => {
    const { code, stderr } = tool('jest/bin/jest', '--ci', '--no-cache', '-i');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/2 passed, 2 total/) as string });
  });

  test('is refused, with what to do, when it brings a copy of the program of its own', () => {
    const linked = path.join(stranger.plugin, 'node_modules', 'eucentric');
    renameSync(linked, `${linked}-linked`);
    cpSync(stranger.program, linked, { recursive: true });
    linkPackages(runtimePackages(), stranger.plugin);
    try {
      const { code, stderr } = eucentric('menu', '--config', stranger.configuration);
      expect(code).toBe(1);
      expect(stderr).toMatch(/lab-camera was made for another copy of eucentric .*lab camera.*stranger's site/);
      expect(stderr).toContain('peerDependencies');
    } finally {
      rmSync(linked, { recursive: true });
      renameSync(`${linked}-linked`, linked);
    }
  });
});

describeOnWindows('the package on Windows', () => {
  test('runs the calibration of a stranger whose plugin is named by a path of Windows', () => {
    const { command, environment } = prepareWindows();
    const configuration = path.join(stranger.site, 'windows.yaml');
    // Wine follows links without telling where they lead, so that a linked program would be another copy.
    cpSync(path.join(stranger.plugin, 'dist'), path.join(stranger.site, 'lab camera'), { recursive: true });
    const text = readFileSync(stranger.configuration, 'utf8').replace('  lab-camera:', '  .\\lab camera:');
    writeFileSync(configuration, text);
    expect(text).toContain('.\\lab camera');
    // What a program of Windows writes can be read from files alone here.
    const [said, told] = ['said', 'told'].map((name) => path.join(home, name)) as [string, string];
    const files = [said, told].map((file) => openSync(file, 'w'));
    const [program = '', ...before] = command;
    const given = ['run', 'counts-per-second', 'image-shift', '--defaults', '--seed', '2', '--mag-index', '3'];
    const child = spawn(
      program,
      [
        ...before,
        windowsPath(path.join(stranger.program, 'bin', 'eucentric')),
        ...given,
        '--config',
        windowsPath(configuration),
      ],
      { env: environment, cwd: stranger.site, stdio: ['ignore', files[0], files[1]] },
    );
    return new Promise<number | null>((resolve) => child.on('close', resolve)).then((code) => {
      files.forEach(closeSync);
      const words = [said, told].map((file) => readFileSync(file, 'utf8')).join('\n');
      expect({ code, words }).toMatchObject({
        code: 0,
        words: expect.stringMatching(/counts per second[^]*Image shift calibrated/) as string,
      });
    });
  });
});
