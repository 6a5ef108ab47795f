import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { drawsOf, fc } from '../../../support/properties';
import { parse } from 'yaml';
import {
  type CameraName,
  definitions,
  exportProperties,
  type GeneralName,
  importProperties,
  parseSettings,
  type PropertyDefinition,
  type Settings,
} from '../../../../core/settings';
import { sectionsOf } from '../sections-of';
import { needsReading } from '../../../support/needs';

/** Sections with the blocks of one camera joined into the first, as import and SerialEM do; parked blocks stay apart. */
function joined(sections: ReturnType<typeof sectionsOf>): ReturnType<typeof sectionsOf> {
  const kept: { name: string; lines: (readonly string[])[] }[] = [];
  for (const { name, lines } of sections) {
    const earlier = /^camera \d/.test(name) ? kept.find((each) => each.name === name) : undefined;
    if (earlier) earlier.lines.push(...lines);
    else kept.push({ name, lines: [...lines] });
  }
  return kept;
}

const bothWays = (text: string): string => exportProperties(importProperties(text, 'in.txt').yaml, 'in.yaml');

describe('importing and exporting properties', () => {
  const folder = path.resolve(__dirname, '../../../../../shared/data');
  for (const name of ['krios-k2-SerialEMproperties.txt', 'talos-SerialEMproperties.txt']) {
    const file = path.join(folder, name);
    needsReading(existsSync(file)).test(`keeps every line of the real ${name}`, () => {
      const text = readFileSync(file, 'utf8');
      const imported = importProperties(readFileSync(file), name);
      expect(imported.problems).toEqual([]);
      expect(imported.unknownLines).toEqual([]);
      expect(parseSettings(imported.yaml, 'site.yaml').problems).toEqual([]);
      const exported = exportProperties(imported.yaml, 'site.yaml');
      expect(sectionsOf(exported)).toEqual(sectionsOf(text));
      expect(importProperties(exported, name).yaml).toBe(imported.yaml);
    });
  }

  it('keeps the order of lines that alternate, of repeated lines and of lines that nobody knows', () => {
    const text = [
      'SerialEMProperties',
      'FirstUnknown 1',
      'SocketServerIP 1 10.0.0.1',
      'SocketServerPort 1 48892',
      'SocketServerIP 2 10.0.0.2',
      'SocketServerPort 2 48893',
      'CameraRetries 1',
      'Unknown 2 # with a comment',
      'MagnificationTable 1',
      '1 10 0',
      'MagnificationTable 2',
      '1 100 0',
      '2 200 0',
      'CameraRetries 2',
      'NoScopeControlOnStartup 0',
      'CameraProperties -1',
      'Name It\'s "odd": [a] {b}',
      'Nonsense',
      'RestoreSettings',
      'EndCameraProperties',
      '',
    ].join('\r\n');
    const { yaml, unknownLines } = importProperties(text, 'in.txt');
    expect(unknownLines).toEqual([
      'FirstUnknown 1',
      'CameraRetries 1',
      'Unknown 2 # with a comment',
      'MagnificationTable 1',
      '1 10 0',
      'Nonsense',
    ]);
    expect(sectionsOf(exportProperties(yaml, 'in.yaml'))).toEqual(sectionsOf(text));
    expect(parseSettings(yaml, 'in.yaml').settings.get('CameraRetries')).toBe(2);
  });

  it('keeps comments where they stand', () => {
    const text =
      'SerialEMProperties\n# above\nCameraRetries 2  # behind\n\nCameraProperties 0  # first\nCameraSizeX 4096\n# at the end\nEndCameraProperties\n# last\n';
    expect(bothWays(text)).toBe(text);
  });

  it('tells comments from texts with a # in them', () => {
    const yaml =
      "# yaml-language-server: $schema=schema.json\r\nplugins:\r\n  fei: {}  # not for SerialEM\r\n\r\nLogBookPathName: 'C:\\log # old'  # new\r\nCameraRetries: 1 # one\r\nImageShiftDelays:\r\n  # um, s\r\n  - [0, 0]  # first\r\n";
    expect(exportProperties(yaml, 'in.yaml')).toBe(
      'SerialEMProperties\n# new\nLogBookPathName C:\\log # old\nCameraRetries 1  # one\n# um, s\nImageShiftDelays 1\n0 0  # first\n',
    );
  });

  it('reads bytes of other encodings and line ends', () => {
    const latin = Buffer.from('SerialEMProperties\r\nGainReferencePath C:\\M\xfcller\r\n', 'latin1');
    expect(importProperties(latin, 'in.txt').yaml).toBe("GainReferencePath: 'C:\\Müller'\n");
    const wide = Buffer.from('\ufeffSerialEMProperties\r\nCameraRetries 3\r\n', 'utf16le');
    expect(importProperties(wide, 'in.txt')).toEqual({ yaml: 'CameraRetries: 3\n', problems: [], unknownLines: [] });
    const marked = Buffer.from('\ufeffSerialEMProperties\nCameraRetries 3', 'utf8');
    expect(importProperties(marked, 'in.txt')).toEqual({ yaml: 'CameraRetries: 3\n', problems: [], unknownLines: [] });
  });

  const word = fc
    .stringMatching(/^[A-Za-z0-9_:\\./'"{}[\]!&*%@,?|>=+-]{1,12}$/)
    .filter((each) => !each.startsWith('/*') && !each.endsWith('*/'));
  const number = fc.oneof(
    fc.integer({ min: -1000, max: 100000 }).map(String),
    fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map(String),
    fc.constantFrom('1.', '.5', '+3', '007', '1e3', '-0.0'),
  );
  const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
  const valueOf = (type: string): fc.Arbitrary<string> => (type === 'text' ? text : type === 'token' ? word : number);
  const row = (definition: PropertyDefinition): fc.Arbitrary<string> => {
    const fields = definition.fields.map(valueOf);
    const rest = definition.rest
      ? [
          fc
            .array(fc.tuple(...definition.rest.map(valueOf)), { minLength: 1, maxLength: 4 })
            .map((groups) => groups.flat().join(' ')),
        ]
      : [];
    return fc.tuple(...fields, ...rest).map((values) => values.join(' '));
  };
  const entry = (definition: PropertyDefinition): fc.Arbitrary<readonly string[]> =>
    definition.form === 'table'
      ? fc.array(row(definition), { maxLength: 3 }).map((rows) => [`${definition.name} ${rows.length}`, ...rows])
      : fc
          .tuple(row(definition), fc.constantFrom('', ' # comment', '\t#x: y'), fc.boolean())
          .map(([values, comment, upper]) => {
            const name = upper ? definition.name.toUpperCase() : definition.name;
            return [`${name} ${values}${definition.fields.includes('text') ? '' : comment}`.trimEnd()];
          });
  // Lines at which SerialEM fails are kept as well: no value, too many values, words for numbers.
  const faulty = (definition: PropertyDefinition): fc.Arbitrary<readonly string[]> =>
    definition.form === 'table'
      ? entry(definition)
      : fc.array(word, { maxLength: 4 }).map((words) => [[definition.name, ...words].join(' ')]);
  const known = (scope: 'general' | 'camera'): fc.Arbitrary<readonly string[]> =>
    fc
      .constantFrom(...definitions[scope])
      .chain((definition) =>
        fc.oneof({ weight: 4, arbitrary: entry(definition) }, { weight: 1, arbitrary: faulty(definition) }),
      );
  const other = fc.oneof(
    fc.constantFrom([''], ['# a comment: with [brackets]'], ['   ## x']),
    fc.tuple(word, text).map(([name, values]) => [`zz${name.replace(/^[^A-Za-z]+/, '')}Unknown ${values}`]),
  );
  const lines = (scope: 'general' | 'camera', maxLength: number): fc.Arbitrary<readonly string[]> =>
    fc
      .array(fc.oneof({ weight: 5, arbitrary: known(scope) }, { weight: 1, arbitrary: other }), { maxLength })
      .map((parts) => parts.flat());
  const camera = fc
    .tuple(fc.integer({ min: -2, max: 5 }), lines('camera', 8))
    .map(([index, body]) => [`CameraProperties ${index}`, ...body, 'EndCameraProperties']);
  const file = fc
    .tuple(
      lines('general', 10),
      fc.array(fc.tuple(camera, lines('general', 6)), { maxLength: 2 }),
      fc.constantFrom('\n', '\r\n'),
    )
    .map(([first, parts, end]) => ['SerialEMProperties', ...first, ...parts.flat(2), ''].join(end));

  it('gives back any file, and importing that again gives the same values', () => {
    fc.assert(
      fc.property(file, (properties) => {
        const imported = importProperties(properties, 'in.txt');
        const exported = exportProperties(imported.yaml, 'in.yaml');
        expect(sectionsOf(exported)).toEqual(joined(sectionsOf(properties)));
        expect(parse(importProperties(exported, 'out.txt').yaml)).toEqual(parse(imported.yaml));
      }),
      { numRuns: drawsOf(150) },
    );
  });

  it('means the same in YAML as in the properties file', () => {
    const valuesOf = (settings: Settings): unknown => [
      definitions.general
        .filter(({ form }) => form !== 'ignored')
        .map(({ name }) => [name, settings.get(name as GeneralName), settings.has(name as GeneralName)]),
      settings.cameras.map((camera) => [
        camera.index,
        definitions.camera.map(({ name }) => [name, camera.get(name as CameraName)]),
      ]),
    ];
    fc.assert(
      fc.property(file, (properties) => {
        const { yaml } = importProperties(properties, 'in.txt');
        expect(valuesOf(parseSettings(yaml, 'in.yaml').settings)).toEqual(
          valuesOf(parseSettings(properties, 'in.txt').settings),
        );
      }),
      { numRuns: drawsOf(50) },
    );
  });

  it('does not throw or hang on any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 300 }),
          file.chain((each) => fc.nat(each.length).map((at) => each.slice(0, at))),
        ),
        (anything) => {
          const { yaml } = importProperties(anything, 'in.txt');
          if (yaml !== '' && yaml !== '\n') parseSettings(yaml, 'in.yaml');
        },
      ),
      { numRuns: drawsOf(150) },
    );
  });
});
