import type { ProbeMode } from '../devices';
import type { MainRecords } from '../store';

/** Density of the beam at a spot size over that at the brightest one, with the intensity and the crossover at which it was measured. */
export interface SpotRatio {
  readonly spot: number;
  readonly ratio: number;
  readonly intensity: number;
  /** 0 where it was not calibrated. */
  readonly crossover: number;
}

/** Ratios of spot sizes in one probe mode, as they stand in the file. */
export interface SpotMeasurement {
  readonly probe: ProbeMode;
  /** Micrometres of the condenser aperture; 0 where nobody recorded it. */
  readonly aperture: number;
  readonly spots: readonly SpotRatio[];
}

type Block = MainRecords['SpotIntensities'];
type Apertures = MainRecords['SpotCalAtC2Aperture'];

const modes = ['micro', 'nano'] as const;
/** Number of measurements in each probe mode that a file can hold. */
const perMode = 2;

/** The measurements in the blocks of a file: those in microprobe first, as their apertures stand in it. */
export function splitSpotBlocks(
  blocks: readonly Block[],
  apertures: Apertures | undefined,
): readonly SpotMeasurement[] {
  const measured = apertures
    ? [apertures.aperture1, apertures.aperture2, apertures.aperture3, apertures.aperture4]
    : [];
  const found = modes.flatMap((probe) =>
    blocks.flatMap(({ rows }) => {
      const spots = rows
        .map((row) => ({
          spot: row.spot,
          ratio: row[`${probe}Ratio`],
          intensity: row[`${probe}Intensity`],
          crossover: row[`${probe}Crossover`],
        }))
        .filter(({ ratio }) => ratio > 0);
      return spots.length > 0 ? [{ probe, spots }] : [];
    }),
  );
  return found.map((each, index) => ({ ...each, aperture: measured[index] ?? 0 }));
}

/** The blocks of a file that hold measurements, two in each probe mode at most, with the record of their apertures. */
export function joinSpotBlocks(measurements: readonly SpotMeasurement[]): {
  readonly blocks: readonly Block[];
  readonly apertures: Apertures;
} {
  const [micro, nano] = modes.map((mode) => measurements.filter(({ probe }) => probe === mode).slice(0, perMode));
  const blocks = Array.from({ length: Math.max(micro!.length, nano!.length) }, (_, index): Block => {
    const [first, second] = [micro![index], nano![index]];
    const spots = [...new Set([...(first?.spots ?? []), ...(second?.spots ?? [])].map(({ spot }) => spot))];
    const none = { ratio: 0, intensity: 0, crossover: 0 };
    return {
      rows: spots
        .sort((a, b) => a - b)
        .map((spot) => {
          const one = first?.spots.find((each) => each.spot === spot) ?? none;
          const other = second?.spots.find((each) => each.spot === spot) ?? none;
          return {
            spot,
            microRatio: one.ratio,
            microIntensity: one.intensity,
            microCrossover: one.crossover,
            nanoRatio: other.ratio,
            nanoIntensity: other.intensity,
            nanoCrossover: other.crossover,
          };
        }),
    };
  });
  const [aperture1 = 0, aperture2 = 0, aperture3 = 0, aperture4 = 0] = [...micro!, ...nano!].map(
    ({ aperture }) => aperture,
  );
  return { blocks, apertures: { aperture1, aperture2, aperture3, aperture4 } };
}

/** The measurements with a new one in place of that of the same probe mode and side; of more than a file can hold the last one gives way. */
export function withSpotMeasurement(
  measurements: readonly SpotMeasurement[],
  fresh: SpotMeasurement,
  isSameSide: (measurement: SpotMeasurement) => boolean,
): readonly SpotMeasurement[] {
  const at = measurements.findIndex((each) => each.probe === fresh.probe && isSameSide(each));
  if (at >= 0) return measurements.map((each, index) => (index === at ? fresh : each));
  const ofMode = measurements.filter(({ probe }) => probe === fresh.probe);
  const kept = ofMode.length < perMode ? measurements : measurements.filter((each) => each !== ofMode.at(-1));
  return [...kept, fresh];
}
