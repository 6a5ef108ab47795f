import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { definitions, exportProperties, type GeneralName, loadSettings, parseSettings } from '../../../core/settings';
import { schemaText } from '../../../scripts/generate-schema';

const config = path.resolve(__dirname, '../../../config');
const schema = readFileSync(path.join(config, 'schema.json'), 'utf8');
const files = readdirSync(config).filter((name) => name.endsWith('.yaml'));

describe('config/', () => {
  const validate = new Ajv({ allErrors: true, strict: false }).compile(JSON.parse(schema) as object);

  it('has a schema that is up to date (node scripts/run.js scripts/generate-schema writes it)', () => {
    expect(schema).toBe(schemaText());
  });

  it.each(files)('%s passes every check, names its schema and is valid by it', (name) => {
    const file = path.join(config, name);
    const text = readFileSync(file, 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=schema.json');
    expect(loadSettings(file).problems).toEqual([]);
    validate(parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(files)('%s says the same to SerialEM after export', (name) => {
    const file = path.join(config, name);
    const before = loadSettings(file).settings;
    const after = parseSettings(exportProperties(readFileSync(file, 'utf8'), file), 'SerialEMproperties.txt');
    expect(after.problems).toEqual([]);
    for (const { name: property, form } of definitions.general) {
      if (form !== 'ignored')
        expect([property, after.settings.get(property as GeneralName)]).toEqual([
          property,
          before.get(property as GeneralName),
        ]);
    }
    expect(after.settings.magnificationTable).toEqual(before.magnificationTable);
    // Every camera says where it is written, which is another place after an export.
    const content = (cameras: unknown): string =>
      JSON.stringify(cameras, (key, value: unknown) => (key === 'place' ? undefined : value));
    expect(content(after.settings.cameras)).toBe(content(before.cameras));
  });

  it('has the virtual Krios and an instrument of each vendor', () => {
    expect(files).toEqual([
      'hitachi-ht7700.yaml',
      'jeol-cryo-arm-k2.yaml',
      'jeol-digiscan.yaml',
      'jeol-stem.yaml',
      'krios-k3.yaml',
      'simulator.yaml',
      'talos-ceta.yaml',
      'talos-oneview-orius.yaml',
      'talos-stem.yaml',
      'talos-through-serialem.yaml',
    ]);
  });

  it.each([
    ['a wrong name', { MaxCalibrationImageShft: 5 }],
    ['a camera property outside a camera', { CameraSizeX: 4096 }],
    ['a code that does not exist', { cameras: [{ index: 0, K2Type: 9 }] }],
    ['a row that is too short', { MagnificationTable: [[1, 100]] }],
    ['text for a number', { CameraRetries: 'many' }],
    ['a camera without number', { cameras: [{ Name: 'K3' }] }],
    ['a wrong plugin option', { plugins: { fei: { wyre: 'simulated' } } }],
    ['a wrong option of the virtual microscope', { simulator: { sead: 1 } }],
  ])('refuses %s', (_what, value) => {
    expect(validate(value)).toBe(false);
  });
});
