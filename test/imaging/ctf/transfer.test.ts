import {
  aberrationInMillimetres,
  angstroms,
  ContrastTransfer,
  defocusAlong,
  electronWavelength,
  kilovolts,
  phaseRadians,
  principalDefocus,
  ringRadii,
} from '../../../imaging';
import { fc } from '../../support/properties';

const optics = (voltage = 300, cs = 2.7, phase = 0) => ({
  voltage: kilovolts(voltage),
  sphericalAberration: aberrationInMillimetres(cs),
  phaseShift: phaseRadians(phase),
});

describe('the contrast transfer', () => {
  test('has the wavelengths of the tables', () => {
    expect(electronWavelength(kilovolts(120))).toBeCloseTo(0.03349, 5);
    expect(electronWavelength(kilovolts(200))).toBeCloseTo(0.02508, 5);
    expect(electronWavelength(kilovolts(300))).toBeCloseTo(0.01969, 5);
    expect(() => electronWavelength(kilovolts(0.2))).toThrow('0.2 kV');
    expect(() => new ContrastTransfer(optics(300, 2700))).toThrow('2700 mm');
  });

  test('is zero on its rings, and a click on a ring gives the defocus back', () => {
    const defocusAndRing = fc.tuple(
      fc.double({ min: 3000, max: 60000, noNaN: true }),
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0, max: 1.5, noNaN: true }),
    );
    fc.assert(
      fc.property(defocusAndRing, ([defocus, ring, phase]) => {
        const transfer = new ContrastTransfer(optics(200, 2.7, phase));
        const frequency = transfer.ringFrequency(ring, defocus);
        if (frequency === undefined) return;
        expect(Math.abs(transfer.value(frequency, defocus))).toBeLessThan(1e-8);
        const clicked = transfer.defocusOfRing(frequency * (1 - 1e-9), ring);
        expect(clicked).toBeDefined();
        expect(Math.abs(clicked! / defocus - 1)).toBeLessThan(1e-6);
        expect(transfer.ringCount(frequency * 1.0001, defocus)).toBe(ring);
      }),
    );
  });

  test('has no ring beyond the frequency where its phase turns round, and a click there gives no defocus', () => {
    const transfer = new ContrastTransfer(optics(300, 2.7));
    expect(transfer.ringFrequency(40, 5000)).toBeUndefined();
    // beyond (Cs w^3)^(-1/4) ring 1 would lie on the other branch
    expect(transfer.defocusOfRing(0.6, 1)).toBeUndefined();
    expect(transfer.defocusOfRing(0.05, 1)).toBeGreaterThan(0);
  });

  test('draws rings that are ellipses, with the long defocus along its angle', () => {
    const defocus = { mean: angstroms(20000), cosine: angstroms(0), sine: angstroms(2000) };
    expect(principalDefocus(defocus)).toEqual({ defocus1: 22000, defocus2: 18000, angle: 45 });
    expect(defocusAlong(defocus, Math.PI / 4)).toBeCloseTo(22000, 6);
    const radii = ringRadii(new ContrastTransfer(optics()), defocus, 1, 8);
    // azimuths 0, 45, 90, 135 degrees: a larger defocus has a smaller ring
    expect(radii[1]!).toBeLessThan(radii[0]!);
    expect(radii[3]!).toBeGreaterThan(radii[0]!);
    expect(radii[5]).toBeCloseTo(radii[1]!, 12);
  });

  test('is aliased from where an oscillation spans fewer than four pixels of the spectrum', () => {
    const transfer = new ContrastTransfer(optics(300, 0.001));
    const step = 1 / 512;
    const frequency = transfer.aliasingFrequency(30000, step, 0.5)!;
    // one oscillation is 1 / (2 w z q) wide
    expect(1 / (2 * transfer.wavelength * 30000 * frequency) / step).toBeCloseTo(4, 1);
    expect(transfer.aliasingFrequency(3000, step, 0.2)).toBeUndefined();
  });
});
