import { type Matrix, counted, inverse, magIndex as asMagIndex, product, readable } from '../../../../core/base';
import { Cameras, probeOfNumber } from '../../../../core/devices';
import { BeamCalibrations, withoutAlpha } from '../../../../core/illumination';
import { type ItemRun, type Uses, value } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import { type CalibrationResult, Calibrations, elementsOf } from '../../../../core/store';
import { describeIntensityTables, describeSpotTables, namedProbeOrAlpha, tableRows } from './beam-tables';

/** Dependencies of the lists. */
export const listNeeds = { cameras: Cameras, optics: Optics, beam: BeamCalibrations, calibrations: Calibrations };

/** The lists as results. */
export const listResults = {
  beamShift: value.table('Beam shift, by probe mode or alpha and by magnification.', {
    magIndex: value.quantity('Mag index.'),
    magnification: value.quantity('Magnification.', { unit: 'x' }),
    probe: value.text('Probe mode: micro or nano.'),
    alpha: value.quantity('Alpha as the column shows it, where it has one.', { optional: true }),
    specimenToBeamShift: value.matrix(
      'Matrix from specimen to beam shift; left out where image shift on the specimen is unknown.',
      { unit: 'per um', optional: true },
    ),
    refined: value.flag('True for one that Refine Beam Shift has made.'),
  }),
  intensity: value.table('Tables of beam strength against intensity.', tableRows),
  spots: value.table('Ratios of the spot sizes.', {
    probe: value.text('Probe mode: micro or nano.'),
    side: value.text('Side of crossover: above or below.'),
    spot: value.quantity('Spot size.'),
    ratio: value.quantity('Density over that at the brightest spot size.', { decimals: 4 }),
  }),
  parallel: value.table('Intensities of parallel illumination.', {
    spot: value.quantity('Spot size.'),
    mode: value.text('Probe mode or alpha.'),
    shown: value.quantity('Intensity as it is shown.', { decimals: 2 }),
  }),
  sizes: value.table('Calibrations of the diameter of the beam.', {
    spot: value.quantity('Spot size.'),
    mode: value.text('Probe mode or alpha.'),
    side: value.text('Side of crossover: above or below.'),
    smallest: value.quantity('Smallest diameter.', { unit: 'um', decimals: 2 }),
    largest: value.quantity('Largest diameter.', { unit: 'um', decimals: 2 }),
    aperture: value.quantity('Condenser aperture.', { unit: 'um', optional: true }),
  }),
};

/** Writes the lists into the log. */
export async function listBeamCalibrations(
  { cameras, optics, beam, calibrations }: Uses<typeof listNeeds>,
  run: ItemRun<Readonly<Record<never, never>>, typeof listResults>,
): Promise<CalibrationResult> {
  const say = (line: string): void => run.operator.log(line);
  const none = (rows: readonly unknown[], what: string): void => {
    if (rows.length === 0) say(`  no ${what} saved`);
  };
  const camera = cameras.selected.traits.index;

  const beamShift = calibrations
    .records('BeamShiftCalibration')
    .all()
    .map((row) => {
      const { magIndex, alpha, probe, retain } = row;
      const place = optics.at({ magIndex: asMagIndex(Math.abs(magIndex)), camera });
      const back = place.imageShiftToSpecimen && inverse(place.imageShiftToSpecimen);
      return {
        magIndex,
        magnification: place.magnification,
        probe: probeOfNumber(probe),
        ...(alpha !== withoutAlpha && { alpha: alpha + 1 }),
        ...(back && { specimenToBeamShift: product(elementsOf(row), back) }),
        refined: retain > 0,
      };
    })
    .sort(
      (a, b) =>
        (a.alpha ?? 0) - (b.alpha ?? 0) ||
        a.probe.localeCompare(b.probe) ||
        Math.abs(a.magIndex) - Math.abs(b.magIndex),
    );
  say('Beam shift: specimen to beam shift');
  for (const row of beamShift)
    say(
      `  ${row.magnification}x (mag index ${row.magIndex}), ${row.alpha === undefined ? `${row.probe}probe` : `alpha ${row.alpha}`}: ${
        row.specimenToBeamShift ? numbers(row.specimenToBeamShift) : 'no matrix from image shift to specimen'
      }${row.refined ? ', refined' : ''}`,
    );
  none(beamShift, 'beam shifts');

  const intensity = describeIntensityTables(beam, calibrations);
  say('Beam strength against intensity');
  for (const { spot, probe, side, from, to, change, aperture } of intensity)
    say(
      `  spot size ${spot}, ${probe}probe, ${side} crossover: intensity ${readable(from, 4)} to ${readable(to, 4)}, ${Math.round(change)}-fold${aperture === undefined ? '' : `, C2 aperture ${aperture} um`}`,
    );
  none(intensity, 'tables');

  const spots = describeSpotTables(beam);
  say('Ratios of spot sizes');
  for (const { probe, side, spot, ratio } of spots)
    say(`  ${probe}probe, ${side} crossover, spot size ${spot}: ${readable(ratio, 4)}`);
  none(spots, 'ratios');

  const parallel = calibrations
    .records('ParallelIllum')
    .all()
    .map(({ spot, probeOrAlpha, intensity: at }) => {
      const { mode, probe } = namedProbeOrAlpha(probeOrAlpha, calibrations);
      const { value: shown, unit } = beam.scale.shown({ spot, probe, intensity: at });
      return { spot, mode, shown, unit };
    });
  say('Parallel illumination');
  for (const { spot, mode, shown, unit } of parallel)
    say(`  spot size ${spot}${mode && `, ${mode}`}: ${readable(shown, 2)} ${unit}`);
  none(parallel, 'intensities');

  const sizes = calibrations
    .records('BeamSizeCal')
    .all()
    .map((row) => {
      const { mode, probe } = namedProbeOrAlpha(row.probeOrAlpha, calibrations);
      const shown = (at: number): string => {
        const { value: number, unit } = beam.scale.shown({ spot: row.spot, probe, intensity: at });
        return `${readable(number, 2)} ${unit}`;
      };
      return {
        spot: row.spot,
        mode,
        side: row.intensity1 > row.crossover ? 'above' : 'below',
        smallest: row.size1,
        largest: row.size3,
        ...(row.c2Aperture > 0 && { aperture: row.c2Aperture }),
        from: shown(row.intensity1),
        to: shown(row.intensity3),
      };
    });
  say('Beam size');
  for (const { spot, mode, side, smallest, largest, aperture, from, to } of sizes)
    say(
      `  spot size ${spot}${mode && `, ${mode}`}, ${side} crossover: ${readable(smallest, 2)} um at ${from} to ${readable(largest, 2)} um at ${to}, ${aperture === undefined ? 'aperture not known' : `C2 aperture ${aperture} um`}`,
    );
  none(sizes, 'sizes');
  return run.report({
    summary: `${counted(beamShift.length, 'beam shift')}, ${counted(intensity.length, 'intensity table')}, ${counted(spots.length, 'spot ratio')}, ${counted(parallel.length, 'parallel illumination')} and ${counted(sizes.length, 'beam size')}.`,
    values: {
      beamShift,
      intensity,
      spots,
      parallel: parallel.map(({ unit: _, ...row }) => row),
      sizes: sizes.map(({ from: _, to: __, ...row }) => row),
    },
  });
}

const numbers = ({ xpx, xpy, ypx, ypy }: Matrix): string =>
  [xpx, xpy, ypx, ypy].map((each) => readable(each, 3)).join(' ');
