import { EucentricError } from '../../../../core/base';
import { Settings } from '../../../../core/settings';
import { type ImageContext, type ImageKind, ImageBuffers, ScriptedOperator } from '../../../../core/kernel';
import { targetSize, latticeSpecimen } from '../../../../plugins/calibrations/pixel-size/lattice/lattice-specimen';
import { normalizedErrors, rms } from '../../../../statistics/harness/pooling';
import { type Measured, rowsOf } from '../../../../statistics/harness/table';
import { cameraOf, coarseCamera } from '../../../../statistics/support/small-camera';
import gratings from '../../../../statistics/tables/pixel-size/find-pixel-size';
import specimens from '../../../../statistics/tables/pixel-size/find-pixel-size-specimens';
import { runItem } from '../../../support/virtual-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { gratingInstrument, quarterTurnsApart, takeImage } from '../../../../statistics/support/grating-instrument';

/** Images of 360 by 256 pixels of the same field show what larger ones show; the long statistics take those of the whole camera. */
const camera = coarseCamera(4);

type Instrument = Awaited<ReturnType<typeof gratingInstrument>>;
const submenu = 'calibrations/pixel-size';
const find = `${submenu}/find-pixel-size`;
const again = `${submenu}/try-again-with-marker`;

describeMenuItem(find, {
  magIndex: 9,
  edit: cameraOf(512),
  simulator: { specimen: 'cross-grating' },
  sample: 2,
  // A run is as long as its image is large.
  prepare: async (instrument) => {
    await runItem(instrument, `${submenu}/set-binned-size`, { 'binned-size': '128' });
    await takeImage(instrument);
  },
});

/** The long statistics measure the same with 200 seeds. */
test('the pixel size of a grating is found within 0.1 %, and the angle within 0.1 degree, for 3 truths', async () => {
  const all: Measured[] = [];
  for (const seed of [1, 2, 3]) all.push(await gratings.measure(seed, '', camera));
  expect(all.map(({ verdict, faults }) => ({ verdict, faults }))).toEqual(
    all.map(() => ({ verdict: 'the lattice', faults: [] })),
  );
  // The standard errors are honest: the scatter is what they say.
  const spread = rms(normalizedErrors(all, ['size']));
  expect(spread).toBeLessThan(2);
  expect(spread).toBeGreaterThan(0.3);
});

/** Puts an image into A that is said to be of a kind. */
function relabel(instrument: Instrument, kind: ImageKind): void {
  const buffers = instrument.kernel.registry.get(ImageBuffers);
  const { frame, context } = buffers.get('A')!;
  buffers.add(frame, { ...context, kind });
}

/** Coordinates of a mark on the autocorrelation in A that lies at a place relative to its centre. */
async function markAt(instrument: Instrument, x: number, y: number) {
  const [rows = 0, columns = 0] = instrument.kernel.registry.get(ImageBuffers).get('A')!.frame.image.shape;
  const said: string[] = [];
  const port = Object.assign(
    new ScriptedOperator(
      {},
      { defaults: true, marks: [{ from: { x: columns / 2 + 0.5 + x, y: rows / 2 + 0.5 + y } }] },
    ),
    { log: (text: string) => void said.push(text) },
  );
  const result = await instrument.runner.run(again, { port });
  return { result: result!, said };
}

const numbers = (values: Readonly<Record<string, unknown>>) =>
  values as { pixelSize: number; gridAngle: number; spacings: number[]; stored: boolean };
const entry = (instrument: Instrument, id: string) => instrument.session.menu().find((each) => each.id === id)!;

