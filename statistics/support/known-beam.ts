import { type BeamInstrument, microscopeOf, trueRecords } from './beam';

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

/** Electrons per square angstrom and second in the middle of the beam, from its current and its width. */
export function trueDoseRate(instrument: BeamInstrument): number {
  const { beamCurrent, beamDiameter } = microscopeOf(instrument).state as unknown as {
    readonly beamCurrent: number;
    readonly beamDiameter: number;
  };
  const area = (Math.PI / 4) * beamDiameter ** 2 * squareAngstromsPerSquareMicrometre;
  return (beamCurrent * electronsPerNanoampere) / area;
}
