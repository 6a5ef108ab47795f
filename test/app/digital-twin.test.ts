import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Matrix } from '../../core/base';
import { matrixError } from '../support/virtual-instrument';
import { eucentric, haveSiteFiles, siteFiles } from './eucentric';
import { needsReading } from '../support/needs';

const talos = path.join(path.dirname(siteFiles.properties), 'talos-SerialEMproperties.txt');

needsReading(haveSiteFiles).describe('the twin of a real Krios', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-twin-'));
  const configuration = path.join(folder, 'krios.yaml');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is made by import alone, and passes the check', () => {
    expect(eucentric(['import', siteFiles.properties, '--twin', '-o', configuration]).code).toBe(0);
    const checked = eucentric(['check', configuration, '--json']);
    expect(checked.code).toBe(0);
    expect(checked.lines()).toEqual([]);
    copyFileSync(siteFiles.calibrations, path.join(folder, 'SerialEMcalibrations.txt'));
  });

  it('gives the same properties back as the plain import', () => {
    const plain = path.join(folder, 'plain.yaml');
    eucentric(['import', siteFiles.properties, '-o', plain]);
    const wanted = eucentric(['export', '--config', plain]).stdout;
    expect(eucentric(['export', '--config', configuration]).stdout).toBe(wanted);
    // Lines may change their places and keywords their case, which SerialEM reads in any; no line is lost, doubled or changed.
    const settings = (text: string): string[] =>
      text
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([first]) => first && !first.startsWith('#'))
        .map(([first, ...rest]) => [first!.toLowerCase(), ...rest].join(' '))
        .sort();
    expect(settings(wanted)).toEqual(settings(readFileSync(siteFiles.properties, 'latin1')));
  });

  it.each([
    ['image-shift', 17],
    ['image-shift', 24],
    ['image-shift', 28],
    ['is-from-scratch', 24],
  ])("%s at mag index %i recovers the site's matrix", (item, magIndex) => {
    const site = eucentric(['calibrations', 'show', siteFiles.calibrations, '--json']).lines();
    const truth = site.find(
      (each) => each['record'] === 'ImageShiftMatrix' && each['magIndex'] === magIndex && each['camera'] === 1,
    );
    expect(truth).toBeDefined();
    const { code, lines } = eucentric([
      'run',
      item,
      '--defaults',
      '--json',
      '--seed',
      '11',
      '--camera',
      '1',
      '--mag-index',
      String(magIndex),
      '--config',
      configuration,
    ]);
    expect(code).toBe(0);
    const last = lines().at(-1)!;
    expect(last).toMatchObject({ event: 'result', conditions: { magIndex, camera: 1 } });
    const { percent, degrees } = matrixError(last['values'] as Matrix, truth as unknown as Matrix);
    expect(percent).toBeLessThan(0.3);
    expect(degrees).toBeLessThan(0.1);
  });
});

needsReading(existsSync(talos)).describe('the twin of a real Talos', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-talos-'));
  const configuration = path.join(folder, 'talos.yaml');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is made by import alone, shows the menu, and runs an item with each of its cameras', () => {
    const made = eucentric(['import', talos, '--twin', '-o', configuration]);
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('voltageKilovolts')]);
    expect(readFileSync(configuration, 'utf8')).toMatch(/^ {2}voltageKilovolts: 300$/m);
    expect(eucentric(['check', configuration, '--json']).lines()).toEqual([]);
    const menu = eucentric(['menu', '--json', '--config', configuration]).lines();
    const stands = menu.filter(({ reason }) => reason !== 'not built yet');
    expect(stands.filter(({ enabled }) => enabled).length).toBeGreaterThan(15);
    for (const camera of ['0', '1']) {
      const line = `run set-binned-size --camera ${camera} --take View --defaults --json --config`.split(' ');
      const { code, lines } = eucentric([...line, configuration]);
      expect([code, lines().at(-1)]).toMatchObject([0, { event: 'result', simulated: true }]);
    }
  });
});

needsReading(haveSiteFiles).describe('the calibration file of a real Krios', () => {
  it('is the same to the byte after being read and written', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-convert-'));
    const copy = path.join(folder, 'copy.txt');
    expect(eucentric(['calibrations', 'convert', siteFiles.calibrations, '-o', copy]).code).toBe(0);
    expect(readFileSync(copy).equals(readFileSync(siteFiles.calibrations))).toBe(true);
    expect(eucentric(['calibrations', 'diff', copy, siteFiles.calibrations, '--json']).lines()).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
