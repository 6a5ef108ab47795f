import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Called, eucentricProcess, program, temporarySite } from '../eucentric';

describe('the answer of `menu`', () => {
  const cache = mkdtempSync(path.join(tmpdir(), 'eucentric-answers-'));
  const answers = path.join(cache, 'eucentric', 'answers');
  const site = temporarySite();
  afterAll(() => {
    rmSync(cache, { recursive: true, force: true });
    site.remove();
  });
  const menu = (...more: readonly string[]): Called =>
    eucentricProcess(['menu', '--config', site.configuration, ...more], site.folder, { XDG_CACHE_HOME: cache });
  const kept = (): readonly string[] => (existsSync(answers) ? readdirSync(answers) : []);
  /** Marks the kept answers, which distinguishes them from those that are worked out. */
  const mark = (): void => {
    for (const name of kept()) {
      const file = path.join(answers, name);
      const content = JSON.parse(readFileSync(file, 'utf8')) as { stdout: string };
      writeFileSync(file, JSON.stringify({ ...content, stdout: `KEPT\n${content.stdout}` }));
    }
  };
  const isKept = ({ stdout }: Called): boolean => stdout.startsWith('KEPT\n');
  let first: Called;
  beforeAll(() => {
    // A file that changed a moment ago is not trusted yet, so that the first answer after it may not be kept.
    for (let call = 0; call < 3 && kept().length === 0; call++) first = menu();
  });

  it('is kept and given again as it was, for the same arguments alone', () => {
    expect(kept()).toHaveLength(1);
    expect(menu()).toMatchObject({ code: 0, stdout: first.stdout, stderr: first.stderr });
    mark();
    expect(menu().stdout).toBe(`KEPT\n${first.stdout}`);
    const verbose = menu('--verbose');
    expect(isKept(verbose)).toBe(false);
    expect(verbose.stdout).not.toBe(first.stdout);
    expect(menu().stderr).toBe(first.stderr);
  });

  it('is given in another folder, unless it goes by the folder', () => {
    const folders = ['one', 'two'].map((name) => path.join(site.folder, name));
    const configuration = readFileSync(site.configuration, 'utf8');
    const inFolder = (folder: string, config: string): Called =>
      eucentricProcess(['menu', '--config', config], folder, { XDG_CACHE_HOME: cache });
    for (const folder of folders) {
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'own.yaml'), configuration);
    }
    removeLine(path.join(folders[1]!, 'own.yaml'), '  calibrations: {}');
    for (let call = 0; call < 3 && !isKept(menu()); call++) mark();
    expect(isKept(inFolder(folders[0]!, site.configuration))).toBe(true);
    for (let call = 0; call < 3 && !isKept(inFolder(folders[0]!, 'own.yaml')); call++) mark();
    expect(isKept(inFolder(folders[0]!, 'own.yaml'))).toBe(true);
    const other = inFolder(folders[1]!, 'own.yaml');
    expect(isKept(other)).toBe(false);
    expect(other.stdout).not.toContain('Image Shift');
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  it.each<[string, () => void]>([
    ['the configuration changes', () => appendFileSync(site.configuration, '\nCameraRetries: 3\n')],
    [
      'a calibration file comes where none was',
      () => {
        mkdirSync(path.join(site.folder, 'calibrations'));
        writeFileSync(path.join(site.folder, 'calibrations', 'SerialEMcalibrations.txt'), 'SerialEMCalibrations\n');
      },
    ],
    ['an item is switched off with its plugin', () => removeLine(site.configuration, '  calibrations: {}')],
  ])('is worked out again when %s', (_, change) => {
    for (let call = 0; call < 3 && !isKept(menu()); call++) mark();
    expect(isKept(menu())).toBe(true);
    change();
    expect(isKept(menu())).toBe(false);
  });

  it('ends quietly when its reader has seen enough', () => {
    for (let call = 0; call < 3 && !isKept(menu('--verbose')); call++) mark();
    const command = `"${process.execPath}" "${program}" menu --verbose --config "${site.configuration}" | true`;
    const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
      cwd: site.folder,
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('EPIPE') as string });
  });

  it('is not kept where it goes by the time, or is a failure', () => {
    const before = kept().length;
    writeFileSync(path.join(site.folder, 'calibrations', 'SEMshortTermCal.txt'), 'SerialEMShortTermCal\n');
    for (let call = 0; call < 2; call++) menu('--json');
    eucentricProcess(['menu', '--config', 'nosuch.yaml'], site.folder, { XDG_CACHE_HOME: cache });
    expect(kept()).toHaveLength(before);
  });
});

function removeLine(file: string, line: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(`${line}\n`);
  writeFileSync(file, text.replace(`${line}\n`, ''));
}
