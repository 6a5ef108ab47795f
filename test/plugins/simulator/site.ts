import { cameraIndex, FilteredLogger, type LogLine, magIndex, matrix, VirtualClock } from '../../../core/base';
import { Kernel } from '../../../core/kernel';
import type { OpticsCalibrations } from '../../../core/optics';
import { type Settings, parseSettings } from '../../../core/settings';
import { Calibrations } from '../../../core/store';

/** A site with an FEI column, two cameras and measured pixel sizes. */
export const siteText = `
plugins:
  simulator: {}
  fei: {}
ActiveCameraList: [0, 1]
LowestMModeMagIndex: 5
GlobalExtraRotation: -6
MagnificationTable:
  - [1, 100, -90]
  - [2, 200, -90]
  - [3, 400, -90]
  - [4, 800, -90]
  - [5, 1600, 90]
  - [6, 3200, 90]
  - [7, 6400, 90]
  - [8, 12800, 90]
cameras:
  - index: 0
    Name: 'first'
    CameraSizeX: 1024
    CameraSizeY: 1024
    Binnings: [1, 2, 4]
    PixelSizeInMicrons: 14
    RotationAndPixel:
      - [2, 999, -170, 50]
      - [6, 999, 84, 3]
  - index: 1
    Name: 'second'
    K2Type: 3
    CameraSizeX: 1440
    CameraSizeY: 1024
    Binnings: [1, 2, 4]
    PixelSizeInMicrons: 5
    RotationAndPixel:
      - [6, 999, -6, 1]
`;

export function settingsOf(text: string): Settings {
  const { settings, problems } = parseSettings(text, 'site.yaml');
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return settings;
}

const none = { all: () => [] };

/** Calibrations of a site that has measured its image shift and its stage at mag index 6 of the first camera. */
export const siteCalibrations: OpticsCalibrations = {
  imageShift: {
    entries: () => [{ magIndex: magIndex(6), camera: cameraIndex(0), matrix: matrix(150, 300, 310, -140) }],
  },
  stage: { entries: () => [{ magIndex: magIndex(6), camera: cameraIndex(0), matrix: matrix(-40, 330, -331, -38) }] },
  records: () => none,
};

export interface SimulatedSite {
  readonly kernel: Kernel;
  readonly clock: VirtualClock;
  readonly log: readonly LogLine[];
}

/** Applies the plugins of a site in virtual time; nothing is connected. */
export function simulatedSite(
  text: string,
  builtIn: Readonly<Record<string, () => unknown>>,
  calibrationFile = 'no such file',
): SimulatedSite {
  const clock = new VirtualClock();
  const log: LogLine[] = [];
  const kernel = new Kernel({
    settings: settingsOf(text),
    clock,
    log: new FilteredLogger((line) => void log.push(line)),
    builtIn,
  });
  const none = (() => ({ all: () => [] })) as unknown as Calibrations['records'];
  kernel.provide(Calibrations, { path: calibrationFile, records: none } as Calibrations);
  return { kernel, clock, log };
}
