import { Cameras, Scope } from '../../../core/devices';
import { magIndex as asMagIndex } from '../../../core/base';
import { virtualInstrument } from '../../../testing/virtual-instrument';
import type { CameraChange } from '../../harness/table';

/** A camera of an instrument whose times are measured. */
export interface TimedCamera {
  readonly configuration: string;
  readonly camera: RegExp;
  /** Of a scan. */
  readonly magIndex?: number;
}

/** An instrument with a steady, even beam on a camera without a specimen, and times as the truth has them. */
export async function timedInstrument(
  { configuration, camera: name, magIndex }: TimedCamera,
  seed: number,
  simulator: Readonly<Record<string, unknown>>,
  { camera, edit = (yaml) => yaml }: { readonly camera: CameraChange; readonly edit?: (yaml: string) => string },
) {
  const instrument = await virtualInstrument({
    configuration,
    edit: (yaml) => edit(camera(yaml)),
    simulator: {
      seed,
      specimen: 'empty',
      electronsPerFieldPixelPerSecond: 100,
      ...simulator,
    },
  });
  const { registry } = instrument.kernel;
  const cameras = registry.get(Cameras);
  const found = cameras.all.find(({ traits }) => name.test(traits.name))!;
  await cameras.select(found.traits.index);
  if (magIndex !== undefined) await registry.get(Scope).magIndex.write(asMagIndex(magIndex));
  return instrument;
}

/** An instrument under test, with the camera selected whose times are measured. */
export type TimedInstrument = Awaited<ReturnType<typeof timedInstrument>>;

/** Scans of a number of columns and lines. With few columns a scan takes as long as with many, and is worked out soon. */
export const scanOf =
  (columns: number, rows: number): CameraChange =>
  (yaml) =>
    yaml.replace(
      /(STEMCamera: 1[\s\S]*?CameraSizeX: )\d+(\n\s+CameraSizeY: )\d+/,
      (_, x: string, y: string) => `${x}${columns}${y}${rows}`,
    );
