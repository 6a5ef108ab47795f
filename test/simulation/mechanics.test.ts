import { Drift } from '../../simulation/column/drift';
import { SettlingVector } from '../../simulation/base/settling';
import { SimulatedStage } from '../../simulation/column/stage';
import { viewOf, type StageTruth } from '../../simulation';
import { bench, moments, motion } from './bench';

const rigid: StageTruth = bench().truth.stage;

describe('image shift', () => {
  const terms = [{ fraction: 0.1, timeConstant: 2 }];

  test('is at target + (previous - target)*f(elapsed)', () => {
    const shift = new SettlingVector();
    shift.set({ x: 3, y: -2 }, 10, terms);
    expect(shift.setting).toEqual({ x: 3, y: -2 });
    expect(shift.at(10).x).toBeCloseTo(3 - 0.3, 12);
    expect(shift.at(14).x).toBeCloseTo(3 - 0.3 * Math.exp(-2), 12);
    expect(shift.at(14).y).toBeCloseTo(-2 + 0.2 * Math.exp(-2), 12);
  });

  test('adds what is left of earlier steps', () => {
    const shift = new SettlingVector();
    shift.set({ x: 1, y: 0 }, 0, terms);
    shift.set({ x: 0, y: 0 }, 2, terms);
    expect(shift.at(4).x).toBeCloseTo(-0.1 * Math.exp(-2) + 0.1 * Math.exp(-1), 12);
  });

  test('keeps back by hysteresis a fraction of a step until the next one, and settles in as many parts as are given', () => {
    const shift = new SettlingVector();
    const parts = [
      { fraction: 0.1, timeConstant: 1 },
      { fraction: -0.05, timeConstant: 3 },
    ];
    shift.set({ x: 2, y: -1 }, 0, parts, 0.01);
    expect(shift.at(3).x).toBeCloseTo(2 * (0.99 - 0.1 * Math.exp(-3) + 0.05 * Math.exp(-1)), 12);
    expect(shift.at(1000)).toEqual({ x: 1.98, y: -0.99 });
    shift.set({ x: 2, y: -1 }, 1000, parts, 0.01);
    expect(shift.at(2000)).toEqual({ x: 1.98, y: -0.99 });
    shift.set({ x: 0, y: -1 }, 2000, parts, 0.01);
    expect(shift.at(3000).x).toBeCloseTo(0.02, 12);
    expect(shift.at(3000).y).toBeCloseTo(-1, 12);
  });

  test('that has not settled is seen as motion between two exposures, and by its range of magnification', () => {
    const settling = { imageShiftSettlingFraction: 0.1, imageShiftSettlingSeconds: 0.5 };
    const { microscope, clock, truth } = bench(settling);
    microscope.setMagnification(17);
    const { imageShiftToCamera: b } = viewOf(truth, 17, 0)!;
    microscope.setImageShift({ x: 2, y: 0 });
    const early = microscope.expose({ camera: 0, binning: 1, exposure: 0.01, processing: 'gain normalized' });
    clock.seconds = 20;
    const late = microscope.expose({ camera: 0, binning: 1, exposure: 0.01 });
    const left = 0.2 * Math.exp(-0.005 / 0.5);
    const moved = motion(early, late, { x: -b.xpx * left, y: -b.ypx * left });
    expect(Math.abs(moved.x + b.xpx * left)).toBeLessThan(0.15);
    expect(Math.abs(moved.y + b.ypx * left)).toBeLessThan(0.15);
    microscope.setMagnification(4);
    microscope.setImageShift({ x: 0, y: 0 });
    expect(microscope.expose({ camera: 0, binning: 4, exposure: 0.01 }).record.imageShiftReached.x).toBe(0);
  });

  test('that moves during the exposure is averaged over', () => {
    const { microscope } = bench({ imageShiftSettlingFraction: 0.1, imageShiftSettlingSeconds: 0.5 });
    microscope.setMagnification(17);
    microscope.setImageShift({ x: 2, y: 0 });
    const smeared = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    const sharp = microscope.expose({ camera: 0, binning: 1, exposure: 1, atTime: 100 });
    expect(smeared.record.subframes).toBeGreaterThan(4);
    expect(sharp.record.subframes).toBe(1);
    expect(moments(smeared.data).variance).toBeLessThan(0.9 * moments(sharp.data).variance);
    expect(moments(smeared.data).mean / moments(sharp.data).mean).toBeCloseTo(1, 1);
  });
});

