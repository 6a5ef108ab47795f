import { drawsOf, fc } from '../../../support/properties';
import { type CameraIndex, cameraIndex, seconds } from '../../../../core/base';
import { editParameterSets, type ParameterSetChange, parseSettings } from '../../../../core/settings';

const camera = (index: number): string =>
  `  - { index: ${index}, Name: C${index}, CameraSizeX: 4096, CameraSizeY: 4096, PixelSizeInMicrons: 14, Binnings: [1, 2, 4, 8] }`;
const head = `# our microscope\nActiveCameraList: [0, 1]\ncameras:\n${camera(0)}\n${camera(1)}\n`;
const change = (
  fields: ParameterSetChange['fields'],
  name: ParameterSetChange['name'] = 'Trial',
  index: CameraIndex = cameraIndex(0),
): ParameterSetChange => ({ camera: index, name, fields });
const edited = (text: string, ...changes: ParameterSetChange[]): string => editParameterSets(text, 'i.yaml', changes);

describe('parameter sets in a configuration', () => {
  const written = `${head}parameterSets:   # by Jana\n  0:\n    Trial: { binning: 4, exposure: 0.5 } # fast\n    Record: { binning: 1 }\n`;

  test('are changed where they stand, and every other character stays', () => {
    expect(edited(written, change({ binning: 8, exposure: seconds(0.25) }))).toBe(
      written.replace('binning: 4, exposure: 0.5', 'binning: 8, exposure: 0.25'),
    );
    expect(edited(written, change({ binning: 4 }))).toBe(written);
  });

  test('are added to their set, their camera, or as a section of their own', () => {
    expect(edited(written, change({ processing: 'dark subtracted' }))).toBe(
      written.replace('exposure: 0.5 }', 'exposure: 0.5, processing: dark subtracted }'),
    );
    expect(edited(written, change({ area: 'half' }, 'Focus'))).toContain('\n    Focus: { area: half }\n');
    expect(
      edited(written, change({ area: { left: 0, top: 8, right: 1024, bottom: 1032 } }, 'View', cameraIndex(1))),
    ).toContain('\n  1: { View: { area: { left: 0, top: 8, right: 1024, bottom: 1032 } } }\n');
    expect(edited(head, change({ continuous: true }, 'View'))).toBe(
      `${head}parameterSets: { 0: { View: { continuous: true } } }\n`,
    );
    expect(edited(`${head}parameterSets:\n`, change({ binning: 2 }))).toContain(
      'parameterSets: { 0: { Trial: { binning: 2 } } }',
    );
  });

  test('are taken out where a change has no value, with every section that would be empty, and nothing else', () => {
    const none = change({ fractions: undefined } as unknown as ParameterSetChange['fields']);
    const framed = written.replace('binning: 4,', 'binning: 4, fractions: { frameTime: 0.1 },');
    expect(edited(framed, none)).toBe(written);
    expect(edited(written, none)).toBe(written);
    const alone = `${head}parameterSets:\n  0:\n    Trial: { fractions: { frameTime: 0.1 } }\n`;
    expect(edited(alone, none)).toBe(head);
    const block = `${head}parameterSets:\n  0:\n    Trial:\n      fractions:\n        frameTime: 0.1\n        groups:\n          - [2, 3]\n      binning: 4\nx-end: 1\n`;
    expect(edited(block, none)).toBe(`${head}parameterSets:\n  0:\n    Trial:\n      binning: 4\nx-end: 1\n`);
    expect(edited(alone, change({ binning: 4 }), none)).toBe(
      `${head}parameterSets:\n  0:\n    Trial: { binning: 4 }\n`,
    );
  });

  test('are what the program reads afterwards, whatever is changed in what order', () => {
    const fields = fc.record(
      {
        binning: fc.constantFrom(1, 2, 4, 8),
        exposure: fc.integer({ min: 1, max: 4000 }).map((each) => seconds(each / 1000)),
        area: fc.constantFrom('full' as const, 'half' as const, { left: 1, top: 2, right: 300, bottom: 400 }),
        processing: fc.constantFrom('unprocessed' as const, 'gain normalized' as const),
        continuous: fc.boolean(),
        fractions: fc.constant({
          frameTime: 0.1,
          align: 'by the program' as const,
          alignParameters: 0,
          save: true,
          sum: false,
          skipBefore: 1,
          skipAfter: 0,
          groups: [[2, 3]] as [number, number][],
        }),
      },
      { requiredKeys: [] },
    );
    const changes = fc.array(
      fc.record({
        camera: fc.constantFrom(cameraIndex(0), cameraIndex(1)),
        name: fc.constantFrom('Trial' as const, 'Search' as const, 'Record' as const),
        fields,
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(changes, fc.constantFrom(head, written, `${head}parameterSets: {}\n`), (all, text) => {
        const { settings, problems } = parseSettings(edited(text, ...all), 'i.yaml');
        expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        const last = new Map(
          all.flatMap(({ camera: index, name, fields: each }) =>
            Object.entries(each).map(([field, value]) => [`${index} ${name} ${field}`, value]),
          ),
        );
        for (const [place, value] of last) {
          const [index, name, field] = place.split(' ') as [string, 'Trial', 'binning'];
          expect(settings.parameterSets.get(cameraIndex(Number(index)))![name][field]).toEqual(value);
        }
      }),
      { numRuns: drawsOf(60) },
    );
  });

  test('that are written over several lines are left to a text editor', () => {
    const text = `${head}parameterSets:\n  0:\n    Trial:\n      area:\n        left: 0\n        top: 0\n        right: 9\n        bottom: 9\n`;
    expect(() => edited(text, change({ area: 'full' }))).toThrow(
      expect.objectContaining({ code: 'settings/not-editable' }) as Error,
    );
    expect(() => edited('a: [', change({ area: 'full' }))).toThrow(
      expect.objectContaining({ code: 'settings/not-valid' }) as Error,
    );
    expect(() => editParameterSets('SerialEMProperties\n', 'p.txt', [change({ binning: 1 })])).toThrow(
      expect.objectContaining({ code: 'settings/not-yaml' }) as Error,
    );
  });
});

describe('parameter sets in use', () => {
  const { settings } = parseSettings(`${head}parameterSets:\n  0: { Trial: { binning: 4 } }\n`, 'i.yaml');
  const trial = () => settings.parameterSets.get(cameraIndex(0))!.Trial;

  test('follow changes, the last of a field first, until they end', () => {
    const first = settings.changeParameterSet(cameraIndex(0), 'Trial', { binning: 2 });
    const second = settings.changeParameterSet(cameraIndex(0), 'Trial', { binning: 8, continuous: true });
    expect(trial()).toMatchObject({ binning: 8, continuous: true });
    first();
    expect(trial().binning).toBe(8);
    second();
    second();
    expect(trial()).toMatchObject({ binning: 4, continuous: false });
    expect(settings.changedParameterSets).toEqual([]);
  });

  test.each([
    [{ binning: 3 }, /does not offer binning 3/],
    [{ exposure: seconds(-1) }, /exposure/],
    [{ area: { left: 0, top: 0, right: 5000, bottom: 10 } }, /reaches beyond/],
    [{ readMode: 'counting' as const }, /cannot take counting/],
  ])('refuse %j, and stay as they are', (fields, message) => {
    expect(() => settings.changeParameterSet(cameraIndex(0), 'Trial', fields)).toThrow(
      expect.objectContaining({
        code: 'settings/wrong-parameters',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
    expect(trial().binning).toBe(4);
  });

  test('are refused for a camera that does not exist', () => {
    expect(() => settings.changeParameterSet(cameraIndex(5), 'Trial', { binning: 1 })).toThrow(
      expect.objectContaining({ code: 'settings/no-such-camera' }) as Error,
    );
  });
});
