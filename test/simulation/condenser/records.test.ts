import {
  buildTruth,
  perfectRecords,
  simulatorOptions,
  VirtualMicroscope,
  type Instrument,
  type PerfectRecord,
} from '../../../simulation';
import { instrument as plainInstrument, still, type Bench } from '../bench';
import { beamImage, diameterOf, lineThrough, meanAbout, momentsOf } from './measure';

const options = {
  ...still,
  condenser: 'lenses',
  specimen: 'empty',
  contrast: 0,
  mtfAtNyquist: 1,
  readNoiseCounts: 0,
  gainVariation: 0,
  crossoverScatter: 0.002,
  spotCurrentScatter: 0.06,
  beamCentreMicrometres: [0.3, -0.2],
  beamShiftToSpecimen: [
    [0.9, -0.3],
    [0.2, 1.1],
  ],
  spotBeamShiftsMicrometres: [
    [0.5, 0],
    [0, 0.6],
    [-0.4, 0.1],
  ],
  alphaBeamShiftsMicrometres: [
    [0, 0],
    [0.5, -0.5],
  ],
  alphaBeamTiltsMilliradians: [
    [0, 0],
    [1, 2],
  ],
  beamTiltToSpecimen: [
    [0, -1.2],
    [0.9, 0],
  ],
  beamShiftScalesByAlpha: [1, 0.7],
  illuminatedAreaPerMicrometre: [1.05, 0.95],
  condenserReadoutFactors: [0.9, 1.1],
  imageShiftCarriesBeam: false,
};

/** A microscope at a magnification of 2500 with the records that perfect calibrations of it would store. */
function made(
  more: Record<string, unknown> = {},
  about: Partial<Instrument> = {},
): Bench & { readonly of: (record: string) => readonly PerfectRecord[] } {
  const instrument = { ...plainInstrument, spotSizes: 6, ...about };
  const truth = buildTruth(simulatorOptions.parse({ ...options, ...more, seed: 4 }), instrument);
  const clock = { seconds: 0 };
  const microscope = new VirtualMicroscope(truth, { seed: 4, now: () => clock.seconds });
  microscope.setMagnification(17);
  microscope.setProbeMode('micro');
  microscope.setIntensity(0.46);
  const records = perfectRecords(truth, instrument);
  return { microscope, truth, clock, of: (wanted) => records.filter(({ record }) => record === wanted) };
}
const numberOf = (record: PerfectRecord, field: string): number => record[field] as number;

