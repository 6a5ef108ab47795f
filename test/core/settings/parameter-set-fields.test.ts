import { type CameraIndex, cameraIndex } from '../../../core/base';
import { type FieldCamera, parameterSetFields, type ParameterSetField, parseSettings } from '../../../core/settings';

const yaml =
  'ActiveCameraList: [0]\ncameras:\n  - { index: 0, Name: C0, CameraSizeX: 4096, CameraSizeY: 4096, PixelSizeInMicrons: 14, Binnings: [1, 2, 4, 8] }\n';
const settings = () => parseSettings(yaml, 'i.yaml').settings;
const camera: CameraIndex = cameraIndex(0);
const field = (id: string): ParameterSetField => parameterSetFields.find((each) => each.id === id)!;
const everything = (own: ReturnType<typeof settings>): FieldCamera => ({
  ...own.cameras[0]!,
  shutters: ['film', 'beam'],
  dividesExposures: true,
});

describe('the fields of parameter sets', () => {
  test('cover every key that a set has, each field once, with a sentence', () => {
    const set = settings().parameterSets.get(camera)!.Trial;
    const keys = new Set(parameterSetFields.map(({ id }) => id.split('.')[0]));
    for (const key of Object.keys(set)) expect(keys).toContain(key);
    expect(new Set(parameterSetFields.map(({ id }) => id)).size).toBe(parameterSetFields.length);
    for (const { label, about } of parameterSetFields) {
      expect(label).not.toBe('');
      expect(about).toMatch(/^[A-Z][^]*\.$/);
    }
  });

  test('are read back as they were changed, each of them, on a set as the program has it', () => {
    const examples: Readonly<Record<string, number | boolean | string>> = {
      exposure: 0.25,
      driftSettling: 1.5,
      binning: 8,
      area: '0, 8, 1024, 1032',
      shutter: 'film',
      processing: 'unprocessed',
      readMode: 'linear',
      'fractions.align': 'by IMOD',
      'fractions.groups': '10 x 2, 5 x 4',
      'scan.detectors': '0, 2',
      darkReferenceImages: 4,
    };
    for (const each of parameterSetFields) {
      const own = settings();
      const sets = () => own.parameterSets.get(camera)!.Trial;
      const value = examples[each.id] ?? (each.kind === 'switch' ? true : 3);
      own.changeParameterSet(camera, 'Trial', each.change(sets(), value)!);
      expect([each.id, each.read(sets())]).toEqual([each.id, value]);
    }
  });

  test('refuse what they do not understand', () => {
    const set = settings().parameterSets.get(camera)!.Trial;
    expect(field('area').change(set, 'the middle')).toBeUndefined();
    expect(field('area').change(set, '1, 2, 3')).toBeUndefined();
    expect(field('fractions.groups').change(set, '1 x 2, 3')).toBeUndefined();
    expect(field('scan.detectors').change(set, '0, left')).toBeUndefined();
    expect(field('binning').change(set, 'two')).toBeUndefined();
  });

  test('offer what the camera has, and leave out what means nothing for it', () => {
    const own = settings();
    expect(field('binning').choices!(everything(own))).toEqual(['1', '2', '4', '8']);
    expect(field('shutter').choices!(everything(own))).toEqual(['beam', 'film']);
    const applies = (id: string, of: FieldCamera): boolean => field(id).appliesTo?.(of) ?? true;
    expect(['readMode', 'driftCorrection', 'scan.lineSync'].map((id) => applies(id, everything(own)))).toEqual([
      false,
      false,
      false,
    ]);
    expect(applies('fractions.frameTime', { ...everything(own), dividesExposures: false })).toBe(false);
  });

  test('frames are switched off for the session, and the file keeps what it has', () => {
    const own = settings();
    const sets = () => own.parameterSets.get(camera)!.Trial;
    own.changeParameterSet(camera, 'Trial', field('fractions').change(sets(), true)!);
    expect(field('fractions.frameTime').read(sets())).toBe(0.1);
    own.changeParameterSet(camera, 'Trial', field('fractions').change(sets(), false)!);
    expect(sets().fractions).toBeUndefined();
    expect(own.writtenParameterSets.get(camera)!.Trial).toEqual(sets());
  });
});
