import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { definitions, findDefinition } from '../../../core/settings';
import { definitionFiles } from '../../../scripts/generate-property-definitions';
import { needsReading } from '../../support/needs';

describe('the table of properties', () => {
  const list = path.resolve(__dirname, '../../../../shared/reference/properties.tsv');
  const present = existsSync(list);
  needsReading(present).test('holds every name of the list of properties', () => {
    const rows = readFileSync(list, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'));
    const structure = ['SerialEMProperties', 'CameraProperties', 'EndCameraProperties'];
    const names = rows.filter(([name]) => !structure.includes(name!));
    expect(names.length).toBe(818);
    expect(definitions.general.length + definitions.camera.length).toBe(818);
    for (const [name, scope, type, , , meaning] of names) {
      const found = findDefinition(scope!.startsWith('camera') ? 'camera' : 'general', name!.toUpperCase());
      expect(found?.name).toBe(name);
      expect(found?.meaning.toLowerCase()).toContain(meaning!.toLowerCase().slice(0, 40));
      if (type!.startsWith('string (rest')) expect(found!.fields).toEqual(['text']);
      if (/^(int|float|double) x1$/.test(type!)) expect(found!.form).toBe('value');
      if (type === 'ignored') expect(found!.form).toBe('ignored');
    }
  });

  needsReading(present).test('is what its script makes of that list', () => {
    const folder = path.resolve(__dirname, '../../../core/settings/definitions');
    for (const [name, text] of Object.entries(definitionFiles(readFileSync(list, 'utf8'))))
      expect(readFileSync(path.join(folder, name), 'utf8')).toBe(text);
  });

  it('keeps each default within its own codes and limits', () => {
    for (const each of [...definitions.general, ...definitions.camera]) {
      if (typeof each.default !== 'number') continue;
      if (each.codes) expect([each.name, each.codes.includes(each.default)]).toEqual([each.name, true]);
      if (each.range)
        expect([each.name, each.default >= each.range[0] && each.default <= each.range[1]]).toEqual([each.name, true]);
    }
  });
});
