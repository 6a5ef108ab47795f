import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eucentric } from '../eucentric';

const properties = [
  'SerialEMProperties',
  '# our microscope ',
  '',
  '',
  'CameraRetries\t2   # twice',
  'ActiveCameraList   0',
  '',
  'CameraProperties 0',
  'Name  Ceta',
  'FEICameraType  1',
  'DetectorName 0 BM-Ceta',
  'PixelSizeInMicrons 14',
  'CameraSizeX\t4096',
  'CameraSizeY\t4096',
  'EndCameraProperties',
  'MagnificationTable  1',
  '1   50 0',
  '',
].join('\r\n');

describe('a configuration that import has made', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-import-'));
  const at = (name: string): string => path.join(folder, name);
  beforeAll(() => {
    writeFileSync(at('SerialEMproperties.txt'), properties);
    expect(eucentric(['import', at('SerialEMproperties.txt'), '-o', at('site.yaml')]).code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('names its schema and its source, and switches on what drives the hardware', () => {
    const yaml = readFileSync(at('site.yaml'), 'utf8');
    expect(yaml).toMatch(/^# yaml-language-server: \$schema=\S+\/config\/schema\.json\n/);
    expect(yaml).toContain('properties-file: "SerialEMproperties.txt"');
    expect(yaml).toContain('\n  fei: { wire: com }\n  falcon-ceta: { wire: com }\n  calibrations: {}\n');
    expect(eucentric(['check', at('site.yaml')]).code).toBe(0);
  });

  it('has a Calibration menu', () => {
    const { code, stdout } = eucentric(['menu', '--config', at('site.yaml')]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Image Shift') as string });
  });

  it('exports the file that it comes from, to the byte; after a change, with that change alone', () => {
    expect(eucentric(['export', '--config', at('site.yaml'), '-o', at('out.txt')]).code).toBe(0);
    expect(readFileSync(at('out.txt'), 'utf8')).toBe(properties);
    const yaml = readFileSync(at('site.yaml'), 'utf8').replace('CameraRetries: 2', 'CameraRetries: 5');
    writeFileSync(at('changed.yaml'), yaml);
    eucentric(['export', '--config', at('changed.yaml'), '-o', at('out.txt')]);
    expect(readFileSync(at('out.txt'), 'utf8')).toBe(properties.replace('\t2   #', '\t5   #'));
  });

  it('exports in a layout of its own where that file is gone', () => {
    writeFileSync(at('moved.yaml'), readFileSync(at('site.yaml'), 'utf8').replace('"SerialEM', '"no-such-SerialEM'));
    const { code, stdout } = eucentric(['export', '--config', at('moved.yaml')]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('CameraRetries 2  # twice') as string,
    });
  });
});
