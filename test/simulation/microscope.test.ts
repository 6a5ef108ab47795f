import { z } from 'zod';
import { SimulationError, simulatorOptions, type ExposureRequest } from '../../simulation';
import { Times } from '../support/figures';
import { bench, moments } from './bench';
import { inLongStatistics } from '../support/needs';

const request: ExposureRequest = { camera: 0, binning: 1, exposure: 0.1 };

describe('exposures', () => {
  test('are the same for the same seed, calls and times, and new each time', () => {
    const run = (seed: number): Uint16Array[] => {
      const { microscope, clock } = bench(
        { stageRepeatabilityNm: 50, driftNmPerSecond: [5, 5], imageShiftSettlingFraction: 0.02 },
        seed,
      );
      clock.seconds += microscope.moveStage({ x: 3, y: -2 });
      const first = microscope.expose(request);
      microscope.setImageShift({ x: 0.2, y: 0.1 });
      return [first.data, microscope.expose(request).data];
    };
    const [a, b] = run(4);
    expect(run(4)).toEqual([a, b]);
    expect(run(5)[0]).not.toEqual(a);
    const { microscope } = bench({ contrast: 0 });
    expect(microscope.expose(request).data).not.toEqual(microscope.expose(request).data);
  });

  test('have the counts that dose, gain and binning make', () => {
    const { microscope } = bench({ electronsPerFieldPixelPerSecond: 400 });
    // The camera has 384 pixels on its shorter side, so one of them is (512/384)^2 of a field pixel.
    const perPixel = 400 * (512 / 384) ** 2;
    for (const magIndex of [4, 17, 28]) {
      microscope.setMagnification(magIndex);
      const { data, width, height, record } = microscope.expose({ ...request, binning: 2, exposure: 0.25 });
      expect([width, height]).toEqual([256, 192]);
      expect(record.electronsPerPixel).toBeCloseTo(perPixel, 6);
      expect(moments(data).mean / perPixel).toBeCloseTo(1, 1);
      expect(Math.sqrt(moments(data).variance) / perPixel).toBeGreaterThan(0.08);
    }
    microscope.setSpotSize(6);
    expect(microscope.expose(request).record.electronsPerPixel).toBeCloseTo((perPixel * 0.1) / 2, 6);
  });

  test('of another camera see the same specimen with the same dose', () => {
    const { microscope } = bench();
    microscope.setMagnification(17);
    const a = microscope.expose(request).record;
    const b = microscope.expose({ ...request, camera: 1 }).record;
    expect(a.dose).toBeGreaterThan(0);
    expect(b.dose).toBe(a.dose);
    expect(b.electronsPerPixel / a.electronsPerPixel).toBeCloseTo((0.02 / 0.03) ** 2, 9);
  });

  test('are dark when the beam is blanked or the screen is down', () => {
    const { microscope } = bench();
    microscope.setBlanked(true);
    expect(microscope.expose(request).data.every((value) => value < 20)).toBe(true);
    microscope.setBlanked(false);
    microscope.setScreen(true);
    expect(microscope.expose(request).data.every((value) => value < 20)).toBe(true);
    microscope.setScreen(false);
    expect(moments(microscope.expose(request).data).mean).toBeGreaterThan(100);
  });

  test('of a part show that part, and super-resolution twice the pixels', () => {
    const { microscope } = bench({ electronsPerFieldPixelPerSecond: 20000 });
    const whole = microscope.expose({ ...request, exposure: 1 });
    const part = microscope.expose({ ...request, exposure: 1, area: { left: 120, top: 40, width: 100, height: 80 } });
    let square = 0;
    for (let row = 0; row < 80; row++)
      for (let k = 0; k < 100; k++)
        square += (part.data[row * 100 + k]! - whole.data[(row + 40) * 512 + k + 120]!) ** 2;
    // Nothing but the shot noise of two images is between them.
    expect(square / 8000 / (2 * moments(part.data).mean)).toBeCloseTo(1, 0);
    const fine = microscope.expose({ ...request, readMode: 'super-resolution' });
    expect([fine.width, fine.height]).toEqual([1024, 768]);
  });

  test('of many pixels have no seams', () => {
    const wide = { index: 0, name: 'wide', width: 4096, height: 1200 };
    const { microscope } = bench({ electronsPerFieldPixelPerSecond: 20000 }, 1, (truth) => ({
      ...truth,
      cameras: [{ ...truth.cameras[0]!, ...wide }],
    }));
    const whole = microscope.expose({ ...request, exposure: 1 });
    const top = 900;
    const part = microscope.expose({ ...request, exposure: 1, area: { left: 1000, top, width: 200, height: 250 } });
    let square = 0;
    for (let row = 0; row < 250; row++)
      for (let k = 0; k < 200; k++)
        square += (part.data[row * 200 + k]! - whole.data[(row + top) * 4096 + k + 1000]!) ** 2;
    expect(square / 50000 / (2 * moments(part.data).mean)).toBeCloseTo(1, 1);
  });

  test('start at the time asked for', () => {
    const { microscope } = bench({ driftNmPerSecond: [10, 0] });
    expect(microscope.expose({ ...request, exposure: 2, atTime: 30 }).record.drift.x).toBeCloseTo(0.31, 9);
  });

  test('that cannot be are refused with what to do about it', () => {
    const { microscope } = bench();
    const codeOf = (action: () => unknown): string | undefined => {
      try {
        action();
      } catch (error) {
        if (error instanceof SimulationError && error.hint !== '') return error.code;
        throw error;
      }
      return undefined;
    };
    expect(codeOf(() => microscope.expose({ ...request, camera: 7 }))).toBe('simulation/no-such-camera');
    expect(codeOf(() => microscope.setMagnification(99))).toBe('simulation/no-such-magnification');
    expect(codeOf(() => microscope.expose({ ...request, area: { left: 500, top: 0, width: 100, height: 100 } }))).toBe(
      'simulation/bad-area',
    );
    expect(codeOf(() => microscope.expose({ ...request, exposure: NaN }))).toBe('simulation/bad-value');
    expect(codeOf(() => microscope.setImageShift({ x: NaN, y: 0 }))).toBe('simulation/bad-value');
    microscope.setMagnification(4);
    expect(codeOf(() => microscope.expose({ ...request, camera: 1 }))).toBe('simulation/no-such-view');
  });
});