describe('a perfect calibration of the illumination', () => {
  test('of crossover has the intensities at which the beam is smallest', () => {
    const { microscope, of } = made();
    expect(of('CrossoverIntensity')).toHaveLength(6);
    for (const record of of('CrossoverIntensity'))
      for (const probe of ['micro', 'nano'] as const) {
        microscope.setSpotSize(numberOf(record, 'spot'));
        microscope.setProbeMode(probe);
        const widthAt = (off: number): number => {
          microscope.setIntensity(numberOf(record, probe) + off);
          return microscope.state.beamDiameter;
        };
        expect(widthAt(0)).toBeLessThan(widthAt(1e-4));
        expect(widthAt(1e-4)).toBeCloseTo(widthAt(-1e-4), 9);
      }
    expect(of('CrossCalAtC2Aperture')).toEqual([{ record: 'CrossCalAtC2Aperture', micro: 70, nano: 70 }]);
  });

  test('of spot intensity has the ratios of the counts at one intensity', () => {
    const given = made({ beamCentreMicrometres: [0, 0], spotBeamShiftsMicrometres: [] });
    const [{ rows }] = given.of('SpotIntensities') as unknown as [{ rows: readonly Record<string, number>[] }];
    expect(rows.map(({ spot }) => spot)).toEqual([1, 2, 3, 4, 5, 6]);
    const shot = 0.05;
    const counts = rows.map(({ spot, microIntensity }) => {
      given.microscope.setSpotSize(spot!);
      given.microscope.setIntensity(microIntensity!);
      return meanAbout(beamImage(given, shot), 60);
    });
    rows.forEach(({ microRatio }, k) =>
      expect(Math.abs(counts[k]! / counts[0]! / microRatio! - 1)).toBeLessThan(0.005),
    );
  });

  test('of beam intensity has counts of the first camera over the intensity', () => {
    const given = made({ beamCentreMicrometres: [0, 0], spotBeamShiftsMicrometres: [] });
    const table = given.of('BeamIntensityTable').find(({ probe }) => probe === 1)!;
    const rows = table['rows'] as readonly { counts: number; intensity: number }[];
    expect(rows.length).toBeGreaterThan(40);
    given.microscope.setSpotSize(numberOf(table, 'spot'));
    for (const { counts, intensity } of [rows[3]!, rows[20]!, rows.at(-2)!]) {
      given.microscope.setIntensity(intensity);
      const shot = 30000 / counts;
      expect(Math.abs(meanAbout(beamImage(given, shot), 15) / shot / counts - 1)).toBeLessThan(0.005);
    }
    // Two neighbours are a tenth apart, as the calibration makes them.
    expect(rows[1]!.counts / rows[0]!.counts).toBeCloseTo(1.1, 3);
  });

  test('of beam size has the diameters at its intensities, and a line through them ends in crossover', () => {
    const given = made({ beamCentreMicrometres: [0, 0], spotBeamShiftsMicrometres: [] });
    const record = given.of('BeamSizeCal').find(({ probeOrAlpha }) => probeOrAlpha === 1)!;
    given.microscope.setSpotSize(numberOf(record, 'spot'));
    const points = [1, 2].map((k): [number, number] => {
      given.microscope.setIntensity(numberOf(record, `intensity${k}`));
      const seen = diameterOf(beamImage(given, 0.003), 0.03);
      expect(Math.abs(seen / numberOf(record, `size${k}`) - 1)).toBeLessThan(0.01);
      return [numberOf(record, `intensity${k}`), seen];
    });
    expect(lineThrough(points).zero).toBeCloseTo(numberOf(record, 'crossover'), 3);
  });

  test('of the illuminated area has the ends at which the column stops', () => {
    const { microscope, of } = made();
    for (const record of of('IllumAreaLimits'))
      for (const probe of ['micro', 'nano'] as const) {
        microscope.setSpotSize(numberOf(record, 'spot'));
        microscope.setProbeMode(probe);
        const [low, high] = [-100000, 100000].map((asked) => {
          microscope.setIlluminatedArea(asked);
          return microscope.state.illuminatedArea / 100;
        });
        expect(low).toBeCloseTo(numberOf(record, `${probe}Low`), 9);
        expect(high).toBeCloseTo(numberOf(record, `${probe}High`), 9);
        expect(high).toBeGreaterThan(low!);
        microscope.setIlluminatedArea(70 * high!);
        expect(microscope.state.illuminatedArea).toBeCloseTo(70 * high!, 6);
      }
  });

  test('of the display of the lens has its factor and offsets', () => {
    const { of } = made();
    expect(of('IntensityToC2Factor')).toEqual([{ record: 'IntensityToC2Factor', micro: 0.9, nano: 1.1 }]);
    expect(of('C2SpotOffset')).toHaveLength(6);
  });

  test('of parallel illumination has the intensity at which the illumination has no angle', () => {
    const { microscope, of } = made({ convergencePerIntensityMilliradians: 5 });
    const record = of('ParallelIllum').find(({ probeOrAlpha }) => probeOrAlpha === 1)!;
    expect(numberOf(record, 'intensity') - numberOf(record, 'crossover')).toBeCloseTo(0.08, 9);
    microscope.setSpotSize(numberOf(record, 'spot'));
    microscope.setIntensity(numberOf(record, 'intensity'));
    expect(microscope.state.convergence).toBeCloseTo(0, 9);
    microscope.setIntensity(numberOf(record, 'intensity') + 0.1);
    expect(microscope.state.convergence).toBeCloseTo(0.5, 9);
  });

  test('of beam shift keeps the beam still on the camera while the image is shifted', () => {
    const given = made({}, { alphas: 2, hasNanoprobe: false });
    const records = given.of('BeamShiftCalibration');
    expect(records.map(({ magIndex, alpha, probe }) => [magIndex, alpha, probe])).toEqual([
      [4, 0, 1],
      [4, 1, 1],
      [17, 0, 1],
      [17, 1, 1],
    ]);
    for (const record of records.slice(2)) {
      given.microscope.setAlpha(numberOf(record, 'alpha'));
      const at = (x: number, y: number): { x: number; y: number } => {
        given.microscope.setImageShift({ x, y });
        given.microscope.setBeamShift({
          x: numberOf(record, 'xpx') * x + numberOf(record, 'xpy') * y,
          y: numberOf(record, 'ypx') * x + numberOf(record, 'ypy') * y,
        });
        return momentsOf(beamImage(given));
      };
      const [start, along, across] = [at(0, 0), at(1.5, 0), at(0, -1.5)];
      for (const { x, y } of [along, across]) expect(Math.hypot(x - start.x, y - start.y)).toBeLessThan(0.2);
    }
  });

  test('of spots and alphas has the beam shifts that centre the beam, and the tilts that keep its direction', () => {
    const given = made({}, { alphas: 2, hasNanoprobe: false });
    const [spots] = given.of('SpotBeamShifts') as unknown as [{ rows: readonly { x: number; y: number }[] }];
    spots.rows.forEach((shift, k) => {
      given.microscope.setSpotSize(k + 1);
      given.microscope.setIntensity(0.443 + 0.003 * k);
      given.microscope.setBeamShift(shift);
      const { x, y } = momentsOf(beamImage(given, 0.004 * 1.8 ** k));
      expect([k, Math.hypot(x, y) < 0.2]).toEqual([k, true]);
    });
    given.microscope.setSpotSize(5);
    const [shifts, tilts] = [given.of('AlphaBeamShifts'), given.of('AlphaBeamTilts')];
    expect([shifts.length, tilts.length]).toEqual([2, 2]);
    shifts.forEach((shift, alpha) => {
      given.microscope.setAlpha(alpha);
      given.microscope.setBeamShift({ x: numberOf(shift, 'x'), y: numberOf(shift, 'y') });
      const tilt = tilts[alpha]!;
      given.microscope.setBeamTilt({ x: numberOf(tilt, 'x'), y: numberOf(tilt, 'y') });
      const image = beamImage(given);
      expect(Math.hypot(momentsOf(image).x, momentsOf(image).y)).toBeLessThan(0.2);
      const left = image.record.tilt ?? { x: 0, y: 0 };
      expect(Math.hypot(left.x, left.y)).toBeLessThan(1e-12);
    });
  });

  test('of a column where the highest spot size is brightest starts there', () => {
    const { of, truth } = made({ spotCurrentScatter: 0 }, { brightestSpotSize: 6 });
    const { currents } = truth.condenser;
    for (let k = 1; k < 6; k++) expect(currents[k]! / currents[k - 1]!).toBeCloseTo(1.8, 9);
    const [{ rows }] = of('SpotIntensities') as unknown as [{ rows: readonly Record<string, number>[] }];
    expect(rows.map(({ spot }) => spot)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(rows[0]!['microRatio']).toBe(1);
  });

  test('of a beam that is spread to suit the magnification knows no crossover', () => {
    const { of } = made({ condenser: 'plain' });
    for (const record of ['CrossoverIntensity', 'BeamSizeCal', 'IllumAreaLimits', 'SpotIntensities'])
      expect(of(record)).toEqual([]);
    expect(of('BeamShiftCalibration')).not.toEqual([]);
  });
});
