import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eucentric, temporarySite } from './eucentric';
import { needs } from '../support/needs';

type Site = ReturnType<typeof temporarySite>;
const item = 'calibrations/image-and-stage-shift/image-shift';
const administratorOff = (yaml: string): string => yaml.replace('StartAsAdministrator: 1', 'StartAsAdministrator: 0');
const run = (site: Site, ...items: string[]) =>
  eucentric(['run', ...items, '--defaults', '--save', '--json', '--config', site.configuration]);

describe('run --save says before the first exposure', () => {
  it('that Administrator mode is off', () => {
    const site = temporarySite(administratorOff);
    const { code, lines } = run(site, item);
    expect(code).toBe(1);
    expect(lines()).toMatchObject([
      {
        event: 'error',
        code: 'store/administrator-only',
        hint: expect.stringContaining('StartAsAdministrator') as string,
      },
    ]);
    site.remove();
  });

  it('that the file cannot be read, here a folder of its name', () => {
    const site = temporarySite();
    mkdirSync(path.join(site.folder, 'calibrations', 'SerialEMcalibrations.txt'), { recursive: true });
    const { code, lines } = run(site, item);
    expect(code).toBe(1);
    expect(lines()).toMatchObject([{ event: 'error', code: 'store/unread-on-disk' }]);
    site.remove();
  });

  // Nobody can create a file here, not even root.
  needs('the folder /proc', existsSync('/proc/self')).test('that the disk takes no file', () => {
    const site = temporarySite((yaml) => yaml.replace('directory: calibrations', 'directory: /proc/calibrations'));
    const { code, lines } = run(site, item);
    expect(code).toBe(1);
    expect(lines()).toMatchObject([
      { event: 'error', code: 'store/write-failed', message: expect.stringContaining('/proc/calibrations') as string },
    ]);
    site.remove();
  });
});

describe('run --save with a file that cannot be understood', () => {
  const broken = 'SerialEMProperties # simulated: values of a virtual microscope, not of an instrument\r\n';
  it.each([
    ['is refused', [], 1, broken, undefined],
    [
      'overwrites it and keeps it as .bak',
      ['--if-changed', 'overwrite'],
      0,
      'ImageShiftMatrix',
      'SerialEMcalibrations.bak',
    ],
    ['saves in another file', ['--if-changed', 'OTHER'], 0, broken, 'mine.txt'],
  ] as const)('%s', (_what, more, expected, contents, besides) => {
    const site = temporarySite();
    const folder = path.join(site.folder, 'calibrations');
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, 'SerialEMcalibrations.txt');
    writeFileSync(file, broken);
    const given = more.map((each) => (each === 'OTHER' ? path.join(folder, 'mine.txt') : each));
    const { code, lines } = run(site, ...given, item);
    expect([code, lines().at(-1)]).toEqual([expected, expect.anything()]);
    expect(readFileSync(file, 'latin1')).toContain(contents);
    if (besides) expect(existsSync(path.join(folder, besides))).toBe(true);
    site.remove();
  });
});

describe('run --save', () => {
  it('saves after an item of its list has switched Administrator mode on', () => {
    const site = temporarySite(administratorOff);
    const { code } = run(site, 'calibrations/administrator', item);
    expect(code).toBe(0);
    const folder = path.join(site.folder, 'calibrations');
    expect(readFileSync(path.join(folder, 'SerialEMcalibrations.txt'), 'latin1')).toContain('ImageShiftMatrix');
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
    site.remove();
  });
});
