import { createHash } from 'node:crypto';
import { perfectRecords } from '../../simulation';
import { bench, instrument, moments, still, type Bench } from './bench';

const bright = {
  ...still,
  specimen: 'empty',
  readNoiseCounts: 0,
  gainVariation: 0,
  electronsPerFieldPixelPerSecond: 3000,
};
/** A microscope whose first camera stands behind a filter. */
function filtered(options: object = {}, seed = 1): Bench {
  const given = bench({ ...bright, ...options }, seed, (truth) => ({
    ...truth,
    cameras: truth.cameras.map((camera) => ({ ...camera, behindFilter: camera.index === 0 })),
  }));
  given.microscope.setMagnification(17);
  given.microscope.setEftem(true);
  return given;
}
const take = ({ microscope }: Bench, exposure = 0.5) => microscope.expose({ camera: 0, binning: 4, exposure });
const meanOf = (given: Bench, exposure?: number): number => moments(take(given, exposure).data).mean;
/** Mean counts through the slit at an energy loss, long after it was set. */
function meanAt(given: Bench, loss: number): number {
  given.microscope.setEnergyLoss(loss);
  given.clock.seconds += 100;
  return meanOf(given);
}

/** A stream of numbers from 0 to 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return (((mixed ^ (mixed >>> 13)) >>> 0) + 0.5) / 4294967296;
  };
}

interface Physics {
  readonly width: number;
  readonly tailShare: number;
  readonly tailScale: number;
  readonly plasmon: number;
  readonly scale: number;
  readonly scatterings: number;
  readonly edge: number;
}

/**
 * The energies of single electrons: each has that of the source, is scattered by Poisson's law and loses energy each time. The distribution of Landau in
 * Moyal's form is that of minus the logarithm of the square of a normal number.
 */
function* electrons(physics: Physics, count: number): Generator<{ energy: number; cut: number }> {
  const uniform = numbers(77);
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const landau = (scale: number): number => -scale * Math.log(normal() ** 2);
  for (let k = 0; k < count; k++) {
    let energy = (physics.width / Math.SQRT2) * normal();
    if (uniform() < physics.tailShare) energy += landau(physics.tailScale);
    for (let left = uniform(), term = Math.exp(-physics.scatterings), n = 1; left > term; n++) {
      left -= term;
      term *= physics.scatterings / n;
      energy += physics.plasmon + landau(physics.scale);
    }
    yield { energy, cut: physics.edge * normal() };
  }
}

