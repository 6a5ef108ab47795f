import type { MagIndex } from '../../../../core/base';
import { probeNumber, probeOfNumber } from '../../../../core/devices';
import { BeamCalibrations, type BeamPlace } from '../../../../core/illumination';
import type { Run, Uses } from '../../../../core/kernel';
import type { Settings } from '../../../../core/settings';
import { type Calibrations, type Change, type MainRecords, put, remove } from '../../../../core/store';
import { apertureNeeds, requestAperture } from '../../beam-and-spot/beam-images/request-aperture';
import { HighDefocusMemory } from './high-defocus-memory';

/** The records of high defocus. */
export type HighDefocusRecord = 'HighFocusMagCal' | 'HighFocusISCal';
type Entry = MainRecords[HighDefocusRecord];

/** Dependencies of a new entry. */
export const entryNeeds = { ...apertureNeeds, memory: HighDefocusMemory };

/** Defocus within this many micrometres is the same one. */
const sameDefocus = 5;
/** Share of the least difference of intensity where the crossover is not known. */
const shareWithoutCrossover = 1 / 4;

/** Measurement at a high defocus. */
export interface MeasuredChange {
  readonly place: BeamPlace;
  /** Micrometres, below 0. */
  readonly defocus: number;
  readonly scale: number;
  /** Degrees. */
  readonly rotation: number;
  /** 0 for what holds at all magnifications. */
  readonly magIndex: MagIndex | 0;
}

/** The changes that store an entry in place of those that it repeats; the log names them. */
export async function entryChanges(
  use: Uses<typeof entryNeeds>,
  run: Run,
  record: HighDefocusRecord,
  { place, defocus, scale, rotation, magIndex }: MeasuredChange,
): Promise<readonly Change[]> {
  const { beam, memory, calibrations, settings } = use;
  const { aperture, changes } =
    memory.aperture && Math.abs(memory.aperture.defocus - defocus) < sameDefocus
      ? { aperture: memory.aperture.size, changes: [] }
      : await requestAperture(run, use);
  memory.aperture = { size: aperture, defocus };
  if (beam.scale.isArea && aperture === 0)
    run.operator.log('The condenser aperture is not known, so it is not stored.');
  const { spot, probe, intensity } = place;
  const entry: Entry = {
    spot,
    probe: probeNumber(probe),
    defocus,
    intensity,
    scale,
    rotation,
    crossover: beam.crossover(place) ?? 0,
    aperture,
    magIndex: magIndex as MagIndex,
  };
  const replaced = repeatedEntries(calibrations, { beam, settings }, record, entry);
  for (const each of replaced)
    run.operator.log(
      `The calibration at ${Math.round(each.defocus)} um of defocus and a nearby intensity is replaced (scale ${each.scale.toFixed(4)}, rotation ${each.rotation.toFixed(2)} degrees).`,
    );
  return [
    ...changes,
    ...replaced.map(({ spot: at, probe: mode, magIndex: index, defocus: value, intensity: of }) =>
      remove(record, { spot: at, probe: mode, magIndex: index, defocus: value, intensity: of }),
    ),
    put(record, entry),
  ];
}

/** The entries that a new one repeats: of its spot size, probe mode and side of crossover, at its defocus, and at nearly its intensity. */
function repeatedEntries(
  calibrations: Pick<Calibrations, 'records'>,
  { beam, settings }: { readonly beam: Pick<BeamCalibrations, 'scale'>; readonly settings: Pick<Settings, 'get'> },
  record: HighDefocusRecord,
  entry: Entry,
): readonly Entry[] {
  const { crossover, spot, probe } = entry;
  const place = { spot, probe: probeOfNumber(probe) };
  const known = crossover > 0;
  const measure = (intensity: number): number =>
    known && intensity !== crossover ? 1 / Math.abs(intensity - crossover) : intensity;
  const least = settings.get('HighFocusMinIntensityDiff') * (known ? 1 : shareWithoutCrossover);
  return calibrations
    .records(record)
    .all()
    .filter((each) => {
      if (each.spot !== spot || each.probe !== probe || Math.abs(each.defocus - entry.defocus) > sameDefocus)
        return false;
      const intensity = beam.scale.throughAperture(each.intensity, place, each.aperture, entry.aperture);
      const sameSide = !known || intensity > crossover === entry.intensity > crossover;
      return sameSide && Math.abs(measure(intensity) - measure(entry.intensity)) < least;
    });
}
