import type { StandInCamera } from '../picture-source';
import { type ScriptArgument, ScriptError, type ScriptFunctions } from './dm-script';

/** Version of DigitalMicrograph as its scripts tell it, from the number that the server makes of it. */
const applicationVersion = (version: number): readonly [major: number, minor: number] => [
  Math.floor(version / 10_000) - 2,
  10 * Math.floor((version % 10_000) / 100) + (version % 10),
];

/** Functions of DM scripts about the program and its cameras, as far as clients of the server call them. */
export function cameraFunctions(
  cameras: readonly StandInCamera[],
  inserted: readonly boolean[],
  { version, build }: { readonly version: number; readonly build: number },
  select: (camera: number) => void,
): ScriptFunctions {
  const cameraOf = (given: ScriptArgument | undefined): number => {
    const camera = given?.value();
    if (typeof camera === 'number' && camera in cameras) return camera;
    throw new ScriptError('There is no such camera.');
  };
  const set = (values: readonly number[], into: readonly (ScriptArgument | undefined)[]): void =>
    values.forEach((value, at) => into[at]?.set(value));
  const table: ScriptFunctions = {
    cm_getcameramanager: () => 1,
    cm_getcameras: () => 1,
    sizeoflist: () => cameras.length,
    objectat: (_list, camera) => cameraOf(camera),
    cm_selectcamera: (_manager, camera) => select(cameraOf(camera)),
    cm_ccd_getsize: (camera, width, height) => {
      const chip = cameras[cameraOf(camera)]!;
      set([chip.width, chip.height], [width, height]);
    },
    cm_getcamerainserted: (camera) => Number(inserted[cameraOf(camera)]),
    cm_istemperaturestable: () => 1,
    cm_preparedarkreference: () => 0,
    getapplicationversion: (...into) => set([...applicationVersion(version), build], into),
    delay: () => 0,
    sleep: () => 0,
    result: () => 0,
  };
  return table;
}
