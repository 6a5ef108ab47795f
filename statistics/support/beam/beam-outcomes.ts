import {
  type Matrix,
  magIndex as asMagIndex,
  determinant,
  inMicrometres,
  largestElement,
  seconds,
} from '../../../core/base';
import { Cameras, Illumination, ProbeModeSelector, Scope } from '../../../core/devices';
import { ImageAcquisition } from '../../../core/acquisition';
import { Optics } from '../../../core/optics';
import type { CalibrationResult } from '../../../core/store';
import { runItem, trueStage } from '../../../testing/virtual-instrument';
import { type BeamInstrument, microscopeOf, trueBeamShift, trueDensity, trueDoseRate } from './beam-instrument';

/** A result of an item of the beam against the truth: errors and stated standard errors in percent. */
export interface BeamOutcome {
  readonly result: CalibrationResult;
  readonly percent: readonly number[];
  readonly stated: readonly number[];
}

/** Ids of the items. */
export const beamItems = {
  shift: 'calibrations/beam-and-spot/beam-shift',
  intensity: 'calibrations/beam-and-spot/beam-intensity',
  spot: 'calibrations/beam-and-spot/spot-intensity',
  dose: 'calibrations/electron-dose',
} as const;

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** Runs Beam Shift; the elements of its matrix in percent of the largest one. */
export async function shiftOutcome(instrument: BeamInstrument): Promise<BeamOutcome> {
  const { result } = await runItem(instrument, beamItems.shift);
  const truth = trueBeamShift(instrument, result!);
  const [found, errors] = [result!.values, result!.standardErrors] as unknown as readonly [Matrix, Matrix];
  const inPercent = 100 / largestElement(truth);
  return {
    result: result!,
    percent: elements.map((each) => inPercent * (found[each] - truth[each])),
    stated: elements.map((each) => inPercent * errors[each]),
  };
}

/** A point of a table of Beam Intensity, as its result has it. */
export interface DensityPoint {
  readonly density: number;
  readonly intensity: number;
  readonly tries: number;
  /** In percent. */
  readonly standardError: number;
}

/** Runs Beam Intensity from the present magnification; the densities of its points over that of the first. */
export async function intensityOutcome(
  instrument: BeamInstrument,
  magIndex: number,
): Promise<BeamOutcome & { readonly points: readonly DensityPoint[] }> {
  const microscope = microscopeOf(instrument);
  const started = microscope.state.intensity;
  const { result } = await runItem(instrument, beamItems.intensity);
  const points = result!.values['points'] as readonly DensityPoint[];
  await instrument.kernel.registry.get(Scope).magIndex.write(asMagIndex(magIndex));
  const truths = points.map(({ intensity }) => {
    microscope.setIntensity(intensity);
    return trueDensity(instrument);
  });
  microscope.setIntensity(started);
  const first = points[0]!;
  return {
    result: result!,
    points,
    percent: points.map(({ density }, at) => 100 * (density / first.density / (truths[at]! / truths[0]!) - 1)),
    stated: points.map(({ standardError }) => Math.hypot(standardError, first.standardError)),
  };
}

interface SpotRow {
  readonly spot: number;
  readonly ratio: number;
  readonly standardError: number;
}

/** Runs Spot Intensity; the ratios after the first one. */
export async function spotOutcome(instrument: BeamInstrument): Promise<BeamOutcome> {
  const microscope = microscopeOf(instrument);
  const { result } = await runItem(instrument, beamItems.spot);
  const rows = result!.values['spots'] as readonly SpotRow[];
  const densities = rows.map(({ spot }) => {
    microscope.setSpotSize(spot);
    return trueDensity(instrument);
  });
  const others = rows.slice(1);
  return {
    result: result!,
    percent: others.map(({ ratio }, at) => 100 * (ratio / (densities[at + 1]! / densities[0]!) - 1)),
    stated: others.map(({ ratio, standardError }) => (100 * standardError) / ratio),
  };
}

/** Takes a linear image of an exposure in seconds and runs Electron Dose on it, with the pixel size that the microscope has at the mag index. */
export async function doseOutcome(
  instrument: BeamInstrument,
  magIndex: number,
  exposure: number,
  answers: Readonly<Record<string, string>> = {},
): Promise<BeamOutcome> {
  const { registry } = instrument.kernel;
  const { spotSize, intensity } = registry.get(Illumination);
  const probeModes = registry.has(ProbeModeSelector) ? registry.get(ProbeModeSelector) : undefined;
  const conditions = {
    spotSize: await spotSize.read(),
    intensity: await intensity.read(),
    ...(probeModes && { probeMode: await probeModes.probeMode.read() }),
  };
  const { selected } = registry.get(Cameras);
  const { width, height, binnings } = selected.traits;
  const fitted = selected.fit({
    binning: binnings[Math.min(1, binnings.length - 1)]!,
    area: { left: 0, top: 0, right: width, bottom: height },
    exposure: seconds(exposure),
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: 'linear',
  });
  await registry.get(ImageAcquisition).take(fitted, { conditions });
  const truth = trueDoseRate(instrument);
  const { result } = await runItem(instrument, beamItems.dose, answers);
  // The pixel size is another calibration: its error is taken out by the true one.
  const { value: pixel } = registry
    .get(Optics)
    .at({ magIndex: asMagIndex(magIndex), camera: selected.traits.index }).pixelSize!;
  const area = Math.abs(determinant(trueStage(instrument, magIndex))) * inMicrometres(pixel) ** 2;
  const dose = (result!.values['dose'] as number) * area;
  return {
    result: result!,
    percent: [100 * (dose / truth - 1)],
    stated: [(100 * (result!.standardErrors['dose'] as number)) / (result!.values['dose'] as number)],
  };
}
