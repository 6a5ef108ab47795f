import type { CameraChange } from '../harness/table';

/** The first camera of a configuration made square, with so few pixels on a side that a run takes a fraction of a second. */
export const cameraOf =
  (pixels: number): CameraChange =>
  (yaml) =>
    yaml.replace(/CameraSizeX: \d+/, `CameraSizeX: ${pixels}`).replace(/CameraSizeY: \d+/, `CameraSizeY: ${pixels}`);
