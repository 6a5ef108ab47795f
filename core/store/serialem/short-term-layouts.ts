import { camera, f32, f64, int, line, magIndex, matrixElements, rest, type RowOf, word } from './fields';

const time = int('time', { minimum: 0 });
const tab = { separator: '\t' } as const;
const perMagAndCamera = { key: ['magIndex', 'camera'], sortedBy: ['magIndex', 'camera'] };
const operation = <const Name extends string>(name: Name) => int(name, { fallback: 0 });

/** The records of SEMshortTermCal.txt, in SerialEM's order; every `time` is in whole minutes since 1970 UTC. */
export const shortTermLayouts = {
  DoseCalibration: line(
    [
      int('spot', { minimum: 1, maximum: 12 }),
      int('aboveCrossover', { minimum: 0, maximum: 1 }),
      f64('intensity'),
      f64('dose'),
      time,
      int('probe', { minimum: 0, maximum: 1, fallback: 1 }),
      int('aperture', { fallback: 0 }),
    ],
    { key: ['spot', 'aboveCrossover', 'probe'], sortedBy: ['spot', 'aboveCrossover', 'probe'] },
  ),
  FilterAlignment: line([
    f32('zeroLossOffset'),
    f32('slitWidth'),
    int('magIndex', { minimum: 0, maximum: 119 }),
    f64('alignTime'),
    int('minutesNotRunning'),
    time,
    rest('user'),
  ]),
  LastFeiZLPshift: line([f64('shift')]),
  ImageShiftMatrix: line([time, magIndex, camera, ...matrixElements], perMagAndCamera),
  StageCalibration: line([time, magIndex, camera, ...matrixElements, f64('absoluteFocus')], perMagAndCamera),
  FoundPixelSize: line([time, camera, magIndex, int('addedRotation'), f32('pixelSize'), f32('gridAngle')], {
    key: ['camera', 'magIndex'],
  }),
  NavAutosave: line([word('user'), rest('path')]),
  FakeMagIndex: line([int('magIndex')], tab),
  FakeScreenPos: line([int('position')], tab),
  LastC2Aperture: line([int('aperture')], tab),
  LastLongOpTimes: line([
    int('buffer'),
    operation('refill'),
    operation('inventory'),
    operation('loadCycle'),
    operation('messageBox'),
    operation('hardwareDarkReference'),
    operation('unload'),
    operation('load'),
    operation('fillStage'),
    operation('fillTransfer'),
    operation('flashGun'),
    operation('fillBoth'),
    operation('prepareNoVibration'),
    operation('avoidVibration'),
    operation('directElectronMaintenance'),
  ]),
  FEGFlashCount: line([int('count')], tab),
  LastCustomTime: line([word('name'), time], { key: ['name'], sortedBy: ['name'] }),
  LastDEdarkRefTimes: line([int('first'), int('second')]),
} as const;

/** The name of a record of SEMshortTermCal.txt. */
export type ShortTermRecordName = keyof typeof shortTermLayouts;
/** Values of each record of SEMshortTermCal.txt. */
export type ShortTermRecords = { readonly [Name in ShortTermRecordName]: RowOf<(typeof shortTermLayouts)[Name]> };

/** The rows of SEMflybackTimes.txt; exposure and startup delay in seconds, flyback in microseconds. */
export const flybackLayouts = {
  FlybackTime: line(
    [
      word('date'),
      word('time'),
      int('binning', { minimum: 1 }),
      int('xSize', { minimum: 1, width: 4 }),
      int('magIndex', { minimum: 0, maximum: 119, width: 2 }),
      f32('exposure', { decimals: 3, width: 6 }),
      f32('flyback', { decimals: 1, width: 6 }),
      f32('startup', { decimals: 3 }),
    ],
    { separator: '', key: ['binning', 'xSize', 'magIndex', 'exposure'] },
  ),
} as const;

/** Values of each row of SEMflybackTimes.txt. */
export type FlybackRecords = { readonly [Name in keyof typeof flybackLayouts]: RowOf<(typeof flybackLayouts)[Name]> };
