import { distanceFor, widthAt, widthKey, type WidthTable } from './calibrated-condenser';
import { crossoverOf, type CondenserTruth } from './condenser';
import type { CondenserBeam, IlluminationSettings } from './settings';

/** The beam that the lenses make. */
export function lensBeam(truth: CondenserTruth, settings: IlluminationSettings): CondenserBeam {
  const { probeMode, alpha, lowMagnification, aperture, intensity } = settings;
  const wider = (truth.spreadsByAlpha[alpha] ?? 1) * aperture;
  const least = truth.least[probeMode] * (lowMagnification ? truth.lowMagnificationSpread : 1);
  const distance = intensity - crossoverOf(truth, settings);
  const table = widthsFor(truth, settings);
  if (table && distance !== 0) {
    const spreadPerIntensity = (wider * widthAt(table, Math.abs(distance))) / Math.abs(distance);
    return { spread: spreadPerIntensity * distance, spreadPerIntensity, least };
  }
  const spreadPerIntensity = truth.spread[probeMode] * (lowMagnification ? truth.lowMagnificationSpread : 1) * wider;
  return { spread: spreadPerIntensity * distance, spreadPerIntensity, least };
}

/** The widths that a site has measured at a spot size and probe mode; undefined where the law holds. */
const widthsFor = (
  { widths }: CondenserTruth,
  { spotSize, probeMode, lowMagnification }: IlluminationSettings,
): WidthTable | undefined => (lowMagnification ? undefined : widths.get(widthKey(spotSize, probeMode)));

/** The intensity at which the beam would be as wide, if the source were a point; negative below crossover. */
export function intensityOfSpread(truth: CondenserTruth, settings: IlluminationSettings, spread: number): number {
  const table = widthsFor(truth, settings);
  const crossover = crossoverOf(truth, settings);
  if (!table) return crossover + spread / lensBeam(truth, settings).spreadPerIntensity;
  const wider = (truth.spreadsByAlpha[settings.alpha] ?? 1) * settings.aperture;
  const distance = distanceFor(table, Math.abs(spread) / wider);
  return crossover + (spread < 0 ? -distance : distance);
}

/** The intensity above crossover at which the beam of the lenses has a diameter in micrometres; that of crossover where it cannot be so small. */
export function lensIntensityFor(truth: CondenserTruth, settings: IlluminationSettings, diameter: number): number {
  const { least } = lensBeam(truth, settings);
  return intensityOfSpread(truth, settings, Math.sqrt(Math.max(0, diameter * diameter - least * least)));
}

/** The illuminated area in micrometres that a column with three condensers shows; negative below crossover. */
export const shownArea = (truth: CondenserTruth, settings: IlluminationSettings): number =>
  truth.shownPerMicrometre[settings.probeMode] * lensBeam(truth, settings).spread;

/** The intensity of a shown illuminated area, within what the lens reaches. */
export function intensityOfShownArea(truth: CondenserTruth, settings: IlluminationSettings, shown: number): number {
  const wanted = intensityOfSpread(truth, settings, shown / truth.shownPerMicrometre[settings.probeMode]);
  return Math.min(1, Math.max(0, wanted));
}
