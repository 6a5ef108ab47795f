import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eucentric, eucentricProcess, interrupted, program, temporarySite } from './eucentric';

const item = 'calibrations/image-and-stage-shift/image-shift';

describe('the process of a command', () => {
  it.each([
    [['check', '--json'], 0],
    [['run', 'image-shfit', '--json'], 1],
    [['nosuch', '--json'], 2],
  ])('of %j ends with %i, and says the same as its thread', (given, code) => {
    const { stdout, stderr, ...called } = eucentricProcess(given);
    expect(called.code).toBe(code);
    expect(eucentric(given)).toMatchObject({ code, stdout, stderr });
  });
});

describe('wrong usage', () => {
  it.each([
    [['nosuch']],
    [['--nosuch']],
    [['run']],
    [['calibrations', 'nosuch']],
    [['menu', '--bogus']],
    [['run', 'image-shift', '--seed', 'x']],
    [[]],
  ])('ends %j with 2, and says so as JSON', (given) => {
    const { code, lines } = eucentric([...given, '--json']);
    expect(code).toBe(2);
    expect(lines()).toMatchObject([{ event: 'error', code: 'command/usage' }]);
  });

  it.each(['foo', '=yes', ''])('ends --answer "%s" with 2 and the form of an answer', (answer) => {
    const { code, lines } = eucentric(['run', 'image-shift', '--answer', answer, '--json']);
    expect(code).toBe(2);
    expect(lines()).toMatchObject([
      { event: 'error', code: 'command/bad-answer', message: `"${answer}" is not of the form question=value.` },
    ]);
  });

  it.each(['image-shfit', 'image'])('refuses %s, which is not an item, with the nearest one', (name) => {
    const { code, lines } = eucentric(['run', name, '--json']);
    expect(code).toBe(1);
    expect(lines().at(-1)).toMatchObject({
      event: 'error',
      code: 'menu/unknown-item',
      hint: expect.stringContaining(item) as string,
    });
  });

  it('refuses a disabled item with its reason', () => {
    const site = temporarySite((yaml) => yaml.replace('StartAsAdministrator: 1', 'StartAsAdministrator: 0'));
    const { code, lines } = eucentric(['run', 'save-calibrations', '--json', '--config', site.configuration]);
    expect(code).toBe(1);
    expect(lines().at(-1)).toMatchObject({
      event: 'error',
      code: 'menu/disabled',
      message: expect.stringContaining('Administrator mode is off') as string,
    });
    site.remove();
  });

  it('opens no console without a terminal', () => {
    const { code, lines } = eucentric(['start', '--terminal', '--json']);
    expect(code).toBe(1);
    expect(lines()).toMatchObject([{ event: 'error', code: 'start/no-terminal' }]);
  });

  it.each([
    [['check', 'nosuch.yaml']],
    [['import', 'nosuch.txt']],
    [['export', '--config', 'nosuch.yaml']],
    [['calibrations', 'show', 'nosuch.txt']],
    [['menu', '--config', 'nosuch.yaml']],
  ])('names the file that %j does not find', (given) => {
    const { code, lines, stdout } = eucentric([...given, '--json']);
    expect(code).toBe(1);
    expect(lines().length).toBeGreaterThan(0);
    expect(stdout).toContain('nosuch');
  });
});