describe('the electrons that pass the slit', () => {
  const physics: Physics = {
    width: 0.9,
    tailShare: 0.08,
    tailScale: 1.1,
    plasmon: 22.5,
    scale: 4,
    scatterings: 0.6,
    edge: 0.7,
  };
  const options = {
    zeroLossWidthElectronvolts: physics.width,
    zeroLossTailShare: physics.tailShare,
    zeroLossTailElectronvolts: physics.tailScale,
    plasmonLossElectronvolts: physics.plasmon,
    plasmonScaleElectronvolts: physics.scale,
    inelasticMeanFreePathNm: 200,
    inelasticThicknessNm: 120,
    slitEdgeElectronvolts: physics.edge,
  };

  test('are those that single electrons give, for many losses and widths', () => {
    const given = filtered(options);
    const whole = meanOf(given);
    given.microscope.setSlitIn(true);
    const all = [...electrons(physics, 400_000)];
    for (const [loss, width] of [
      [0, 10],
      [0, 3],
      [0, 1],
      [-5, 10],
      [4, 10],
      [6, 10],
      [22, 10],
      [30, 20],
      [50, 10],
      [80, 30],
      [120, 30],
    ] as const) {
      given.microscope.setSlitWidth(width);
      const share = meanAt(given, loss) / whole;
      // The edges are rough: an electron meets them a little aside.
      const passed = all.filter(({ energy, cut }) => Math.abs(energy + cut - loss) < width / 2).length / all.length;
      const error = Math.sqrt((passed * (1 - passed)) / all.length) + 0.0005;
      expect([loss, width, Math.abs(share - passed) < 4 * error]).toEqual([loss, width, true]);
    }
  });

  test('fall with the thickness as exp(-t/L) around the zero-loss peak', () => {
    const logarithms = [0, 100, 200, 300].map((inelasticThicknessNm) => {
      const given = filtered({ inelasticThicknessNm, plasmonScaleElectronvolts: 2 });
      const whole = meanOf(given);
      given.microscope.setSlitIn(true);
      given.microscope.setSlitWidth(10);
      return Math.log(meanOf(given) / whole);
    });
    logarithms.forEach((value, k) => expect(value).toBeCloseTo((-100 * k) / 315, 2));
  });

  test('are all where the slit is out, the camera is not behind the filter, or the slit is still on its way', () => {
    const given = filtered({ slitTravelSeconds: 0.3 });
    const { microscope, clock } = given;
    const whole = meanOf(given);
    microscope.setEnergyLoss(50);
    expect(meanOf(given)).toBeCloseTo(whole, -1);
    microscope.setSlitIn(true);
    expect(meanOf(given, 0.1) * 5).toBeCloseTo(whole, -2);
    clock.seconds += 0.4;
    expect(meanOf(given)).toBe(0);
    microscope.setEftem(false);
    const other = (): number => moments(microscope.expose({ camera: 1, binning: 4, exposure: 0.5 }).data).mean;
    const before = other();
    expect(before).toBeGreaterThan(0);
    microscope.setSlitIn(false);
    clock.seconds += 0.4;
    expect(other() / before).toBeCloseTo(1, 2);
  });

  test('reach every camera through a filter in the column', () => {
    const inColumn = bench(bright, 1, (truth) => ({
      ...truth,
      energyFilter: { ...truth.energyFilter, inColumn: true },
    }));
    inColumn.microscope.setMagnification(17);
    inColumn.microscope.setSlitIn(true);
    inColumn.microscope.setEnergyLoss(50);
    for (const camera of [0, 1])
      expect(moments(inColumn.microscope.expose({ camera, binning: 4, exposure: 0.5 }).data).mean).toBe(0);
  });

  test('are not the same all over a filter that is not isochromatic', () => {
    const given = filtered({ nonIsochromaticityElectronvolts: 2, zeroLossWidthElectronvolts: 0.6 });
    const { microscope } = given;
    const whole = take(given);
    microscope.setSlitIn(true);
    microscope.setSlitWidth(10);
    // The upper edge of the slit is 4 eV above the peak in the middle; where the slit lies 4 eV higher, its lower edge halves the peak.
    microscope.setEnergyLoss(1);
    const { data, width, height } = take(given);
    const bins = Array.from({ length: 10 }, () => ({ sum: 0, expected: 0 }));
    /** Share of the peak above an energy, summed over its density. */
    const above = Array.from({ length: 801 }, (_, k) => Math.exp(-(((k - 400) / 100 / 0.6) ** 2)));
    for (let k = above.length - 1; k > 0; k--) above[k - 1]! += above[k]!;
    data.forEach((count, at) => {
      const [x, y] = [(at % width) + 0.5 - width / 2, Math.floor(at / width) + 0.5 - height / 2];
      const square = (x * x + y * y) / (height / 2) ** 2;
      const bin = bins[Math.floor(square * 4)];
      if (!bin) return;
      bin.sum += count;
      bin.expected += (whole.data[at]! * above[Math.min(800, Math.round(100 * (-4 + 2 * square)) + 400)]!) / above[0]!;
    });
    for (const { sum, expected } of bins) expect(sum / expected).toBeCloseTo(1, 1);
    expect(bins.at(-1)!.expected / bins[0]!.expected).toBeLessThan(0.3);
  });
});

