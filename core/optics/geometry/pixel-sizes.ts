import { type CameraIndex, type MagIndex, type Matrix, inverse, product } from '../../base';
import { type Instrument, nominalPixel, otherCameras, placesOf, seedPlace, similarCameras } from './optical-knowledge';
import { type Known, KnownValues, deriveRound } from './known-values';
import type { OpticalCamera } from '../properties';

/** Number of magnifications that are averaged for the ratio of camera to film magnification. */
const ratioNeighbours = 5;

/**
 * The pixel size in nanometres at every magnification in use of every camera: what the site measured, and from there, step by step,
 * through the image-shift matrices, the steps between magnifications on a similar camera, the ratio of camera to film magnification
 * nearby, and at last the nominal magnification.
 */
export function derivePixelSizes(instrument: Instrument): KnownValues {
  const { properties, table, imageShifts } = instrument;
  const known = new KnownValues();
  const byIndex = new Map(properties.cameras.map((camera) => [camera.index, camera]));
  for (const camera of properties.cameras)
    for (const { magIndex, pixelNanometres } of camera.measured)
      if (pixelNanometres !== undefined)
        known.set(magIndex, camera.index, { value: pixelNanometres, level: 0, source: { how: 'measured' } });

  let level = 1;
  if (known.empty) {
    const seed = seedPlace(instrument);
    const value = seed && nominalPixel(instrument, byIndex.get(seed.camera)!, seed.magIndex);
    if (seed && value !== undefined)
      known.set(seed.magIndex, seed.camera, { value, level: level++, source: { how: 'nominal' } });
  }

  const through = (from: Known | undefined, fromMatrix: Matrix | undefined, toMatrix: Matrix): number | undefined => {
    const back = inverse(toMatrix);
    if (!from || !fromMatrix || !back) return undefined;
    const step = product(fromMatrix, back);
    return (from.value * (Math.hypot(step.xpx, step.xpy) + Math.hypot(step.ypx, step.ypy))) / 2;
  };
  const throughSameCamera = (magIndex: MagIndex, index: CameraIndex) => {
    const camera = byIndex.get(index)!;
    const matrix = imageShifts.get(magIndex, index);
    if (!matrix) return undefined;
    for (const other of table.nearest(camera, magIndex)) {
      const from = known.get(other, index);
      if (!from || !table.canTransferImageShift(magIndex, other, camera)) continue;
      const value = through(from, imageShifts.get(other, index), matrix);
      if (value !== undefined) return { value, source: { how: 'image shift' as const, magIndex: other } };
    }
    return undefined;
  };
  const throughOtherCamera = (magIndex: MagIndex, index: CameraIndex) => {
    const camera = byIndex.get(index)!;
    const matrix = imageShifts.get(magIndex, index);
    if (!matrix) return undefined;
    for (const other of otherCameras(instrument, camera)) {
      const from = known.get(magIndex, other.index);
      if (!from || !table.canTransferBetween(magIndex, camera, magIndex, other)) continue;
      const value = through(from, imageShifts.get(magIndex, other.index), matrix);
      if (value !== undefined)
        return { value, source: { how: 'image shift of another camera' as const, magIndex, camera: other.index } };
    }
    return undefined;
  };
  const places = placesOf(instrument);
  let changed: boolean;
  do {
    changed = deriveRound(known, places, level++, throughSameCamera);
    changed = deriveRound(known, places, level++, throughOtherCamera) || changed;
  } while (changed);

  const started = new Set(properties.cameras.filter(({ index }) => known.has(index)).map(({ index }) => index));
  deriveRound(
    known,
    places.filter(({ camera }) => started.has(camera)),
    level++,
    (magIndex, index) => {
      const camera = byIndex.get(index)!;
      return (
        fromSimilarCamera(instrument, known, camera, magIndex) ?? fromNearbyRatio(instrument, known, camera, magIndex)
      );
    },
  );
  deriveRound(known, places, level, (magIndex, index) => {
    const value = nominalPixel(instrument, byIndex.get(index)!, magIndex);
    return value === undefined ? undefined : { value, source: { how: 'nominal' } };
  });
  return known;
}

function fromSimilarCamera(instrument: Instrument, known: KnownValues, camera: OpticalCamera, magIndex: MagIndex) {
  for (const other of instrument.table.nearest(camera, magIndex)) {
    const own = known.get(other, camera.index);
    if (!own) continue;
    for (const similar of similarCameras(instrument, camera)) {
      const [there, here] = [known.get(other, similar.index), known.get(magIndex, similar.index)];
      if (there && here)
        return {
          value: (own.value * here.value) / there.value,
          source: { how: 'steps of another camera' as const, magIndex: other, camera: similar.index },
        };
    }
  }
  return undefined;
}

function fromNearbyRatio({ table }: Instrument, known: KnownValues, camera: OpticalCamera, magIndex: MagIndex) {
  const sensor = 1000 * camera.sensorPixelMicrometres;
  const nearby = table
    .nearest(camera, magIndex)
    .flatMap((index) => {
      const own = known.get(index, camera.index);
      const magnification = table.magnificationFor(camera, index);
      return own && magnification > 0 ? [{ index, ratio: sensor / (magnification * own.value) }] : [];
    })
    .slice(0, ratioNeighbours);
  if (nearby.length === 0) return undefined;
  const ratio = nearby.reduce((sum, each) => sum + each.ratio, 0) / nearby.length;
  return {
    value: sensor / (table.magnificationFor(camera, magIndex) * ratio),
    source: { how: 'nearby magnifications' as const, magIndex: nearby[0]!.index },
  };
}