describe('run', () => {
  it('measures the same to the last digit with the same seed, and something else with another', () => {
    const site = temporarySite();
    const measured = (seed: string) => {
      const { code, lines } = eucentricProcess([
        '--config',
        site.configuration,
        'run',
        item,
        '--defaults',
        '--json',
        '--seed',
        seed,
      ]);
      expect(code).toBe(0);
      const last = lines().at(-1)!;
      expect(last).toMatchObject({ event: 'result', item });
      return last['values'];
    };
    const first = measured('5');
    expect(measured('5')).toEqual(first);
    expect(measured('6')).not.toEqual(first);
    const history = eucentric(['calibrations', 'history', '--json', '--config', site.configuration]).lines();
    expect(history).toHaveLength(3);
    site.remove();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'stops on %s, leaving nothing behind, and ends with 130',
    async (signal) => {
      const site = temporarySite(undefined, { wholeCamera: true });
      const { code, stdout } = await interrupted(
        ['run', item, '--defaults', '--json', '--config', site.configuration],
        /"event":"image"/,
        signal,
      );
      expect(code).toBe(130);
      expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({ event: 'error', code: 'run/stopped' });
      expect(existsSync(path.join(site.folder, 'calibrations', 'SEMshortTermCal.txt'))).toBe(false);
      site.remove();
    },
  );

  it('saves for an administrator only, and says to others why not', () => {
    const site = temporarySite();
    const file = path.join(site.folder, 'calibrations', 'SerialEMcalibrations.txt');
    const run = () =>
      eucentric(['run', item, '--answer', 'start=yes', '--save', '--json', '--config', site.configuration]);
    expect(run().code).toBe(0);
    expect(readFileSync(file, 'latin1')).toMatch(/ImageShiftMatrix\s+1\s+17 0 /);
    const saved = readFileSync(file);
    writeFileSync(
      site.configuration,
      readFileSync(site.configuration, 'utf8').replace('StartAsAdministrator: 1', 'StartAsAdministrator: 0'),
    );
    const refused = run();
    expect(refused.code).toBe(1);
    expect(refused.lines().at(-1)).toMatchObject({ event: 'error', code: 'store/administrator-only' });
    expect(readFileSync(file)).toEqual(saved);
    site.remove();
  });

  it('does not start without an answer', () => {
    const { code, lines } = eucentric(['run', item, '--json']);
    expect(code).toBe(1);
    expect(lines().at(-1)).toMatchObject({
      event: 'error',
      code: 'run/no-answer',
      hint: expect.stringContaining("--answer 'start=") as string,
    });
  });
});

describe('run --take', () => {
  it('gives an item an image to look at: the pixel size of a grating comes out as it is', () => {
    const site = temporarySite(
      (yaml) =>
        yaml
          .replace('  seed: 1', '  seed: 1\n  specimen: cross-grating')
          .replace('Record: { binning: 2', 'Record: { binning: 8'),
      { wholeCamera: true },
    );
    const given = ['--config', site.configuration, '--json'];
    const { code, lines } = eucentric([
      'run',
      'find-pixel-size',
      '--take',
      'Record',
      '--mag-index',
      '14',
      '--defaults',
      ...given,
    ]);
    const truth = eucentric(['truth', ...given])
      .lines()
      .find(({ record, magIndex }) => record === 'StageToCameraMatrix' && magIndex === 14)!;
    const pixel = 1000 / Math.hypot(truth['xpx'] as number, truth['ypx'] as number);
    expect(code).toBe(0);
    expect(JSON.stringify(lines().at(-1))).toContain('"event":"result"');
    const { pixelSize } = (lines().at(-1) as { values: { pixelSize: number } }).values;
    expect(Math.abs(pixelSize / pixel - 1)).toBeLessThan(0.001);
    site.remove();
  });

  it('refuses parameters that no camera has', () => {
    expect(eucentric(['run', 'find-pixel-size', '--take', 'Snapshot']).code).toBe(2);
  });
});

describe('answers for programs', () => {
  it.each([
    [['menu', '--verbose']],
    [['truth']],
    [['devices']],
    [['calibrations', 'show']],
    [['calibrations', 'history']],
  ])('%j writes nothing but JSON on stdout', (given) => {
    const { code, lines } = eucentric([...given, '--json']);
    expect(code).toBe(0);
    for (const line of lines()) expect(typeof line).toBe('object');
  });

  it('ends quietly when the reader has seen enough', () => {
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${program}" menu --json --verbose | head -n 1`],
      { encoding: 'utf8' },
    );
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toMatch(/EPIPE/);
  });

  it('writes a file whole or not at all', () => {
    const { code, lines } = eucentric(['export', '-o', path.join('no', 'such', 'folder', 'file.txt'), '--json']);
    expect(code).toBe(1);
    expect(lines()).toMatchObject([{ event: 'error', code: 'command/not-written' }]);
  });

  it('lists every fault of a broken configuration with its place and the nearest name', () => {
    const site = temporarySite((yaml) =>
      yaml
        .replace('GlobalExtraRotation: -6', 'GlobalExtraRotatoin: -6')
        .replace('MicronsPerUnitImageShift: 1.0', 'MicronsPerUnitImageShift: much'),
    );
    const { code, lines } = eucentric(['check', site.configuration, '--json']);
    expect(code).toBe(1);
    const errors = lines().filter(({ severity }) => severity === 'error');
    expect(errors.length).toBeGreaterThanOrEqual(1);
    for (const each of lines())
      expect(each).toMatchObject({
        file: site.configuration,
        line: expect.any(Number) as number,
        column: expect.any(Number) as number,
      });
    expect(JSON.stringify(lines())).toContain('GlobalExtraRotation');
    expect(JSON.stringify(lines())).toContain('MicronsPerUnitImageShift');
    site.remove();
  });

  it.each(['start', 'menu', 'run', 'check', 'import', 'export', 'devices', 'truth'])(
    'helps with %s by an example',
    (name) => {
      const { code, stdout } = eucentric([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Example:\n  eucentric ${name}`);
    },
  );
});