describe('the energy of the zero-loss peak', () => {
  /** The mean loss of a scan, weighted by the counts: the way in which shifts are measured. */
  function centroid(given: Bench, from: number, to: number, step: number): number {
    let [sum, weighted] = [0, 0];
    for (let loss = from; loss <= to + 1e-9; loss += step) {
      const mean = meanAt(given, loss);
      sum += mean;
      weighted += mean * loss;
    }
    return weighted / sum;
  }
  const slitIn = (given: Bench): Bench => {
    given.microscope.setSlitIn(true);
    given.microscope.setSlitWidth(10);
    return given;
  };

  test('depends on the magnification as the truth says: by a table, by doublings, and by chance', () => {
    const table = slitIn(filtered({ energyShiftsElectronvolts: { 17: -4.3 } }));
    expect(centroid(table, -21, 12, 1)).toBeCloseTo(-4.3, 1);
    const doubled = filtered({ energyShiftPerDoublingElectronvolts: 1.4, energyShiftScatterElectronvolts: 1 }, 3);
    const shifts = doubled.truth.energyFilter.shifts;
    expect(shifts.get(28)! - 1.4 * Math.log2(80000 / 2500)).not.toBeCloseTo(0, 2);
    expect(Math.abs(shifts.get(28)! - 1.4 * 5)).toBeLessThan(4);
    slitIn(doubled).microscope.setMagnification(28);
    expect(centroid(doubled, -10, 30, 1)).toBeCloseTo(shifts.get(28)!, 1);
  });

  test('has a width of its own: the slope of what a wide slit cuts off falls to 1/e there', () => {
    const given = slitIn(filtered({ zeroLossWidthElectronvolts: 1.1 }));
    const slope = (at: number): number => meanAt(given, at + 5 - 0.05) - meanAt(given, at + 5 + 0.05);
    const top = slope(0);
    expect(slope(1.1) / top).toBeCloseTo(Math.exp(-1), 1);
    expect(slope(-1.1) / top).toBeCloseTo(Math.exp(-1), 1);
  });

  test('is restored by an adjustment, and drifts', () => {
    const given = slitIn(filtered({ zeroLossOffsetElectronvolts: 3, zeroLossDriftElectronvoltsPerMinute: 0.06 }));
    given.microscope.setZeroLossAdjustment(3);
    // Thirty images of 100 s each: the peak drifts by 3 eV meanwhile, by half of it until the middle.
    expect(centroid(given, -14.5, 14.5, 1)).toBeCloseTo(1.5, 0);
    expect(take(given).record.zeroLoss).toBeCloseTo(0.001 * (given.clock.seconds + 0.25), 9);
  });

  test('settles after a change, and lags behind it', () => {
    const options = { energySettlingFraction: 0.1, energySettlingSeconds: 0.2, energyHysteresis: 0.01 };
    const given = slitIn(filtered(options));
    const { microscope, clock } = given;
    clock.seconds = 10;
    microscope.setEnergyLoss(40);
    const lossAfter = (wait: number): number =>
      microscope.expose({ camera: 0, binning: 4, exposure: 0, atTime: 10 + wait }).record.energyLoss;
    expect(lossAfter(0)).toBeCloseTo(40 - 4 - 0.4, 9);
    expect(lossAfter(0.2)).toBeCloseTo(40 - 4 * Math.exp(-1) - 0.4, 9);
    expect(lossAfter(9)).toBeCloseTo(39.6, 6);
    clock.seconds = 30;
    microscope.setEnergyLoss(0);
    expect(microscope.expose({ camera: 0, binning: 4, exposure: 0, atTime: 60 }).record.energyLoss).toBeCloseTo(0.4, 9);
  });

  test('is what a perfect calibration of its shifts would store', () => {
    const { truth } = filtered({ energyShiftsElectronvolts: { 17: -4.25, 28: 2 } });
    const of = (given: typeof truth): readonly object[] =>
      perfectRecords(given, instrument).filter(({ record }) => record === 'FilterMagShifts');
    expect(of(truth)).toEqual([
      { record: 'FilterMagShifts', magIndex: 17, energyShift: -4.25 },
      { record: 'FilterMagShifts', magIndex: 28, energyShift: 2 },
    ]);
    expect(of(filtered().truth)).toEqual([]);
    expect(of(bench({ energyShiftsElectronvolts: { 17: 1 } }).truth)).toEqual([]);
  });
});

test('the same seed gives the same bytes through the filter', () => {
  const given = filtered({
    specimen: 'film',
    inelasticThicknessNm: 80,
    zeroLossTailShare: 0.05,
    nonIsochromaticityElectronvolts: 1,
    slitEdgeElectronvolts: 0.5,
  });
  given.microscope.setSlitIn(true);
  given.microscope.setEnergyLoss(3);
  const { data } = take(given);
  const bytes = createHash('sha256').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  expect(bytes.digest('hex').slice(0, 16)).toBe('1f512dc39d4eb1e3');
});
