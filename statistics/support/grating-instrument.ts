import { cameraIndex, inverse, magIndex as asMagIndex, matrixAngle, product } from '../../core/base';
import { Cameras, Scope } from '../../core/devices';
import { ImageAcquisition, cameraArea } from '../../core/acquisition';
import { Optics } from '../../core/optics';
import { Settings } from '../../core/settings';
import { SimulatedTruth } from '../../plugins/simulator';
import { type VirtualInstrumentOptions, virtualInstrument } from '../../testing/virtual-instrument';

type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** A virtual Krios with a camera of 1440 x 1024 pixels looking at a cross grating. */
export const gratingInstrument = (
  simulator: Readonly<Record<string, unknown>>,
  { edit = (yaml) => yaml, ...options }: VirtualInstrumentOptions = {},
): Promise<Instrument> =>
  virtualInstrument({
    magIndex: 12,
    ...options,
    edit: (yaml) =>
      edit(yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 1440').replace('CameraSizeY: 8184', 'CameraSizeY: 1024')),
    simulator: { seed: 1, specimen: 'cross-grating', driftNmPerSecond: [0, 0], ...simulator },
  });

/** Takes a Record image into buffer A, at a mag index if one is given. */
export async function takeImage(instrument: Instrument, magIndex?: number): Promise<void> {
  const { registry } = instrument.kernel;
  if (magIndex !== undefined) await registry.get(Scope).magIndex.write(asMagIndex(magIndex));
  const { traits } = registry.get(Cameras).selected;
  const record = registry.get(Settings).parameterSets.get(traits.index)!.Record;
  await registry.get(ImageAcquisition).take({ ...record, area: cameraArea(record.area, traits) });
}

/** The true size in nm of a pixel of the properties, which on this camera is two pixels as delivered, and the true image rotation in degrees, from the truth of the stage. */
export function truthAt(
  instrument: Instrument,
  magIndex: number,
): { readonly pixel: number; readonly rotation: number } {
  const { registry } = instrument.kernel;
  const camera = registry.get(Cameras).selected.traits.index;
  const record = registry
    .get(SimulatedTruth)
    .records.find(
      (each) => each.record === 'StageToCameraMatrix' && each['magIndex'] === magIndex && each['camera'] === camera,
    );
  if (!record) throw new Error(`There is no truth for mag index ${magIndex}.`);
  // The stage of this column moves against the axes of the specimen.
  const matrix = product(
    record as unknown as Parameters<typeof product>[0],
    inverse({ xpx: -1, xpy: 0, ypx: 0, ypy: -1 })!,
  );
  const perPixel = registry.get(Settings).cameras[0]!.pixelsPerPropertyPixel;
  return {
    pixel: (1000 * perPixel) / Math.sqrt(Math.abs(matrix.xpx * matrix.ypy - matrix.xpy * matrix.ypx)),
    rotation: matrixAngle(matrix).angle,
  };
}

/** Angle in degrees between two directions that count as the same after a quarter turn. */
export function quarterTurnsApart(one: number, other: number): number {
  const difference = one - other;
  return Math.abs(difference - 90 * Math.round(difference / 90));
}

/** Number of lines across the shorter side of the camera at a mag index, by the pixel size that the site knows. */
export const expectedRepeats = (instrument: Instrument, magIndex: number): number =>
  (1e9 *
    instrument.kernel.registry.get(Optics).at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(0) }).pixelSize!
      .value *
    instrument.kernel.registry.get(Cameras).selected.traits.height) /
  (1e6 / 2160);
