import { drawsOf, fc } from '../../../support/properties';
import {
  editProperties,
  exportProperties,
  importProperties,
  parseSettings,
  textOfBytes,
} from '../../../../core/settings';

/** A configuration with many lines, each edited as a person might do it; the places of the values are holes. */
interface Hole {
  readonly value: string;
  /** True for a line that exists only with the value. */
  readonly wholeLine?: boolean;
}
type Piece = string | Hole;

const fill = (pieces: readonly Piece[], values: (hole: Hole) => string | undefined): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : (values(piece) ?? ''))).join('');

const ending = fc.constantFrom('\n', '\r\n');
const spaces = fc.integer({ min: 1, max: 4 }).map((count) => ' '.repeat(count));
const comment = fc.constantFrom('', '  # measured by Jana', ' # 12, [3] "quoted" \'too\': yes', '   #');
const noise = fc
  .array(
    fc.constantFrom(
      '',
      '# ------',
      '  # indented remark: [1, 2]',
      "LogBookPathName: 'D:\\x.txt'   # kept",
      'StartAsAdministrator: 0',
      'ImageShiftDelays:\n  - [0.1, 0.1]\n  # between\n  - [1.0, 0.9]  # behind',
      'MRCHeaderTitle: "Krios #2: \\u00e9"',
    ),
    { maxLength: 4 },
  )
  .map((lines) => [...new Set(lines)]);
const quote = fc.constantFrom('', "'", '"');

interface Drawn {
  readonly pieces: readonly Piece[];
}
/** Rows of a camera and one value of the instrument. `present` says whether the row of mag index 22 exists. */
const configuration = fc
  .record({
    end: ending,
    above: noise,
    indent: fc.constantFrom('', '  ', '    '),
    rowIndent: fc.constantFrom('', '  ', '      '),
    comment,
    rowComment: comment,
    valueComment: comment,
    gap: spaces,
    inner: fc.constantFrom(' ', '', '  '),
    quote,
    cameraFirst: fc.boolean(),
    lastLineEnds: fc.boolean(),
    flow: fc.boolean(),
  })
  .map((drawn): Drawn => {
    const { end, indent, rowIndent, gap, inner, quote: mark } = drawn;
    const list = (values: readonly Piece[]): readonly Piece[] => [
      '[',
      ...values.flatMap((value, at): readonly Piece[] => (at === 0 ? [inner, value] : [`,${inner || ' '}`, value])),
      inner,
      ']',
    ];
    const row = (values: readonly Piece[], tail: string): readonly Piece[] => [
      `${indent}  ${rowIndent}-${gap}`,
      ...list(values),
      tail,
      end,
    ];
    const key = `${indent}  RotationAndPixel:`;
    const rowsInBlock: readonly Piece[] = [
      `${key}${drawn.comment}${end}`,
      ...row(['16', '999', '84.80', '5.192'], drawn.rowComment),
      `${indent}    # above the next${end}`,
      ...row(['22', '999', { value: 'angle' }, { value: 'pixel' }], drawn.rowComment),
      ...row(['30', '-0.40', '999', '0.5'], ''),
    ];
    const rowsInFlow: readonly Piece[] = [
      `${key} [`,
      ...list(['16', '999', '84.80', '5.192']),
      `,${inner || ' '}`,
      ...list(['22', '999', { value: 'angle' }, { value: 'pixel' }]),
      `]${drawn.comment}${end}`,
    ];
    const cameras: readonly Piece[] = [
      `cameras: # all of them${end}`,
      `${indent}- index: 1${end}${indent}  Name: 'Other'${end}${indent}  RotationAndPixel:${end}${indent}  - [22, 999, 1.5, 2.5]${end}`,
      `${indent}- index: 0   # this one${end}${indent}  Name: 'K3'${end}`,
      ...(drawn.flow ? rowsInFlow : rowsInBlock),
      `${indent}  ExtraRotation: 0${drawn.comment}${end}`,
    ];
    const general: readonly Piece[] = [
      ...drawn.above.flatMap((line) => [line.replaceAll('\n', end), end]),
      `StageCycleLengthX:${gap}${mark}`,
      { value: 'cycle' },
      `${mark}${drawn.valueComment}${end}`,
      `# last remark${end}`,
    ];
    const pieces = drawn.cameraFirst ? [...cameras, ...general] : [...general, ...cameras];
    return { pieces: drawn.lastLineEnds ? pieces : [...pieces, '# no line break behind this'] };
  });