describe('drift', () => {
  const truth = {
    linear: { x: 0.002, y: 0 },
    decaying: { amplitude: { x: 0, y: 0.01 }, timeConstant: 30, restartsOnStageMove: true },
    charging: { amplitude: { x: 0, y: 0 }, timeConstant: 1 },
  };

  test('is steady plus decaying', () => {
    const drift = new Drift(truth, 100);
    expect(drift.at(100)).toEqual({ x: 0, y: 0 });
    expect(drift.at(130).x).toBeCloseTo(0.06, 12);
    expect(drift.at(130).y).toBeCloseTo(0.3 * (1 - Math.exp(-1)), 12);
    expect((drift.at(100.01).y - drift.at(100).y) / 0.01).toBeCloseTo(0.01, 5);
  });

  test('starts afresh from where it is when the stage moves', () => {
    const drift = new Drift(truth, 0);
    const before = drift.at(60).y;
    drift.stageMoved(60);
    expect(drift.at(60).y).toBeCloseTo(before, 12);
    expect(drift.at(90).y).toBeCloseTo(before + 0.3 * (1 - Math.exp(-1)), 12);
  });
});

describe('the stage', () => {
  const moved = (truth: StageTruth, ...positions: number[]): number[] => {
    const stage = new SimulatedStage(truth, 5, 0);
    let time = 0;
    return positions.map((x) => {
      time += stage.move({ x }, time) + 100;
      expect(stage.readout(time).x).toBe(x);
      return stage.carriage(time).x;
    });
  };

  test('errs periodically by amplitude*period/(2 pi)*sin(2 pi x/period + phase)', () => {
    const cyclic = { x: { amplitude: 0.15, period: 62, phase: 0.4 }, y: rigid.cyclic.y };
    const positions = [0, 10, 31, 62, -45];
    moved({ ...rigid, cyclic }, ...positions).forEach((carriage, k) => {
      const x = positions[k]!;
      expect(carriage).toBeCloseTo(x + ((0.15 * 62) / (2 * Math.PI)) * Math.sin((2 * Math.PI * x) / 62 + 0.4), 9);
    });
  });

  test('has play, so that its place depends on where it comes from', () => {
    const [, fromBelow, , fromAbove] = moved({ ...rigid, backlash: 0.6 }, -10, 0, 10, 0);
    expect(fromBelow).toBeCloseTo(-0.3, 12);
    expect(fromAbove).toBeCloseTo(0.3, 12);
    const [, , small] = moved({ ...rigid, backlash: 0.6 }, -10, 0, -0.2);
    expect(small).toBeCloseTo(-0.3, 12);
  });

  test('ends its moves with the scatter that it is given, and moves only the axes named', () => {
    const places = moved({ ...rigid, repeatability: 0.05 }, ...Array.from({ length: 2000 }, (_, k) => k % 2));
    const errors = places.map((place, k) => place - (k % 2));
    expect(Math.sqrt(moments(errors).variance)).toBeCloseTo(0.05, 2);
    expect(Math.abs(moments(errors).mean)).toBeLessThan(0.005);
    const stage = new SimulatedStage({ ...rigid, repeatability: 0.05 }, 5, 0);
    stage.move({ x: 5 }, 0);
    expect(stage.carriage(50).y).toBe(0);
  });

  test('takes its time and settles after it', () => {
    const stage = new SimulatedStage({ ...rigid, speed: 20, settlingFraction: 0.01, settlingTime: 2 }, 5, 0);
    expect(stage.move({ x: 40 }, 0)).toBeCloseTo(2, 12);
    expect(stage.isMoving(1)).toBe(true);
    expect(stage.readout(1).x).toBeCloseTo(20, 9);
    expect(stage.readout(2).x).toBe(40);
    expect(stage.isMoving(2)).toBe(false);
    expect(stage.carriage(2).x).toBeCloseTo(40 - 0.4, 9);
    expect(stage.carriage(4).x).toBeCloseTo(40 - 0.4 * Math.exp(-1), 9);
  });
});
