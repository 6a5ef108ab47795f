import { type ProbeMode, probeOfNumber } from '../../../../core/devices';
import type { BeamCalibrations, DiameterPlace } from '../../../../core/illumination';
import { value } from '../../../../core/kernel';
import type { Calibrations } from '../../../../core/store';

/** The columns of a list of intensity tables. */
export const tableRows = {
  spot: value.quantity('Spot size.'),
  probe: value.text('Probe mode: micro or nano.'),
  side: value.text('Side of crossover: above or below.'),
  from: value.quantity('Intensity at one end, for the condenser aperture that is in.', { decimals: 4 }),
  to: value.quantity('Intensity at the other end.', { decimals: 4 }),
  change: value.quantity('Strength at the brightest end over that at the dimmest.'),
  aperture: value.quantity('Condenser aperture with which it was measured, where it was recorded.', {
    unit: 'um',
    optional: true,
  }),
};

const probes: readonly ProbeMode[] = ['micro', 'nano'];
const sides = ['above', 'below'] as const;

/** The stored intensity tables by spot size, with their reach. */
export function describeIntensityTables(beam: BeamCalibrations, calibrations: Pick<Calibrations, 'records'>) {
  const records = calibrations.records('BeamIntensityTable').all();
  const spots = [...new Set(records.map(({ spot }) => spot))].sort((a, b) => a - b);
  return spots.flatMap((spot) =>
    probes.flatMap((probe) =>
      sides.flatMap((side) =>
        beam.tables({ spot, probe }, side).map(({ points, aperture }) => {
          const [dim, bright] = [points[0]!, points.at(-1)!];
          return {
            spot,
            probe,
            side,
            from: Math.min(dim.intensity, bright.intensity),
            to: Math.max(dim.intensity, bright.intensity),
            change: Math.exp(bright.logDensity - dim.logDensity),
            ...(aperture > 0 && { aperture }),
          };
        }),
      ),
    ),
  );
}

/** The stored ratios of spot sizes, one row for each. */
export const describeSpotTables = (beam: BeamCalibrations) =>
  probes.flatMap((probe) =>
    sides.flatMap((side) =>
      (beam.spotTable(probe, side)?.spots ?? []).map(({ spot, ratio }) => ({ probe, side, spot, ratio })),
    ),
  );

/** A probe mode or an alpha in words, and the probe mode of its intensities: the file has one number for both. */
export function namedProbeOrAlpha(
  probeOrAlpha: number,
  calibrations: Pick<Calibrations, 'records'>,
): { readonly mode: string; readonly probe: ProbeMode } {
  if (probeOrAlpha < 0) return { mode: '', probe: 'micro' };
  // Only a column with alphas has shifts by alpha.
  if (calibrations.records('AlphaBeamShifts').all().length > 0 || probeOrAlpha > 1)
    return { mode: `alpha ${probeOrAlpha + 1}`, probe: 'micro' };
  const probe = probeOfNumber(probeOrAlpha);
  return { mode: `${probe}probe`, probe };
}

/** The probe mode or alpha of the column in words; empty on a column without either. */
export const modeName = ({ probe, probeOrAlpha }: DiameterPlace, hasProbeModes: boolean): string =>
  hasProbeModes ? `${probe}probe` : probeOrAlpha < 0 ? '' : `alpha ${probeOrAlpha + 1}`;
