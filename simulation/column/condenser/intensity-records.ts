import { cameras } from '../../camera/cameras';
import { power } from '../../base/functions';
import { calibratedBy, type SiteRecord, type ProbeMode } from '../../base/instrument';
import type { PerfectRecord, RecordContext } from '../../base/part';
import { determinantOf } from '../../base/plane';
import { magnification, seenPlaces, type SeenPlace } from '../lenses/magnification';
import { countsPerDensity, widthKey } from './calibrated-condenser';
import { crossoverOf, currentOf, spotSizesOf, type CondenserTruth } from './condenser';
import { lensBeam } from './lens-law';
import type { IlluminationSettings } from './settings';

const electronsPerNanoampere = 6.241509e9;
/** A table of intensities goes in steps by which the density falls by a tenth, over this range of densities. */
const densitySteps = 1.1;
const densityRange = 1000;
/** Micrometres of the smallest beam in the records that rest on a choice of the operator. */
export const smallestBeam = 2;

/** The settings of the illumination at a spot size and probe mode, and at an intensity other than that of the start. */
type At = (spotSize: number, mode: ProbeMode, intensity?: number) => IlluminationSettings;

/** The first place of an imaged specimen in low magnification, and outside it. */
export function firstPlaces(context: RecordContext): readonly SeenPlace[] {
  const places = seenPlaces(context).filter(({ scanned }) => !scanned);
  return [places.find(({ low }) => low), places.find(({ low }) => !low)].flatMap((each) => each ?? []);
}

/** Electrons per square micrometre and second in the middle of the beam. */
function densityOf(lenses: CondenserTruth, settings: IlluminationSettings): number {
  const { spread, least } = lensBeam(lenses, settings);
  return (currentOf(lenses, settings) * electronsPerNanoampere) / ((Math.PI / 4) * (spread * spread + least * least));
}

/** The density at a spot size over that at the brightest one, in a probe mode. */
export function spotRatio(
  lenses: CondenserTruth,
  context: RecordContext,
  at: At,
  spot: number,
  mode: ProbeMode,
): Readonly<Record<string, number>> {
  const [written] = calibratedBy(context.instrument, 'SpotIntensities');
  const rows = (written as { readonly rows?: readonly SiteRecord[] } | undefined)?.rows;
  // A twin of a site has them at the intensity at which the site measured.
  const intensity = rows?.find((row) => row['spot'] === spot)?.[`${mode}Intensity`] || undefined;
  const brightest = densityOf(lenses, at(spotSizesOf(context.instrument).brightest, mode, intensity));
  return {
    [`${mode}Ratio`]: densityOf(lenses, at(spot, mode, intensity)) / brightest,
    [`${mode}Intensity`]: at(spot, mode, intensity).intensity,
    [`${mode}Crossover`]: crossoverOf(lenses, at(spot, mode)),
  };
}

/** The tables of intensities that a site has, as its twin would measure them: at the same intensities; undefined where it has none. */
export function calibratedTables(
  lenses: CondenserTruth,
  context: RecordContext,
  at: At,
): readonly PerfectRecord[] | undefined {
  if (lenses.widths.size === 0) return undefined;
  return calibratedBy(context.instrument, 'BeamIntensityTable').flatMap((written): PerfectRecord[] => {
    const { rows, ...conditions } = written as unknown as SiteRecord & { readonly rows: readonly SiteRecord[] };
    const mode = conditions['probe'] === 0 ? 'nano' : 'micro';
    const perDensity = countsPerDensity(context, conditions['magIndex']!);
    if (perDensity === undefined || !lenses.widths.has(widthKey(conditions['spot']!, mode))) return [];
    const counts = (intensity: number): number =>
      perDensity * densityOf(lenses, at(conditions['spot']!, mode, intensity));
    return [
      {
        record: 'BeamIntensityTable',
        ...conditions,
        rows: rows.map(({ intensity }) => ({ counts: counts(intensity!), intensity: intensity! })),
      },
    ];
  });
}

/** Counts of an unbinned pixel in a second over the intensity, above crossover, as the first camera sees them. */
export function intensityTable(
  lenses: CondenserTruth,
  context: RecordContext,
  { at, spot, mode, probe, atStart }: { at: At; spot: number; mode: ProbeMode; probe: number; atStart: number },
): readonly PerfectRecord[] {
  const place = firstPlaces(context).find(({ low }) => !low);
  if (!place) return [];
  const { specimenToCamera } = context.truthOf(magnification).views.get(place.key)!;
  const gain = context.truthOf(cameras).find(({ index }) => index === place.camera)?.gain ?? 1;
  const perDensity = gain / Math.abs(determinantOf(specimenToCamera));
  const crossover = crossoverOf(lenses, at(spot, mode));
  const { spreadPerIntensity } = lensBeam(lenses, at(spot, mode));
  const rows: { counts: number; intensity: number }[] = [];
  for (let factor = 1; factor <= densityRange; factor *= densitySteps) {
    const intensity = crossover + (smallestBeam * power(factor, 0.5)) / spreadPerIntensity;
    if (intensity < 1) rows.unshift({ counts: perDensity * densityOf(lenses, at(spot, mode, intensity)), intensity });
  }
  return [
    {
      record: 'BeamIntensityTable',
      magIndex: place.magIndex,
      spot,
      flags: 0,
      crossover,
      aperture: atStart,
      probe,
      magnification: place.magnification,
      rows,
    },
  ];
}
