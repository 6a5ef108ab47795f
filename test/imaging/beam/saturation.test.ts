import { ImageAcquisition, takeImage } from '../../../core/acquisition';
import { image, saturationOf } from '../../../imaging';
import { randomNumbers, virtualInstrument } from '../../support/virtual-instrument';

const next = randomNumbers(3);
const make = (count: () => number) => image(Uint16Array.from({ length: 300 * 200 }, count), 200, 300);

test('many pixels at one highest count are saturation, at whatever count a camera is full', () => {
  for (const ceiling of [65535, 32767, 16383]) {
    const found = saturationOf(make(() => Math.min(ceiling, ceiling * (0.5 + 0.6 * next()))))!;
    expect(found.ceiling).toBe(ceiling);
    expect(found.share).toBeCloseTo(1 / 6, 1);
  }
});

test('bright, dim, counted and constant images are not', () => {
  expect(saturationOf(make(() => 30000 + 5000 * next()))).toBeUndefined();
  expect(saturationOf(make(() => Math.floor(4 * next())))).toBeUndefined();
  expect(saturationOf(make(() => 0))).toBeUndefined();
  expect(saturationOf(make(() => 1200))).toBeUndefined();
});

test.each([
  [400, false],
  [20_000, true],
])(
  'an image with %i electrons in a pixel and second is reported as saturated: %s',
  async (electronsPerFieldPixelPerSecond, saturated) => {
    await using instrument = await virtualInstrument({
      configuration: `${__dirname}/../../../config/talos-ceta.yaml`,
      simulator: { electronsPerFieldPixelPerSecond, saturationCounts: 2000 },
    });
    expect(instrument.session.find(ImageAcquisition)).toBeDefined();
    const { context } = (await takeImage(instrument.session, 'Record'))!;
    expect(context.saturated !== undefined).toBe(saturated);
    expect(instrument.lines.some((line) => /saturated, at \d+ counts.*spread the beam/.test(line))).toBe(saturated);
  },
);
