import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectFolder } from '../support/project-folder';
import { StandInFolder, describeOnWindows, prepareWindows } from '../support/windows';
import { needs } from '../support/needs';

interface Ended {
  readonly code: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly errors: string;
}

/** Runs a command with a configuration that comes with the program, its plugins on other wires. */
async function command(
  given: readonly string[],
  file: string,
  wires: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): Promise<Ended> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
  try {
    let text = readFileSync(path.join(projectFolder, 'config', file), 'utf8').replace(/^ {2}simulator: .*\n/m, '');
    for (const [plugin, options] of Object.entries(wires))
      text = text.replace(new RegExp(`^ {2}${plugin}: .*$`, 'm'), `  ${plugin}: ${options}`);
    const configuration = path.join(folder, 'instrument.yaml');
    writeFileSync(configuration, text);
    return await new Promise((resolve) => {
      execFile(
        process.execPath,
        [path.join(projectFolder, 'bin', 'eucentric'), ...given, '--config', configuration, '--json'],
        { env: environment, timeout: 240_000 },
        (error, stdout, stderr) =>
          resolve({
            code: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
            lines: stdout
              .split('\n')
              .filter(Boolean)
              .map((line) => JSON.parse(line) as Record<string, unknown>),
            errors: stderr,
          }),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

needs('another system than Windows', process.platform !== 'win32').describe(
  'a site whose column is reached through Windows',
  () => {
    test.each([
      ['talos-ceta.yaml', 'fei', 'fei/needs-windows'],
      ['talos-ceta.yaml', 'falcon-ceta', 'falcon-ceta/needs-windows'],
      ['jeol-cryo-arm-k2.yaml', 'jeol', 'jeol/needs-windows'],
    ])('gives another hint elsewhere: %s, %s', async (file, plugin, code) => {
      const {
        code: exit,
        lines,
        errors,
      } = await command(
        ['devices'],
        file,
        { [plugin]: '{ wire: com }', ...(plugin === 'falcon-ceta' && { fei: '{ wire: com }' }) },
        process.env,
      );
      expect(exit).toBe(1);
      expect(`${JSON.stringify(lines)}${errors}`).toContain('Windows');
      expect(`${JSON.stringify(lines)}${errors}`).toContain(code.split('/')[0]!);
    });
  },
);

describeOnWindows('a site with a column behind COM', () => {
  let folder: StandInFolder;
  beforeAll(() => void (folder = new StandInFolder()));
  afterAll(() => folder.remove());

  test('is shown its devices, and nothing is changed', async () => {
    const windows = prepareWindows();
    const wire = `{ wire: com, hostCommand: [${windows.command.join(', ')}] }`;
    const { code, lines, errors } = await command(
      ['devices'],
      'talos-ceta.yaml',
      { fei: wire, 'falcon-ceta': wire },
      folder.environment(windows),
    );
    expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
    const text = JSON.stringify(lines);
    for (const each of ['200', 'BM-Ceta', 'mag index']) expect(text).toContain(each);
    expect(folder.state()).toEqual({});
    expect(folder.journal()).toEqual([]);
  });
});
