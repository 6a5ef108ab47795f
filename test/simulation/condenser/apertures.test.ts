import { beamBench, beamImage, diameterOf, meanAbout } from './measure';

const pixelSize = 0.03;

describe('the condenser aperture', () => {
  test.each(['lenses', 'plain'])('scales the beam and cuts its current, so that the density stays: %s', (condenser) => {
    const given = beamBench({ condenser, beamEdgeSoftness: 0.02, beamDiameterInFields: 0.3, contrast: 0 });
    const { microscope } = given;
    microscope.setIntensity(condenser === 'lenses' ? 0.462 : 0.5);
    const seen = [70, 100, 50].map((size) => {
      microscope.setCondenserAperture(size);
      const image = beamImage(given, condenser === 'lenses' ? 0.01 : 0.5);
      return {
        width: diameterOf(image, pixelSize),
        level: meanAbout(image, 15),
        current: microscope.state.beamCurrent,
      };
    });
    const [start, wide, narrow] = seen;
    expect(wide!.width / start!.width / (100 / 70)).toBeCloseTo(1, 2);
    expect(narrow!.width / start!.width / (50 / 70)).toBeCloseTo(1, 2);
    expect(wide!.level / start!.level).toBeCloseTo(1, 1);
    expect(narrow!.level / start!.level).toBeCloseTo(1, 1);
    expect(wide!.current / start!.current).toBeCloseTo((100 / 70) ** 2, 9);
  });

  test('leaves the beam at crossover as small as its source', () => {
    const { microscope, truth } = beamBench();
    microscope.setIntensity(truth.condenser.crossovers[4]!.micro);
    const { beamDiameter } = microscope.state;
    microscope.setCondenserAperture(150);
    expect(microscope.state.beamDiameter).toBeCloseTo(beamDiameter, 12);
  });

  test('is one of those that the column has, or none', () => {
    const { microscope } = beamBench();
    expect(microscope.state).toMatchObject({ condenserAperture: 70, condenserApertures: [150, 100, 70, 50, 30] });
    expect(() => microscope.setCondenserAperture(80)).toThrow(
      expect.objectContaining({ code: 'simulation/bad-value' }) as Error,
    );
    expect(microscope.state.condenserAperture).toBe(70);
    const { beamDiameter } = microscope.state;
    microscope.setCondenserAperture(0);
    expect(microscope.state.condenserAperture).toBe(0);
    expect(microscope.state.beamDiameter).toBeGreaterThan(beamDiameter);
  });
});

describe('the objective aperture', () => {
  const options = {
    objectiveFocalLengthMillimetres: 2,
    backFocalDiscMilliradians: 0.5,
    objectiveApertureCentreMilliradians: [0.4, -0.2],
    beamTiltToSpecimen: [
      [0, -2],
      [2, 0],
    ],
  };

  /** Share of the electrons that pass at a tilt along one axis of the coils. */
  function passing(tilts: readonly number[], size = 20): readonly number[] {
    const given = beamBench(options);
    given.microscope.setIntensity(0.6);
    const levels = (): readonly number[] =>
      tilts.map((x) => {
        given.microscope.setBeamTilt({ x, y: 0 });
        return meanAbout(beamImage(given, 0.2), 150);
      });
    const open = levels();
    given.microscope.setObjectiveAperture(size);
    return levels().map((level, k) => level / open[k]!);
  }

  /** Share of a disc within another one, by counting the points of a grid that lie in both. */
  function shared(distance: number, disc: number, opening: number): number {
    const steps = 400;
    let [inside, both] = [0, 0];
    for (let i = 0; i < steps; i++)
      for (let j = 0; j < steps; j++) {
        const [x, y] = [(2 * (i + 0.5)) / steps - 1, (2 * (j + 0.5)) / steps - 1];
        if (x * x + y * y > 1) continue;
        inside++;
        if ((x * disc + distance) ** 2 + (y * disc) ** 2 <= opening * opening) both++;
      }
    return both / inside;
  }

  test('lets the whole beam pass while it is straight, and takes all of it as the tilt moves it off', () => {
    // 20 um over 2 mm are 5 mrad to either side, and a unit of beam tilt is 2 mrad along specimen Y.
    const tilts = [0, 1, 2.1, 2.3, 2.4, 2.5, 2.6, 2.8, 4, -2.6, -2.5, -2.2];
    const seen = passing(tilts);
    tilts.forEach((tilt, k) => {
      const distance = Math.hypot(0.4, 2 * tilt + 0.2);
      expect([tilt, Math.abs(seen[k]! - shared(distance, 0.5, 5)) < 0.01]).toEqual([tilt, true]);
    });
    expect(seen[0]).toBeGreaterThan(0.99);
    expect(seen[8]).toBe(0);
    for (let k = 1; k < 9; k++) expect(seen[k]!).toBeLessThanOrEqual(seen[k - 1]! + 0.005);
  });

  test('cuts what reaches the screen, not what reaches the specimen', () => {
    const { microscope } = beamBench(options);
    microscope.setObjectiveAperture(20);
    const { beamCurrent, screenCurrent } = microscope.state;
    expect(screenCurrent).toBe(beamCurrent);
    const request = { camera: 0, binning: 1, exposure: 0.01 };
    const { dose } = microscope.expose(request).record;
    microscope.setBeamTilt({ x: 2.5, y: 0 });
    expect(microscope.state.beamCurrent).toBe(beamCurrent);
    expect(microscope.state.screenCurrent).toBeLessThan(0.7 * beamCurrent);
    expect(microscope.expose(request).record.dose).toBe(dose);
    microscope.setObjectiveAperture(0);
    expect(microscope.state.screenCurrent).toBe(beamCurrent);
  });

  test('the screen measures the part of the beam that falls on it', () => {
    const { microscope } = beamBench({ ...options, screenMillimetres: 150 });
    // On the specimen, by the magnification to the screen.
    const radius = 150_000 / 2 / microscope.state.magnification;
    for (const part of [0.5, 0.9, 1.5, 3, 6]) {
      microscope.setBeamDiameter(2 * radius * part);
      const { beamCurrent, screenCurrent } = microscope.state;
      expect(screenCurrent / beamCurrent).toBeCloseTo(shared(0, radius * part, radius), 2);
    }
  });

  test('is one of those that the column has', () => {
    const { microscope } = beamBench();
    expect(microscope.state.objectiveAperture).toBe(0);
    expect(() => microscope.setObjectiveAperture(80)).toThrow(/no objective aperture of 80 um/);
  });
});
