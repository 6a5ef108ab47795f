import { cameraIndex } from '../../../core/base';
import { editParameterSets, parseSettings } from '../../../core/settings';
import { SettingsText, importParameterSets } from '../../../core/user-settings';

const configuration = `ActiveCameraList: [0, 1]
cameras:
  - { index: 0, Name: Ceta, CameraSizeX: 4096, CameraSizeY: 4096, PixelSizeInMicrons: 14, Binnings: [1, 2, 4, 8] }
  - { index: 1, Name: K3, K2Type: 3, CameraSizeX: 5760, CameraSizeY: 4092, PixelSizeInMicrons: 5, Binnings: [1, 2, 4, 8] }
`;
const block = (set: number, camera: number, fields: Readonly<Record<string, string>>): string =>
  [
    `CameraControlSet  ${set} ${camera}`,
    ...Object.entries(fields).map(([key, value]) => `${key}\t${value}`),
    'EndControlSet',
  ].join('\n');
const edges = (left: number, top: number, right: number, bottom: number) => ({
  Left: String(left),
  Top: String(top),
  Right: String(right),
  Bottom: String(bottom),
});
const plain = {
  AcquisitionMode: '0',
  Processing: '2',
  ShutteringMode: '0',
  Binning: '4',
  ExposureTime: '0.250000',
  DriftSettling: '0.010000',
  ...edges(0, 0, 4096, 4096),
};
const imported = (...blocks: string[]) =>
  importParameterSets(
    SettingsText.parse(['SerialEMSettings', ...blocks, ''].join('\n'))!,
    parseSettings(configuration, 'i.yaml').settings.cameras,
  );
const only = (...blocks: string[]) => imported(...blocks).changes[0]!.fields;

test('a plain set comes with all its fields', () => {
  expect(imported(block(2, 0, plain))).toEqual({
    remarks: [],
    changes: [
      {
        camera: 0,
        name: 'Trial',
        fields: {
          binning: 4,
          exposure: 0.25,
          area: 'full',
          driftSettling: 0,
          processing: 'gain normalized',
          continuous: false,
          shutter: 'beam',
          darkReferenceImages: 1,
        },
      },
    ],
  });
  expect(only(block(0, 0, { ...plain, AcquisitionMode: '1', ...edges(1024, 1024, 3072, 3072) }))).toMatchObject({
    continuous: true,
    area: 'half',
  });
  expect(only(block(0, 0, { ...plain, ...edges(0, 8, 1024, 1032) })).area).toEqual({
    left: 0,
    top: 8,
    right: 1024,
    bottom: 1032,
  });
  expect(
    only(
      block(5, 0, {
        ...plain,
        AverageDarkReference: '1',
        TimesToAverageDarkRef: '8',
        RemoveXrays: '1',
        ShutteringMode: '2',
      }),
    ),
  ).toMatchObject({
    darkReferenceImages: 8,
    removeXRays: true,
    shutter: 'dual',
  });
});

test('binning and area of a K3 count on pixels of super-resolution, in the file and here', () => {
  const counting = { ...plain, Binning: '2', K2ReadMode: '1', ...edges(0, 0, 11520, 8184) };
  expect(only(block(3, 1, counting))).toMatchObject({ binning: 2, readMode: 'counting', area: 'full' });
  expect(only(block(3, 1, { ...counting, Binning: '8' }))).toMatchObject({ binning: 8 });
  expect(only(block(3, 1, { ...counting, Binning: '1', K2ReadMode: '2' }))).toMatchObject({
    binning: 1,
    readMode: 'super-resolution',
  });
});

test('frames come with their alignment, skipped frames and groups, also where only the last are skipped', () => {
  const { fractions } = only(
    block(3, 1, {
      ...plain,
      Binning: '2',
      K2ReadMode: '1',
      ...edges(0, 0, 11520, 8184),
      DoseFracMode: '1',
      FrameTime: '0.100000',
      AlignFrames: '1',
      UseFrameAlign: '2',
      FAParamSetInd: '3',
      SaveFrames: '1',
      SkipFramesAfter: '2',
      SummedFrameList: '5 2 1 10',
    }),
  );
  expect(fractions).toEqual({
    frameTime: 0.1,
    align: 'by IMOD',
    alignParameters: 3,
    save: true,
    sum: false,
    skipBefore: 0,
    skipAfter: 2,
    groups: [
      [5, 2],
      [1, 10],
    ],
  });
});

test('what cannot be taken over is named: cameras that are not there, binnings that are not offered', () => {
  const { changes, remarks } = imported(
    block(2, 3, plain),
    block(2, 0, { ...plain, Binning: '3' }),
    block(6, 0, plain),
    block(9, 0, plain),
  );
  expect(changes).toHaveLength(1);
  expect(changes[0]!.fields.binning).toBeUndefined();
  expect(remarks).toEqual([
    expect.stringMatching(/Trial of camera 3 .*not active/),
    expect.stringMatching(/binning 3 is not taken over, the camera offers 1, 2, 4, 8/),
    expect.stringMatching(/no such set/),
  ]);
});

test('what is taken over can be written into the configuration and is read from there', () => {
  const { changes } = imported(
    block(2, 0, plain),
    block(0, 1, { ...plain, Binning: '4', K2ReadMode: '1', ...edges(0, 0, 11520, 8184) }),
  );
  const { settings, problems } = parseSettings(editParameterSets(configuration, 'i.yaml', changes), 'i.yaml');
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(settings.parameterSets.get(cameraIndex(0))!.Trial).toMatchObject({ binning: 4, exposure: 0.25 });
  expect(settings.parameterSets.get(cameraIndex(1))!.View).toMatchObject({ binning: 4, readMode: 'counting' });
});
