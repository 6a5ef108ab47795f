import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fc } from '../../../support/properties';
import { encodeProperties, exportProperties, importProperties, parseSettings } from '../../../../core/settings';
import { needsReading } from '../../../support/needs';

const bothWays = (bytes: Uint8Array): Buffer => {
  // The configuration is a file in between, and its bytes are UTF-8.
  const yaml = Buffer.from(importProperties(bytes, 'in.txt').yaml);
  return Buffer.from(encodeProperties(exportProperties(yaml, 'in.yaml')));
};

describe('properties in the code page of the site', () => {
  it('have the dashes, quotes and the euro of Windows-1252', () => {
    const bytes = Buffer.from(
      'SerialEMProperties\nCameraRetries 1  # \x93new\x94 \x96 5 \x80\nProgramTitleText Z\xfcrich \x96 K2\n',
      'latin1',
    );
    const { yaml } = importProperties(bytes, 'in.txt');
    expect(yaml).toBe("CameraRetries: 1  # “new” – 5 €\nProgramTitleText: 'Zürich – K2'\n");
    expect(bothWays(bytes).equals(bytes)).toBe(true);
  });

  it('keep the bytes of Shift-JIS and GBK in names, paths, comments and unknown lines', () => {
    // The name of a microscope in Japanese with bytes that Windows-1252 leaves open, and a GBK character that ends in 0xA0.
    for (const text of ['\x93d\x8eq\x8c\xb0\x94\xf7\x8b\xbe', '\x81\x8d\x8f\x90\x9d', '\xc4\xa0']) {
      const bytes = Buffer.from(
        `SerialEMProperties\n# ${text}\nCameraRetries 1  # ${text}\nProgramTitleText C:\\${text}\nUnknownName ${text}\n`,
        'latin1',
      );
      expect(bothWays(bytes).toString('latin1')).toBe(bytes.toString('latin1'));
    }
  });

  it('keep every byte above 0x7F in any order', () => {
    const upper = fc.array(fc.integer({ min: 0x80, max: 0xff }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(upper, upper, (name, comment) => {
        // A byte that ends no character keeps chance from making the whole valid UTF-8.
        const bytes = Buffer.concat([
          Buffer.from('SerialEMProperties\nProgramTitleText '),
          Buffer.from([0xff, ...name]),
          Buffer.from('\nCameraRetries 1  # '),
          Buffer.from(comment),
          Buffer.from('\n'),
        ]);
        expect(bothWays(bytes).toString('latin1')).toBe(bytes.toString('latin1'));
      }),
    );
  });

  it('come back from a configuration in which an earlier import wrote control characters', () => {
    const text = exportProperties('ProgramTitleText: "K2 \\u0096 Z\\u00fcrich"\n', 'in.yaml');
    expect(Buffer.from(encodeProperties(text)).toString('latin1')).toBe(
      'SerialEMProperties\nProgramTitleText K2 \x96 Z\xfcrich\n',
    );
  });

  it('are read from a configuration that an editor saved in Windows-1252', () => {
    const bytes = Buffer.from('ProgramTitleText: "Z\xfcrich \x96 K2"\n', 'latin1');
    expect(exportProperties(bytes, 'in.yaml')).toBe('SerialEMProperties\nProgramTitleText Zürich – K2\n');
  });

  const folder = path.resolve(__dirname, '../../../../../shared/data/cases/F05');
  for (const name of ['properties-windows1252.txt', 'properties-shiftjis.txt']) {
    const file = path.join(folder, name);
    needsReading(existsSync(file)).test(`come back whole from ${name}`, () => {
      const bytes = readFileSync(file);
      // Import puts two blanks before a comment.
      const plain = (each: Buffer): string =>
        each
          .toString('latin1')
          .replace(/\r\n/g, '\n')
          .replace(/[ \t]+#/g, ' #');
      const back = bothWays(bytes);
      expect(plain(back)).toBe(plain(bytes));
      expect(parseSettings(importProperties(bytes, name).yaml, 'in.yaml').settings.cameras).toHaveLength(1);
    });
  }
});
