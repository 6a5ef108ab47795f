import { type Matrix, inMicrometres, inverse, product, scaleMatrix } from '../../../core/base';
import { Cameras, ProbeModeSelector, Scope, VirtualInstrument, probeNumber } from '../../../core/devices';
import { BeamControl, withoutAlpha } from '../../../core/illumination';
import { Optics } from '../../../core/optics';
import type { CalibrationResult } from '../../../core/store';
import { SimulatedTruth } from '../../../plugins/simulator';
import { trueImageShift, trueStage, virtualInstrument } from '../../../testing/virtual-instrument';

/** The instrument of a row of a table, with the current of its brightest beam. */
export interface BeamColumn {
  readonly configuration: string;
  readonly nanoamperes: number;
  readonly magIndex: number;
}

/** An instrument with a condenser of lenses and imperfections that are drawn, over a place without a specimen. */
export const drawnBeam = (
  { configuration, nanoamperes, magIndex }: BeamColumn,
  seed: number,
  edit: (yaml: string) => string,
  simulator: Readonly<Record<string, unknown>> = {},
): Promise<BeamInstrument> =>
  virtualInstrument({
    configuration,
    magIndex,
    edit,
    simulator: {
      seed,
      imperfections: 'drawn',
      condenser: 'lenses',
      contrast: 0,
      brightestNanoamperes: nanoamperes,
      ...simulator,
    },
  });

/** A beam that is round and evenly bright. */
export const evenBeam = { condenserAstigmatism: [0, 0], beamSlope: [0, 0], beamRim: 0 } as const;

/** An instrument under test. */
export type BeamInstrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** The virtual microscope as far as the beam is concerned. */
export interface BeamMicroscope {
  readonly state: {
    /** Nanoamperes. */
    readonly beamCurrent: number;
    /** Micrometres. */
    readonly beamDiameter: number;
    readonly intensity: number;
    readonly spotSize: number;
    readonly beamShift: { readonly x: number; readonly y: number };
  };
  setBeamDiameter(micrometres: number): void;
  setBeamShift(value: { readonly x: number; readonly y: number }): void;
  setIntensity(value: number): void;
  setSpotSize(value: number): void;
}

/** The virtual microscope behind an instrument. */
export const microscopeOf = (instrument: BeamInstrument): BeamMicroscope =>
  instrument.kernel.registry.get(VirtualInstrument).microscope as BeamMicroscope;

/** Micrometres of the shorter side of the field of the selected camera. */
export async function fieldOf(instrument: BeamInstrument): Promise<number> {
  const { registry } = instrument.kernel;
  const { traits } = registry.get(Cameras).selected;
  const magIndex = await registry.get(Scope).magIndex.read();
  const pixel = registry.get(Optics).at({ magIndex, camera: traits.index }).pixelSize!;
  return Math.min(traits.width, traits.height) * inMicrometres(pixel.value);
}

/** Makes the beam as wide as a part of the field. */
export async function condense(instrument: BeamInstrument, share: number): Promise<void> {
  microscopeOf(instrument).setBeamDiameter(share * (await fieldOf(instrument)));
}

/** The true records of the virtual microscope under a name. */
export const trueRecords = (instrument: BeamInstrument, name: string): readonly Readonly<Record<string, number>>[] =>
  instrument.kernel.registry
    .get(SimulatedTruth)
    .records.filter((each) => each.record === name) as unknown as readonly Readonly<Record<string, number>>[];

/** Stores the true matrix of image shift of the selected camera at the present magnification, as somebody would have calibrated it before. */
export async function knowImageShift(instrument: BeamInstrument): Promise<void> {
  const { registry } = instrument.kernel;
  const magIndex = await registry.get(Scope).magIndex.read();
  const camera = registry.get(Cameras).selected.traits.index;
  instrument.calibrations.imageShift.set(magIndex, camera, trueImageShift(instrument, magIndex));
}

/** The true matrix from image shift to beam shift under the conditions of a result of Beam Shift. */
export function trueBeamShift(instrument: BeamInstrument, { changes }: Pick<CalibrationResult, 'changes'>): Matrix {
  const stored = changes.findLast((change) => 'record' in change && !change.removed);
  const { values } = stored as unknown as { readonly values: BeamShiftPlace };
  return trueBeamShiftAt(instrument, values);
}

