import { beamBench, beamImage, diameterOf, lineThrough, meanAbout, momentsOf } from './measure';

const pixelSize = 0.03;
const electronsPerNanoampere = 1e-9 / 1.602176634e-19;

describe('the beam of condenser lenses', () => {
  test.each([
    [1, 'micro', [0.445, 0.45, 0.46, 0.47]],
    [6, 'micro', [0.46, 0.47, 0.48, 0.49]],
    [6, 'nano', [0.45, 0.5, 0.6, 0.7]],
  ] as const)(
    'spreads from crossover at spot size %i in %sprobe: the root of the inverse density is a straight line',
    (spot, probe, intensities) => {
      const options = { crossoverScatter: 0.002, spotCurrentScatter: 0.05 };
      const given = beamBench(options, 3);
      const { microscope, truth } = given;
      microscope.setSpotSize(spot);
      microscope.setProbeMode(probe);
      const points = intensities.map((intensity): [number, number] => {
        microscope.setIntensity(intensity);
        // The exposure is chosen so that no count is lost to saturation and all have enough of them.
        const shot = 0.0005 * (spot === 1 ? 1 : 20);
        return [intensity, 1 / Math.sqrt(meanAbout(beamImage(given, shot), 15) / shot)];
      });
      const { zero } = lineThrough(points);
      const crossover = truth.condenser.crossovers[spot - 1]![probe];
      expect(Math.abs(zero - crossover)).toBeLessThan(0.004 * (intensities[3] - crossover));
      for (const [intensity, root] of points)
        expect(
          Math.abs(root / points[0]![1] / ((intensity - crossover) / (points[0]![0] - crossover)) - 1),
        ).toBeLessThan(0.005);
    },
  );

  test('is the same at equal distances above and below crossover, and as wide as the truth says', () => {
    const given = beamBench({ beamEdgeSoftness: 0 });
    const { crossovers, spread } = given.truth.condenser;
    const crossover = crossovers[4]!.micro;
    for (const distance of [0.012, 0.02, 0.035]) {
      const widths = [-1, 1].map((side) => {
        given.microscope.setIntensity(crossover + side * distance);
        return diameterOf(beamImage(given), pixelSize);
      });
      expect(widths[0]).toBeCloseTo(widths[1]!, 2);
      expect(Math.abs(widths[1]! / (spread.micro * distance) - 1)).toBeLessThan(0.01);
    }
  });

  test('carries the current of its spot size whatever its width, at crossover as well', () => {
    const given = beamBench({ leastBeamMicrometres: [0.9, 0.5], saturationCounts: 65535 });
    const { microscope, truth } = given;
    const shot = 0.0002;
    for (const spot of [3, 5, 8]) {
      microscope.setSpotSize(spot);
      const crossover = truth.condenser.crossovers[spot - 1]!.micro;
      for (const distance of [0, 0.003, 0.02, -0.03]) {
        microscope.setIntensity(crossover + distance);
        const { sum } = momentsOf(beamImage(given, shot));
        const current = sum / shot / electronsPerNanoampere;
        expect([spot, distance, Math.abs(current / truth.condenser.currents[spot - 1]! - 1) < 0.01]).toEqual([
          spot,
          distance,
          true,
        ]);
        expect(Math.abs(microscope.state.beamCurrent / current - 1)).toBeLessThan(0.01);
      }
    }
  });

  test('shrinks to the image of its source at crossover and no further', () => {
    const given = beamBench({ leastBeamMicrometres: [1.2, 0.5] });
    given.microscope.setIntensity(given.truth.condenser.crossovers[4]!.micro);
    const smallest = given.microscope.state.beamDiameter;
    expect(smallest).toBeCloseTo(1.2, 9);
    for (const off of [-0.001, 0.001]) {
      given.microscope.setIntensity(given.truth.condenser.crossovers[4]!.micro + off);
      expect(given.microscope.state.beamDiameter).toBeGreaterThan(smallest);
    }
  });

  test('depends neither on the magnification nor on the field, but for the objective lens', () => {
    const { microscope, truth } = beamBench({ lowMagnificationBeamScale: 17 });
    microscope.setIntensity(0.6);
    const { beamDiameter, beamCurrent } = microscope.state;
    microscope.setMagnification(28);
    expect(microscope.state).toMatchObject({ beamDiameter, beamCurrent });
    microscope.setMagnification(4);
    expect(microscope.state.beamDiameter / beamDiameter).toBeCloseTo(17, 6);
    expect(microscope.state.beamCurrent).toBe(truth.condenser.currents[4]);
  });

  test('is set by its diameter on the side above crossover', () => {
    const { microscope, truth } = beamBench();
    for (const wanted of [0.4, 2, 9]) {
      microscope.setBeamDiameter(wanted);
      expect(microscope.state.beamDiameter).toBeCloseTo(wanted, 9);
      expect(microscope.state.intensity).toBeGreaterThan(truth.condenser.crossovers[4]!.micro);
    }
  });

  test('is wider by the factor of each alpha', () => {
    const { microscope } = beamBench({ beamScalesByAlpha: [1, 0.5, 3] });
    microscope.setIntensity(0.6);
    const widths = [0, 1, 2].map((alpha) => {
      microscope.setAlpha(alpha);
      return microscope.state.beamDiameter;
    });
    expect(widths[1]! / widths[0]!).toBeCloseTo(0.5, 3);
    expect(widths[2]! / widths[0]!).toBeCloseTo(3, 3);
  });
});