describe('the beam', () => {
  test('is a disc of the diameter it says, which spreads the same current', () => {
    const { microscope } = bench({ contrast: 0, beamEdgeSoftness: 0 });
    microscope.setMagnification(17);
    microscope.setBeamDiameter(6);
    expect(microscope.state.beamDiameter).toBeCloseTo(6, 9);
    const current = microscope.state.beamCurrent;
    const { data, record } = microscope.expose({ ...request, exposure: 0.01 });
    const lit = data.reduce((count, value) => count + (value > record.electronsPerPixel / 2 ? 1 : 0), 0);
    expect((lit * 0.03 ** 2) / (Math.PI * 9)).toBeCloseTo(1, 2);
    microscope.setIntensity(0.55);
    expect(microscope.state.beamCurrent).toBeCloseTo(current, 9);
  });

  test('goes with the beam shift, and with the image shift unless that carries it', () => {
    const centre = (
      carries: boolean,
      act: (microscope: ReturnType<typeof bench>['microscope']) => void,
    ): { column: number; row: number } => {
      const { microscope } = bench({ contrast: 0, imageShiftCarriesBeam: carries });
      microscope.setMagnification(17);
      microscope.setBeamDiameter(4);
      act(microscope);
      const { data, width } = microscope.expose({ ...request, exposure: 0.01 });
      let [sum, columns, rows] = [0, 0, 0];
      data.forEach((value, k) => {
        sum += value;
        columns += value * (k % width);
        rows += value * Math.floor(k / width);
      });
      return { column: columns / sum, row: rows / sum };
    };
    const still = centre(true, () => undefined);
    const shifted = centre(true, (microscope) => microscope.setBeamShift({ x: 1, y: 0 }));
    // Specimen X is 84 degrees counter-clockwise from camera X: up, which is towards smaller rows.
    expect(shifted.row - still.row).toBeCloseTo(-Math.sin((84 * Math.PI) / 180) / 0.03, 0);
    expect(shifted.column - still.column).toBeCloseTo(Math.cos((84 * Math.PI) / 180) / 0.03, 0);
    const carried = centre(true, (microscope) => microscope.setImageShift({ x: 1, y: 0 }));
    expect(Math.abs(carried.row - still.row)).toBeLessThan(0.5);
    expect(centre(false, (microscope) => microscope.setImageShift({ x: 1, y: 0 })).row - still.row).toBeGreaterThan(20);
  });
});