/** Conditions of a calibration of beam shift, as its record has them. */
interface BeamShiftPlace {
  readonly magIndex: number;
  readonly probe: number;
  readonly alpha: number;
}

/** The true matrix from image shift to beam shift under some conditions. */
export function trueBeamShiftAt(instrument: BeamInstrument, { magIndex, probe, alpha }: BeamShiftPlace): Matrix {
  // The virtual microscope writes it at the first mag index of each side of low magnification.
  const [first] = trueRecords(instrument, 'BeamShiftCalibration')
    .filter((row) => row['probe'] === probe && row['alpha'] === alpha && row['magIndex']! <= magIndex)
    .sort((a, b) => b['magIndex']! - a['magIndex']!);
  const there = first!['magIndex']!;
  // Image shift does a little more or less at each magnification: the same beam by way of the specimen, which the stage knows.
  return product(
    first as unknown as Matrix,
    inverse(trueImageShift(instrument, there))!,
    trueStage(instrument, there),
    inverse(trueStage(instrument, magIndex))!,
    trueImageShift(instrument, magIndex),
  );
}

/** Stores the true calibrations of image shift and of beam shift under the present conditions, the latter times a factor by which it is wrong. */
export async function knowBeamShift(instrument: BeamInstrument, factor = 1): Promise<void> {
  await knowImageShift(instrument);
  const conditions = await instrument.kernel.registry.get(BeamControl).shiftConditions();
  const { magIndex, probe, alpha = withoutAlpha } = conditions;
  const key = { magIndex, alpha, probe: probeNumber(probe) };
  const { xpx, xpy, ypx, ypy } = scaleMatrix(trueBeamShiftAt(instrument, key), factor);
  instrument.calibrations.records('BeamShiftCalibration').replaceAll([{ ...key, xpx, xpy, ypx, ypy, retain: 0 }]);
}

/** Largest difference of two matrices in percent of the largest element of the second. */
export function percentOff(found: Matrix, truth: Matrix): number {
  const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
  const largest = Math.max(...elements.map((element) => Math.abs(truth[element])));
  return (100 * Math.max(...elements.map((element) => Math.abs(found[element] - truth[element])))) / largest;
}

const electronsPerNanoampere = 6.241509e9;
const squareAngstromsPerSquareMicrometre = 1e8;

/** Stores what Beam Crossover, Beam Intensity and Spot Intensity would have found, as far as the virtual microscope tells it. */
export function knowBeam(instrument: BeamInstrument): void {
  for (const name of ['CrossoverIntensity', 'BeamIntensityTable', 'SpotIntensities'] as const) {
    const rows = trueRecords(instrument, name);
    // A simulation has one set of ratios.
    instrument.calibrations.records(name).replaceAll((name === 'SpotIntensities' ? rows.slice(0, 1) : rows) as never);
  }
}

/** The same in microprobe, with a beam that is as wide as a part of the field. The virtual microscope begins in nanoprobe, where it has tables of a small range. */
export async function spreadKnownBeam(instrument: BeamInstrument, share: number): Promise<void> {
  const { registry } = instrument.kernel;
  knowBeam(instrument);
  if (registry.has(ProbeModeSelector)) await registry.get(ProbeModeSelector).probeMode.write('micro');
  await condense(instrument, share);
}

/** Nanoamperes per square micrometre of a square as wide as the beam, by which its density is compared. */
export function trueDensity(instrument: BeamInstrument): number {
  const { beamCurrent, beamDiameter } = microscopeOf(instrument).state;
  return beamCurrent / beamDiameter ** 2;
}

/** Electrons per square angstrom and second in the middle of the beam, from its current and its width. */
export function trueDoseRate(instrument: BeamInstrument): number {
  const inElectrons = electronsPerNanoampere / ((Math.PI / 4) * squareAngstromsPerSquareMicrometre);
  return trueDensity(instrument) * inElectrons;
}