const number = fc.oneof(
  fc.integer({ min: -180, max: 180 }),
  fc.double({ min: 0.001, max: 990, noNaN: true }).map((value) => Number(value.toPrecision(5))),
);

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('a configuration that is edited', () => {
  test('differs in the values that were to change, and in no other byte', () => {
    fc.assert(
      fc.property(
        configuration,
        fc.tuple(number, number, number),
        fc.tuple(number, number, number),
        ({ pieces }, [oldAngle, oldPixel, oldCycle], [angle, pixel, cycle]) => {
          fc.pre(oldAngle !== angle && oldPixel !== pixel && oldCycle !== cycle);
          const text = (values: Record<string, number>): string => fill(pieces, ({ value }) => String(values[value]));
          const edited = editProperties(text({ angle: oldAngle, pixel: oldPixel, cycle: oldCycle }), 'site.yaml', [
            { property: 'RotationAndPixel', camera: 0, row: 22, field: 2, value: angle },
            { property: 'RotationAndPixel', camera: 0, row: 22, field: 3, value: pixel },
            { property: 'StageCycleLengthX', value: cycle },
          ]);
          expect(edited).toBe(text({ angle, pixel, cycle }));
        },
      ),
      { numRuns: drawsOf(300) },
    );
  });

  test('gets new rows and properties as lines of their own, and keeps every other line', () => {
    fc.assert(
      fc.property(configuration, number, number, ({ pieces }, angle, row) => {
        const before = fill(pieces, () => '7');
        const newRow = 31 + Math.abs(Math.trunc(row)) / 10;
        const edited = editProperties(before, 'site.yaml', [
          { property: 'RotationAndPixel', camera: 0, row: Math.trunc(newRow), field: 2, value: angle },
          { property: 'StageCycleLengthY', value: 41.5 },
          { property: 'OtherShiftBoundaries', value: 18 },
        ]);
        const added = edited.split(/(?<=\n)/).filter((line) => !before.split(/(?<=\n)/).includes(line));
        // Every old line is there, in the same order, except a flow list that became longer.
        const kept = edited.split(/(?<=\n)/).filter((line) => before.split(/(?<=\n)/).includes(line));
        expect(added.length).toBeLessThanOrEqual(4);
        expect(kept.length).toBeGreaterThanOrEqual(before.split(/(?<=\n)/).length - 2);
        expect(
          added.every((line) =>
            /RotationAndPixel: \[|- *\[|StageCycleLengthY: 41.5|OtherShiftBoundaries: \[18\]|no line break/.test(line),
          ),
        ).toBe(true);
        if (before.includes('\r\n')) expect(edited.replaceAll('\r\n', '')).not.toContain('\n');
        const { settings, problems } = parseSettings(edited, 'site.yaml');
        expect([
          settings.get('StageCycleLengthY'),
          settings.get('StageCycleLengthX'),
          settings.get('OtherShiftBoundaries'),
        ]).toEqual([41.5, 7, [18]]);
        const { settings: previous, problems: earlier } = parseSettings(before, 'site.yaml');
        const faults = (all: typeof problems) => all.filter(({ severity }) => severity === 'error').length;
        expect(faults(problems)).toBe(faults(earlier));
        expect(settings.cameras.map(({ rotationAndPixel }) => rotationAndPixel.length)).toEqual(
          previous.cameras.map(({ rotationAndPixel, index }) => rotationAndPixel.length + Number(index === 0)),
        );
      }),
      { numRuns: drawsOf(200) },
    );
  });

  const rowsOf = (text: string) => parseSettings(text, 'site.yaml').settings.cameras[0]!.get('RotationAndPixel');
  test.each([
    [
      'without the property',
      'cameras:\n  - index: 0\n    Name: x # c\n',
      'cameras:\n  - index: 0\n    Name: x # c\n    RotationAndPixel:\n      - [22, 999, 84.5, 0]\n',
    ],
    [
      'with an empty one',
      'cameras:\n- index: 0\n  RotationAndPixel: # none yet\n  Name: x',
      'cameras:\n- index: 0\n  RotationAndPixel: [[22, 999, 84.5, 0]] # none yet\n  Name: x',
    ],
    [
      'with an empty list',
      'cameras: [{ index: 0, RotationAndPixel: [] }]\n',
      'cameras: [{ index: 0, RotationAndPixel: [[22, 999, 84.5, 0]] }]\n',
    ],
    [
      'in flow style',
      'cameras: [{ index: 0 }] # c\n',
      'cameras: [{ index: 0, RotationAndPixel: [[22, 999, 84.5, 0]] }] # c\n',
    ],
    [
      'with a later row',
      'cameras:\n  - index: 0\n    RotationAndPixel:\n      # first\n      - [30, 999, 1, 2]\n',
      'cameras:\n  - index: 0\n    RotationAndPixel:\n      # first\n      - [22, 999, 84.5, 0]\n      - [30, 999, 1, 2]\n',
    ],
    [
      'at the end of the file',
      'cameras:\n  - index: 0\n    RotationAndPixel:\n      - [16, 999, 1, 2]',
      'cameras:\n  - index: 0\n    RotationAndPixel:\n      - [16, 999, 1, 2]\n      - [22, 999, 84.5, 0]',
    ],
    [
      'with rows of rows',
      'cameras:\n  - index: 0\n    RotationAndPixel:\n      - - 22\n        - 999 # a\n        - 80\n        - 0\n',
      'cameras:\n  - index: 0\n    RotationAndPixel:\n      - - 22\n        - 999 # a\n        - 84.5\n        - 0\n',
    ],
  ])('%s gets its first row where a person would write it', (_, before, after) => {
    expect(
      editProperties(before, 'site.yaml', [
        { property: 'RotationAndPixel', camera: 0, row: 22, field: 2, value: 84.5 },
      ]),
    ).toBe(after);
    expect(rowsOf(after)).toContainEqual([22, 999, 84.5, 0]);
  });

  test('keeps a number that is written differently but is the same, and the way in which yes is written', () => {
    const text = 'StageCycleLengthX: 62.00\nInvertStageXAxis: false\n';
    expect(editProperties(text, 'site.yaml', [{ property: 'StageCycleLengthX', value: 62 }])).toBe(text);
    expect(editProperties(text, 'site.yaml', [{ property: 'InvertStageXAxis', value: 1 }])).toBe(
      'StageCycleLengthX: 62.00\nInvertStageXAxis: true\n',
    );
  });

  test.each([
    ['one value', 'OtherShiftBoundaries: [18]\n', 'OtherShiftBoundaries: [18, 20]\n'],
    ['lines', 'OtherShiftBoundaries:\n  - 18 # a\n', 'OtherShiftBoundaries:\n  - 18 # a\n  - 20\n'],
    ['what it holds already', 'OtherShiftBoundaries: [20, 18]\n', 'OtherShiftBoundaries: [20, 18]\n'],
  ])('lengthens a list of %s', (_, before, after) =>
    expect(editProperties(before, 'site.yaml', [{ property: 'OtherShiftBoundaries', value: 20 }])).toBe(after),
  );

  test.each([
    ['a properties file', 'SerialEMProperties\nStageCycleLengthX 62\n', 'settings/not-yaml'],
    ['broken YAML', 'StageCycleLengthX: [62\n', 'settings/not-valid'],
    ['a list instead of a map', '- 1\n', 'settings/not-valid'],
    ['values that stand in another place', 'StageCycleLengthX: &x 62\n', 'settings/not-valid'],
    ['a value in several lines', 'StageCycleLengthX: |\n  62\n', 'settings/not-editable'],
  ])('refuses %s', (_, text, code) => {
    expect(() => editProperties(text, 'site.yaml', [{ property: 'StageCycleLengthX', value: 61 }])).toThrow(
      withCode(code),
    );
  });

  test('refuses a camera that is not there and a name that is none', () => {
    const code = 'settings/no-such-place';
    expect(() =>
      editProperties('cameras:\n  - index: 0\n', 'site.yaml', [
        { property: 'RotationAndPixel', camera: 3, row: 1, field: 3, value: 1 },
      ]),
    ).toThrow(withCode(code));
    expect(() =>
      editProperties('StageMoveDelay: 1\n', 'site.yaml', [{ property: 'RotationAndPixel', value: 1 }]),
    ).toThrow(withCode(code));
  });

  test('of an imported properties file goes back into one', () => {
    const properties = Buffer.from(
      'SerialEMProperties\n# cycles\nStageCycleLengthX 62\nSomethingElse 7\nCameraProperties 0\nName  K3\nRotationAndPixel 16 999 84.8 5.192\nRotationAndPixel 22 999 80 1.1\nEndCameraProperties\nStageMoveDelay 1500\n',
    );
    const { yaml } = importProperties(properties, 'SerialEMproperties.txt');
    const edited = editProperties(yaml, 'site.yaml', [
      { property: 'RotationAndPixel', camera: 0, row: 22, field: 2, value: 84.31 },
      { property: 'RotationAndPixel', camera: 0, row: 24, field: 3, value: 0.6446 },
      { property: 'StageCycleLengthX', value: 61 },
      { property: 'StageCycleLengthY', value: 42 },
    ]);
    const lines = (text: string): readonly string[] =>
      text.split(/\r?\n/).map((line) => line.trim().replace(/\s+/g, ' '));
    const exported = lines(exportProperties(edited, 'site.yaml'));
    const before = lines(exportProperties(yaml, 'site.yaml'));
    expect(exported.filter((line) => !before.includes(line))).toEqual([
      'StageCycleLengthX 61',
      'RotationAndPixel 22 999 84.31 1.1',
      'RotationAndPixel 24 999 999 0.6446',
      'StageCycleLengthY 42',
    ]);
    expect(before.filter((line) => !exported.includes(line))).toEqual([
      'StageCycleLengthX 62',
      'RotationAndPixel 22 999 80 1.1',
    ]);
    expect(exported.indexOf('RotationAndPixel 24 999 999 0.6446')).toBeLessThan(
      exported.indexOf('EndCameraProperties'),
    );
  });
});

describe('the bytes of a configuration', () => {
  const text = 'MRCHeaderTitle: é\r\n';
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['the Western code page', Buffer.from(text, 'latin1')],
    ['UTF-16 as Windows has it', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 the other way round', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('stay in %s', (_, bytes) => {
    const read = textOfBytes(bytes, 'site.yaml');
    expect(read.text).toBe(text);
    expect(Buffer.compare(Buffer.from(read.encode(text)), bytes)).toBe(0);
  });

  test('are left alone where they would not come back', () => {
    expect(() => textOfBytes(Buffer.from([0xff, 0xfe, 0x00, 0xd8]), 'site.yaml')).toThrow(
      withCode('settings/not-editable'),
    );
  });
});
