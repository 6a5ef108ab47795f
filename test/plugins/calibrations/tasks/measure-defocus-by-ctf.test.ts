import { type Chart, type ImagePlot, micrometres } from '../../../../core/base';
import { ObjectiveStigmator, Scope } from '../../../../core/devices';
import { ringCamera } from '../../../../statistics/support/small-camera';
import { drawnColumn, fluxFor, trueWave } from '../../../../statistics/support/tuning/tuning-world';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const { build } = require('../../../../scripts/build') as { build: () => number };
// The thread of the fits runs compiled.
build();

const id = 'calibrations/tasks/measure-defocus-by-ctf';
/** Images of 256 pixels, with the information of larger ones by their dose. */
const world = (seed: number, more: Readonly<Record<string, unknown>> = {}) => ({
  magIndex: 26,
  simulator: {
    ...drawnColumn(seed),
    // The lens of the site is that of the column, and where the lenses stand is where they were set: the truth of the test says no more.
    sphericalAberrationMillimetres: 2.5,
    defocusHysteresisNm: 0,
    objectiveStigmatorHysteresis: 0,
    electronsPerFieldPixelPerSecond: fluxFor(60, 256),
    ...more,
  },
  edit: ringCamera,
});
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;
const focus = (instrument: Instrument) => instrument.kernel.registry.get(Scope).defocus.write(micrometres(-2.4));

describeMenuItem(id, { ...world(1), prepare: focus, sample: 3, inLowDose: true });

test('finds defocus and astigmatism of the wave, with errors that hold', async () => {
  await using instrument = await virtualInstrument(world(2));
  await focus(instrument);
  await instrument.kernel.registry.get(ObjectiveStigmator).objectiveStigmator.write({ x: 0.01, y: -0.012 });
  const truth = trueWave(instrument);
  const { result } = await runItem(instrument, id);
  const { defocus, astigmatism, angle } = result!.values as { defocus: number; astigmatism: number; angle: number };
  const errors = result!.standardErrors as { defocus: number; astigmatism: number };
  expect(Math.abs(defocus - truth.defocus)).toBeLessThan(4 * errors.defocus);
  // The larger underfocus lies where the astigmatism of the wave is negative.
  const turn = (2 * angle * Math.PI) / 180;
  const [x, y] = [-0.5 * astigmatism * Math.cos(turn), -0.5 * astigmatism * Math.sin(turn)];
  expect(Math.hypot(x - truth.astigmatism.x, y - truth.astigmatism.y)).toBeLessThan(4 * errors.astigmatism);

  const [image, chart] = result!.plots as [ImagePlot, Chart];
  expect(image.tiles[0]!.overlays.length).toBeGreaterThan(2);
  expect(image.tiles[0]).not.toHaveProperty('pixels');
  expect(chart.series.map(({ name }) => name)).toEqual(['fit', 'image']);
});

test('refuses a field without rings, with the gain that they have', async () => {
  await using instrument = await virtualInstrument(world(1, { specimen: 'empty' }));
  const run = runItem(instrument, id);
  await expect(run).rejects.toMatchObject({
    code: 'ctf-images/no-fit',
    message: expect.stringContaining('nats') as string,
  });
  expect(await instrument.history.list()).toEqual([]);
});