describe('the items for an image in A', () => {
  let instrument: Instrument;
  /** Values that were found in the image that the markers are set in. */
  let automatic: ReturnType<typeof numbers>;
  beforeAll(async () => {
    instrument = await gratingInstrument({ specimenAngleDegrees: 20 }, { edit: coarseCamera(2) });
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test('are disabled without one, and the reason says what to do', () => {
    expect(entry(instrument, find)).toMatchObject({
      enabled: false,
      reason: expect.stringContaining('take one of a grating') as string,
    });
    expect(entry(instrument, again)).toMatchObject({
      enabled: false,
      reason: expect.stringContaining('Find Pixel Size') as string,
    });
    expect(entry(instrument, `${submenu}/add-n90-to-a-rotation`).enabled).toBe(false);
  });

  test('are enabled for images as they come from the camera, and not for others', async () => {
    await takeImage(instrument);
    expect(entry(instrument, find).enabled).toBe(true);
    for (const kind of ['processed', 'Fourier transform', 'montage centre'] as const) {
      relabel(instrument, kind);
      expect({ kind, enabled: entry(instrument, find).enabled }).toEqual({ kind, enabled: false });
    }
    relabel(instrument, 'montage overview');
    relabel(instrument, 'montage centre');
    expect(entry(instrument, find).enabled).toBe(true);
  });

  test('keep what was found, show the autocorrelation and leave the image in B', async () => {
    // A run is as long as its image is large.
    await runItem(instrument, `${submenu}/set-binned-size`, { 'binned-size': '128' });
    await takeImage(instrument);
    const { result, said } = await runItem(instrument, find);
    const buffers = instrument.kernel.registry.get(ImageBuffers);
    const { context, frame } = buffers.get('A')!;
    expect(context).toMatchObject({ kind: 'processed', title: 'Autocorrelation' } satisfies Partial<ImageContext>);
    expect(buffers.get('B')!.context.kind).toBeUndefined();
    const [rows = 0, columns = 0] = frame.image.shape;
    expect(frame.image.get(rows / 2, columns / 2)).toBe(32000);
    // The marked peak is as far from the centre as the lines are from each other.
    const { x, y } = context.marker!;
    automatic = numbers(result!.values);
    const { spacings, pixelSize, gridAngle } = automatic;
    const binning = frame.exposure.binning / buffers.get('B')!.frame.exposure.binning;
    expect(Math.abs((binning * Math.hypot(x - columns / 2 - 0.5, y - rows / 2 - 0.5)) / spacings[0]! - 1)).toBeLessThan(
      0.03,
    );
    expect(instrument.calibrations.shortTerm('FoundPixelSize').all()).toEqual([
      expect.objectContaining({
        camera: 0,
        magIndex: 12,
        addedRotation: 0,
        pixelSize: expect.closeTo(pixelSize, 4) as number,
        gridAngle: expect.closeTo(gridAngle, 3) as number,
      }),
    ]);
    expect(said).toContainEqual(expect.stringMatching(/^12 {2}\d\.\d+ {2}660$/));
  });

  test('find the same from any marked neighbour, and say what a marked diagonal is', async () => {
    const { marker } = instrument.kernel.registry.get(ImageBuffers).get('A')!.context;
    const [rows = 0, columns = 0] = instrument.kernel.registry.get(ImageBuffers).get('A')!.frame.image.shape;
    const near = { x: marker!.x - columns / 2 - 0.5, y: marker!.y - rows / 2 - 0.5 };
    for (const [x, y] of [
      [near.x, near.y],
      [-near.x, -near.y],
      [near.y + 2, -near.x - 2],
      [-near.y, near.x],
    ] as const) {
      const marked = numbers((await markAt(instrument, x, y)).result.values);
      expect(marked.pixelSize / automatic.pixelSize).toBeCloseTo(1, 4);
      expect(quarterTurnsApart(marked.gridAngle, automatic.gridAngle)).toBeLessThan(0.01);
    }
    const { result: diagonal, said } = await markAt(instrument, near.x + near.y, near.y - near.x);
    const wrong = numbers(diagonal.values);
    expect(wrong.pixelSize / automatic.pixelSize).toBeCloseTo(Math.SQRT1_2, 2);
    expect(quarterTurnsApart(wrong.gridAngle, automatic.gridAngle + 45)).toBeLessThan(1);
    expect(diagonal.quality!.verdict).toBe('doubtful');
    expect(wrong.stored).toBe(false);
    expect(said.some((line) => line.startsWith('DOUBTFUL'))).toBe(true);
  });

  test('find the same spacings at any binned size', async () => {
    const spacings: number[] = [];
    for (const size of ['256', '192']) {
      await runItem(instrument, `${submenu}/set-binned-size`, { 'binned-size': size });
      await takeImage(instrument);
      const { result, said } = await runItem(instrument, find);
      expect(said[0]).toContain(`${size} pixels, as set`);
      spacings.push(numbers(result!.values).spacings[0]!);
    }
    expect(Math.abs(spacings[1]! / spacings[0]! - 1)).toBeLessThan(0.002);
    for (const senseless of ['-5', '3000'])
      await expect(
        runItem(instrument, `${submenu}/set-binned-size`, { 'binned-size': senseless }),
      ).rejects.toMatchObject({ code: 'run/bad-answer' });
    expect((await runItem(instrument, `${submenu}/set-binned-size`, { 'binned-size': '2048' })).result!.values).toEqual(
      { binnedSize: 2048 },
    );
    await runItem(instrument, `${submenu}/set-binned-size`, { 'binned-size': '0' });
  });

  test('refuse a mesh below zero', async () => {
    const failure = await runItem(instrument, `${submenu}/mesh-for-grid-bars`, { mesh: '-1' }).catch(
      (error: unknown) => error,
    );
    expect((failure as EucentricError).code).toBe('run/bad-answer');
  });
});

/** The long statistics measure the same with 20 seeds. */
test.each(rowsOf(specimens))('the pixel size of %s is right, or called doubtful', async (row) => {
  expect((await specimens.measure(1, row, camera)).faults).toEqual([]);
});

test('the size that images are binned to follows from the expected number of repeats', async () => {
  await using instrument = await gratingInstrument({});
  const settings = instrument.kernel.registry.get(Settings);
  const grating = latticeSpecimen(settings, { targetSize: 0, catalase: false });
  expect(grating.first).toBeCloseTo(462.963, 3);
  const sizeFor = (repeats: number): number =>
    targetSize(
      grating,
      { targetSize: 0, catalase: false },
      { pixelNanometres: (repeats * grating.first) / 1000, shorterSide: 1000 },
    ).size;
  expect([2.5, 3.5, 5.5, 8.5, 12.5, 125.5, 170.5].map(sizeFor)).toEqual([256, 384, 512, 768, 1024, 1536, 2048]);
  expect(
    targetSize(grating, { targetSize: 0, catalase: false }, { pixelNanometres: undefined, shorterSide: 1000 }).size,
  ).toBe(512);
  settings.set('GridMeshSize', 400);
  // Grid bars take precedence over catalase.
  expect(latticeSpecimen(settings, { targetSize: 0, catalase: true })).toMatchObject({
    name: 'grid bars',
    first: 63_500,
  });
});