describe('focus', () => {
  test('is kept for each range, and defocus counts from its reset', () => {
    const { microscope } = bench();
    microscope.setMagnification(17);
    microscope.setDefocus(-2);
    expect(microscope.state.absoluteFocus).toBeCloseTo(-0.002, 12);
    microscope.resetDefocus();
    expect(microscope.state.defocus).toBe(0);
    expect(microscope.state.absoluteFocus).toBeCloseTo(-0.002, 12);
    microscope.setMagnification(4);
    expect(microscope.state.absoluteFocus).toBe(0);
    microscope.setMagnification(28);
    expect(microscope.state.absoluteFocus).toBeCloseTo(-0.002, 12);
    expect(microscope.expose({ ...request, exposure: 0 }).record.defocus).toBeCloseTo(-2, 9);
  });
});

describe('the simulator options', () => {
  test('are all described, all have defaults or say whom they follow, and refuse what they do not know', () => {
    const defaults = simulatorOptions.parse({});
    const schema = z.toJSONSchema(simulatorOptions, { io: 'input' }) as {
      properties: Record<string, { description?: string; default?: unknown }>;
    };
    const withoutDefault = Object.keys(schema.properties).filter((name) => !(name in defaults));
    expect(withoutDefault).toEqual([
      'beamShiftToSpecimenLowMagnification',
      'imageShiftToSpecimenEftem',
      'imageShiftCarriesBeam',
      'beamTiltToSpecimenNanoprobe',
      'inelasticThicknessNm',
      'cameraLengthsMillimetres',
      'cameraPixelMicrometres',
      'startupDelaySeconds',
    ]);
    const followed: Readonly<Record<string, RegExp>> = {
      beamShiftToSpecimenLowMagnification: /as .*outside by default/,
      imageShiftToSpecimenEftem: /as .*without by default/,
      imageShiftCarriesBeam: /as columns of the maker do by default/,
      beamTiltToSpecimenNanoprobe: /as in microprobe by default/,
      inelasticThicknessNm: /that of the specimen in the microscope by default/,
      cameraLengthsMillimetres: /CameraLengthTable.* by default/,
      cameraPixelMicrometres: /that of the properties by default/,
      startupDelaySeconds: /StartupDelay .* by default/,
    };
    for (const name of withoutDefault) expect(schema.properties[name]?.description).toMatch(followed[name]!);
    for (const [name, property] of Object.entries(schema.properties)) {
      expect(property.description).toMatch(/^[A-Z].{10,}\.$/);
      expect(property.default !== undefined).toBe(name in defaults);
    }
    expect(() => simulatorOptions.parse({ contarst: 0.2 })).toThrow();
    expect(() => simulatorOptions.parse({ contrast: 7 })).toThrow();
  });
});

inLongStatistics(() => {
  test('how long an image of 1024 x 768 pixels takes, for the long statistics', async () => {
    const { microscope } = bench({ electronsPerFieldPixelPerSecond: 400 });
    const times = new Times();
    for (let k = 0; k < 20; k++) {
      const exposed = await times.of(() =>
        microscope.expose({ ...request, exposure: 4, readMode: 'super-resolution' }),
      );
      expect([exposed.width, exposed.height]).toEqual([1024, 768]);
    }
    times.tell('an image of 1024 x 768 pixels of the virtual microscope');
  });
});
