import { bench, still } from '../bench';

const perReadout = 1000;
const readouts = 10;
const gain = 20;

/** Mean counts of an image of ten read-outs, of which each saturates, for electrons of a pixel in all of them. */
function meanOf(electrons: number): { readonly mean: number; readonly largest: number } {
  const options = {
    contrast: 0,
    readNoiseCounts: 0,
    gainVariation: 0,
    darkLevelCounts: 0,
    readoutIntervalSeconds: 0.1,
  };
  const { microscope } = bench(
    {
      ...still,
      ...options,
      saturationCountsPerReadout: perReadout,
      electronsPerFieldPixelPerSecond: electrons * (384 / 512) ** 2,
    },
    1,
    (truth) => ({ ...truth, cameras: truth.cameras.map((camera) => ({ ...camera, gain })) }),
  );
  microscope.setMagnification(17);
  const area = { left: 128, top: 64, width: 256, height: 256 };
  const { data, record } = microscope.expose({ camera: 0, binning: 1, exposure: 0.1 * readouts, area });
  expect(record.electronsPerPixel / electrons).toBeCloseTo(1, 1);
  return {
    mean: data.reduce((total, each) => total + each, 0) / data.length / record.electronsPerPixel,
    largest: data.reduce((most, each) => Math.max(most, each), 0),
  };
}

/** Mean of what is left of a normal distribution when it is cut at the saturation of one read-out, for the sum of all of them, in counts for an electron. */
function expected(electrons: number): number {
  const mean = (electrons * gain) / readouts;
  const deviation = gain * Math.sqrt(electrons / readouts);
  let [total, weights] = [0, 0];
  for (let z = -6; z <= 6; z += 0.01) {
    const weight = Math.exp(-(z * z) / 2);
    total += weight * Math.min(perReadout, mean + z * deviation);
    weights += weight;
  }
  return ((total / weights) * readouts) / electrons;
}

test.each([200, 420, 480, 500, 520, 600])(
  'ten read-outs of %i electrons are clipped one by one, before they are summed',
  (electrons) => {
    const { mean, largest } = meanOf(electrons);
    expect(mean / expected(electrons)).toBeCloseTo(1, 2);
    expect(largest).toBeLessThanOrEqual(perReadout * readouts);
    // At the limit the sum is well below what it would be if it were clipped as a whole.
    if (electrons === 500) expect(mean).toBeLessThan(0.96 * gain);
  },
);