describe('the intensity', () => {
  test('moves in the steps of the column and reads back what it holds', () => {
    const { microscope } = beamBench({ intensityStep: 0.0005 });
    microscope.setIntensity(0.51237);
    expect(microscope.state.intensity).toBeCloseTo(0.5125, 12);
    const { beamDiameter } = microscope.state;
    microscope.setIntensity(0.51255);
    expect(microscope.state.beamDiameter).toBe(beamDiameter);
    microscope.setIntensity(0.5129);
    expect(microscope.state.beamDiameter).toBeGreaterThan(beamDiameter);
  });

  test('lags from either side by its hysteresis, which a normalization of the condenser ends and others do not', () => {
    const given = beamBench({ intensityHysteresis: 0.002 });
    const { microscope, truth } = given;
    const distanceAt = (from: number): number => {
      microscope.setIntensity(from);
      microscope.setIntensity(0.5);
      expect(microscope.state.intensity).toBe(0.5);
      return microscope.state.beamDiameter / truth.condenser.spread.micro;
    };
    const [below, above] = [distanceAt(0.4), distanceAt(0.6)];
    expect(above - below).toBeCloseTo(0.004, 6);
    microscope.normalize('projector');
    microscope.normalize('objective');
    expect(microscope.state.beamDiameter / truth.condenser.spread.micro).toBe(above);
    microscope.normalize('condenser');
    expect(microscope.state.beamDiameter / truth.condenser.spread.micro).toBeCloseTo((below + above) / 2, 6);
    // A step that is smaller than the loop moves nothing.
    const { beamDiameter } = microscope.state;
    microscope.setIntensity(0.501);
    expect(microscope.state.beamDiameter).toBe(beamDiameter);
  });

  test('leaves the brightness alone in nanoprobe where the column is made so', () => {
    const levels = (constant: boolean, probe: 'nano' | 'micro'): number => {
      const given = beamBench({ constantBrightnessInNanoprobe: constant, beamMicrometresPerIntensity: [250, 250] });
      given.microscope.setProbeMode(probe);
      const [narrow, wide] = [0.49, 0.55].map((intensity) => {
        given.microscope.setIntensity(intensity);
        return meanAbout(beamImage(given, 0.02), 30);
      });
      return wide! / narrow!;
    };
    expect(levels(true, 'nano')).toBeCloseTo(1, 2);
    expect(levels(false, 'nano')).toBeLessThan(0.5);
    expect(levels(true, 'micro')).toBeLessThan(0.5);
  });

  test('is shown by the display of the lens with a factor and an offset of each spot size', () => {
    const offsets = Array.from({ length: 11 }, (_, k): [number, number] => [0.01 * k, -0.02 * k]);
    const { microscope } = beamBench({ condenserReadoutFactors: [0.93, 1.04], condenserReadoutOffsets: offsets });
    const readings = [0.3, 0.7].map((intensity) => {
      microscope.setSpotSize(1);
      microscope.setIntensity(intensity);
      return microscope.state.condenserReadout;
    });
    // As Set C2 Factor works it out, from two intensities in per cent.
    const factor = (readings[1]! - readings[0]!) / (70 - 30);
    expect(factor).toBeCloseTo(0.93, 9);
    microscope.setSpotSize(7);
    expect((microscope.state.condenserReadout - factor * 70) / 100).toBeCloseTo(0.06, 9);
    microscope.setProbeMode('nano');
    expect(microscope.state.condenserReadout).toBeCloseTo(100 * (1.04 * 0.7 - 0.12), 9);
  });

  test('has a point at which the illumination is parallel, off which defocus washes fine detail out', () => {
    const detail = (off: number): number => {
      const { microscope, truth } = beamBench({
        specimen: 'film',
        contrast: 0.3,
        phaseToAmplitudeContrast: 4,
        convergencePerIntensityMilliradians: 20,
        beamMicrometresPerIntensity: [2, 2],
        brightestNanoamperes: 0.002,
        backFocalDiscMilliradians: 1,
      });
      const { crossovers, parallelBeyondCrossover } = truth.condenser;
      microscope.setMagnification(28);
      microscope.setDefocus(-2);
      microscope.setSpotSize(1);
      microscope.setBeamShift({ x: 0, y: 0 });
      microscope.setIntensity(crossovers[0]!.micro + parallelBeyondCrossover.micro + off);
      const { data } = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
      // Variance of the difference of neighbours over the square of the mean, less that of shot noise.
      const mean = data.reduce((total, value) => total + value, 0) / data.length;
      let square = 0;
      for (let k = 1; k < data.length; k++) square += (data[k]! - data[k - 1]!) ** 2;
      return (square / data.length - 2 * mean) / mean ** 2;
    };
    const [parallel, converging] = [detail(0), detail(0.03)];
    expect(parallel).toBeGreaterThan(2 * converging);
  });
});
