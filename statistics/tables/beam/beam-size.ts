import { optional } from '../../../core/base';
import { LensNormalization } from '../../../core/devices';
import { BeamCalibrations, BeamControl, calibratedDiameter } from '../../../core/illumination';
import { runItem } from '../../../testing/virtual-instrument';
import { largest, rmsOfError } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import {
  type BeamColumn,
  type BeamInstrument,
  drawnBeam,
  knowBeamShift,
  microscopeOf,
  trueRecords,
} from '../../support/beam/beam-instrument';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

const item = 'calibrations/beam-and-spot/beam-size';

const instruments: Readonly<Record<string, BeamColumn>> = {
  'FEI with a Ceta': { configuration: 'talos-ceta.yaml', nanoamperes: 0.012, magIndex: 31 },
  'JEOL with a K2': { configuration: 'jeol-cryo-arm-k2.yaml', nanoamperes: 0.003, magIndex: 26 },
  'Hitachi with a K2 Base': { configuration: 'hitachi-ht7700.yaml', nanoamperes: 0.0003, magIndex: 24 },
};
/** Parts of the way from the first diameter to the last one, on a scale of logarithms, at which the calibration is compared. */
const compared = [0, 0.25, 0.5, 0.75, 1];

export default defineTable({
  name: 'beam-size',
  about:
    'Beam Size on columns with imperfections that are drawn, from either side of crossover, and the diameters that follow from it at intensities between those that were measured, against the diameter of the virtual microscope.',
  item,
  rows: Object.keys(instruments),
  seeds: 30,
  seconds: 3,
  measure: async (seed, row, camera = coarseCamera(4)) => {
    const next = randomNumbers(seed);
    await using instrument = await drawnBeam(instruments[row]!, seed, camera, {
      nanoprobeFocusOffsetMicrometres: 0,
      focusSpreadByMagMicrometres: 0,
      // The operator has corrected the condenser astigmatism to a tenth of a small beam.
      condenserAstigmatism: [0.0001, 0.0001],
      // Find Pixel Size was run at each magnification.
      pixelScaleError: 0,
      pixelScaleSpread: 0,
    });
    await prepareSizes(instrument, 0.4 * (1 + 0.2 * next()), seed % 2 === 0);
    const { result } = await runItem(instrument, item, { factor: '22.5' });
    const sizes = result!.values['sizes'] as readonly { readonly intensity: number; readonly diameter: number }[];
    const percent: number[] = [];
    for (const { intensity, diameter } of sizes) percent.push(await percentFromTruth(instrument, intensity, diameter));
    return {
      errors: {
        percent,
        between: await percentsBetween(instrument, sizes[0]!.intensity, sizes[2]!.intensity),
      },
      stated: {},
      verdict: result!.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 1 }),
    rmsOfError(measured, 'percent', { unit: '%', decimals: 3 }),
    largest(measured, 'between', { unit: '% off between', atMost: 1 }),
  ],
});

/** Makes everything known that Beam Size needs, and the beam some micrometres wide, on one side of crossover. */
export async function prepareSizes(instrument: BeamInstrument, micrometres: number, below = false): Promise<void> {
  await knowBeamShift(instrument);
  instrument.calibrations
    .records('CrossoverIntensity')
    .replaceAll(trueRecords(instrument, 'CrossoverIntensity') as never);
  const microscope = microscopeOf(instrument);
  microscope.setBeamDiameter(micrometres);
  if (!below) return;
  const place = await instrument.kernel.registry.get(BeamControl).place();
  const crossover = instrument.kernel.registry.get(BeamCalibrations).crossover(place)!;
  microscope.setIntensity(2 * crossover - place.intensity);
}

/** Per cent by which a diameter differs from that of the beam at an intensity, to which the lens comes from crossover. */
async function percentFromTruth(instrument: BeamInstrument, intensity: number, diameter: number): Promise<number> {
  const { registry } = instrument.kernel;
  const microscope = microscopeOf(instrument);
  const crossover = registry.get(BeamCalibrations).crossover(await registry.get(BeamControl).place())!;
  microscope.setIntensity(crossover);
  microscope.setIntensity(intensity);
  await registry.get(optional(LensNormalization))?.normalize('condenser');
  return 100 * (diameter / microscope.state.beamDiameter - 1);
}

/** Per cent by which the calibrated diameters differ from those of the beam between two intensities. */
export async function percentsBetween(
  instrument: BeamInstrument,
  from: number,
  to: number,
): Promise<readonly number[]> {
  const { registry } = instrument.kernel;
  const beam = registry.get(BeamCalibrations);
  const place = await registry.get(BeamControl).sizePlace();
  const crossover = beam.crossover(place)!;
  const percents: number[] = [];
  for (const part of compared) {
    const intensity = crossover + (from - crossover) * ((to - crossover) / (from - crossover)) ** part;
    const found = calibratedDiameter({ calibrations: instrument.calibrations, beam }, { ...place, intensity });
    percents.push(await percentFromTruth(instrument, intensity, typeof found === 'string' ? NaN : found.diameter));
  }
  return percents;
}
