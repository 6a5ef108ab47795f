import { bench } from '../bench';

const record = (microscope: ReturnType<typeof bench>['microscope']) =>
  microscope.expose({ camera: 0, binning: 4, exposure: 0.1 }).record;

describe('a focus that remembers where it came from', () => {
  const start = () => {
    const { microscope } = bench({ defocusHysteresisNm: 60 });
    microscope.setMagnification(28);
    return microscope;
  };
  const missed = (microscope: ReturnType<typeof start>): number =>
    1000 * (record(microscope).defocus - microscope.state.defocus);

  test('lags behind a value that it comes down to, up to its width', () => {
    const microscope = start();
    microscope.setDefocus(-0.02);
    expect(missed(microscope)).toBeCloseTo(20, 6);
    microscope.setDefocus(-3);
    expect(missed(microscope)).toBeCloseTo(60, 6);
    microscope.setDefocus(-9);
    expect(missed(microscope)).toBeCloseTo(60, 6);
  });

  test('is where it reads once it comes from below by more than that', () => {
    const microscope = start();
    microscope.setDefocus(-3);
    microscope.setDefocus(-2.97);
    expect(missed(microscope)).toBeCloseTo(30, 6);
    microscope.setDefocus(-2.9);
    expect(missed(microscope)).toBeCloseTo(0, 6);
    microscope.setDefocus(-4);
    microscope.setDefocus(-3.5);
    expect(missed(microscope)).toBeCloseTo(0, 6);
  });

  test('forgets by a normalization of its lens, not by one of others', () => {
    const microscope = start();
    microscope.setDefocus(-3);
    microscope.normalize('projector');
    microscope.normalize('condenser');
    expect(missed(microscope)).toBeCloseTo(60, 6);
    microscope.normalize('objective');
    expect(missed(microscope)).toBeCloseTo(0, 6);
    microscope.setDefocus(-4);
    microscope.normalize('all');
    expect(missed(microscope)).toBeCloseTo(0, 6);
  });

  test('does so for absolute focus as well, and in each range of magnification by itself', () => {
    const microscope = start();
    microscope.setAbsoluteFocus(-0.002);
    expect(missed(microscope)).toBeCloseTo(60, 6);
    microscope.setMagnification(4);
    expect(missed(microscope)).toBeCloseTo(0, 6);
    microscope.setMagnification(28);
    expect(missed(microscope)).toBeCloseTo(60, 6);
  });
});

test('the objective stigmator lags on each axis unless it is approached from below', () => {
  const { microscope } = bench({ objectiveStigmatorHysteresis: 0.01, objectiveStigmatorMicrometres: 10 });
  microscope.setMagnification(28);
  const nanometres = (): { x: number; y: number } => {
    const { x, y } = record(microscope).astigmatism ?? { x: 0, y: 0 };
    return { x: Math.round(1000 * x), y: Math.round(1000 * y) };
  };
  microscope.setObjectiveStigmator({ x: 0.05, y: -0.05 });
  expect(nanometres()).toEqual({ x: 500, y: -400 });
  expect(microscope.state.objectiveStigmator).toEqual({ x: 0.05, y: -0.05 });
  // The approach of programs: below the value by 0.02, and then the value.
  microscope.setObjectiveStigmator({ x: 0.03, y: -0.07 });
  microscope.setObjectiveStigmator({ x: 0.05, y: -0.05 });
  expect(nanometres()).toEqual({ x: 500, y: -500 });
  microscope.setObjectiveStigmator({ x: 0.02, y: -0.05 });
  expect(nanometres()).toEqual({ x: 300, y: -500 });
  microscope.normalize('objective');
  expect(nanometres()).toEqual({ x: 200, y: -500 });
});
