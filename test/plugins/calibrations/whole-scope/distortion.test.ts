import { readFileSync } from 'node:fs';
import path from 'node:path';
import { imageShiftUnits, inMicrometres, magIndex as asMagIndex, vector } from '../../../../core/base';
import { Cameras, Stage } from '../../../../core/devices';
import { readIntoBuffer } from '../../../../core/image-files';
import { RollingBuffers } from '../../../../core/kernel';
import { ImageShiftControl } from '../../../../core/optics';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, trueImageShift, trueStage, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/distortion';
const magIndex = asMagIndex(22);
const given = { magIndex: 22, edit: cameraOf(768), simulator: { specimen: 'film' } };
/** A stage that always stops where it is sent, so that each run takes as many pairs. */
const exact = {
  ...given,
  simulator: { ...given.simulator, stageRepeatabilityNm: 0, stageBacklashMicrometres: 0, stageCycleError: [0, 0] },
};
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

const calibrateStage = ({ kernel, calibrations }: Instrument, change = 1): void => {
  const { xpx, xpy, ypx, ypy } = trueStage({ kernel, calibrations } as Instrument, 22);
  const camera = kernel.registry.get(Cameras).selected.traits.index;
  calibrations.stage.set(magIndex, camera, {
    xpx: change * xpx,
    xpy: change * xpy,
    ypx: change * ypx,
    ypy: change * ypy,
  });
};
const positionOf = async ({ kernel }: Instrument) => {
  const { x, y } = await kernel.registry.get(Stage).position.read();
  return { x: inMicrometres(x), y: inMicrometres(y) };
};

describeMenuItem(id, { ...exact, sample: 1, prepare: (instrument) => calibrateStage(instrument) });

/** Both images of a file. */
async function pairIn(file: string) {
  const buffers = new RollingBuffers(() => {});
  const read = async (section: number) => (await readIntoBuffer(buffers, file, section)).frame.image;
  return [await read(0), await read(1)] as const;
}

/** Pearson's coefficient of two images where the second lies to the right of and above the first by a shift. */
function agreement(
  [first, second]: Awaited<ReturnType<typeof pairIn>>,
  shift: { readonly x: number; readonly y: number },
): number {
  const [rows, columns] = first.shape as [number, number];
  const [dx, dy] = [Math.round(shift.x), -Math.round(shift.y)];
  const pairs: (readonly [number, number])[] = [];
  for (let row = 0; row < rows; row += 3)
    for (let column = 0; column < columns; column += 3) {
      const [there, beside] = [row + dy, column + dx];
      if (there < 0 || there >= rows || beside < 0 || beside >= columns) continue;
      pairs.push([first.data[there * columns + beside]!, second.data[row * columns + column]!]);
    }
  const mean = (at: 0 | 1): number => pairs.reduce((sum, each) => sum + each[at], 0) / pairs.length;
  const [a, b] = [mean(0), mean(1)];
  const product = (f: (one: readonly [number, number]) => number): number =>
    pairs.reduce((sum, each) => sum + f(each), 0);
  return (
    product(([x, y]) => (x - a) * (y - b)) /
    Math.sqrt(product(([x]) => (x - a) ** 2) * product(([, y]) => (y - b) ** 2))
  );
}

test.each([
  [0, 1, 0],
  [3, -1, 1],
  [6, 0, -1],
])('in direction %d the second image shows what lies there, and the stage comes back', async (direction, right, up) => {
  await using instrument = await virtualInstrument(given);
  calibrateStage(instrument);
  const before = await positionOf(instrument);
  const { result } = await runItem(instrument, id, { direction: String(direction) });
  const { shift, file, trials } = result!.values as unknown as {
    shift: { x: number; y: number };
    file: string;
    trials: number;
  };
  const images = await pairIn(file);
  const size = images[0].shape[0]!;
  const [most, least] = right !== 0 && up !== 0 ? [0.35, 0.25] : [0.52, 0.4];
  for (const [value, sign] of [
    [shift.x, right],
    [shift.y, up],
  ] as const)
    if (sign === 0) expect(Math.abs(value)).toBeLessThan(0.06 * size);
    else {
      expect(value * sign).toBeGreaterThan(least * size);
      expect(value * sign).toBeLessThan(most * size);
    }
  expect(agreement(images, shift)).toBeGreaterThan(0.5);
  expect(agreement(images, { x: -shift.x, y: -shift.y })).toBeLessThan(0.2);
  // A stage that stops within a twentieth of the field takes half of them at the first trial.
  expect(trials).toBeLessThanOrEqual(8);
  const after = await positionOf(instrument);
  expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(0.5);
  expect(path.basename(file)).toBe('distortion-pairs.mrc');
  expect(readFileSync(`${file}.mdoc`, 'utf8')).toContain('StagePosition');
});

test.each([0.8])('a calibration of the stage that is off by a factor of %d costs a few trials', async (change) => {
  await using instrument = await virtualInstrument(exact);
  calibrateStage(instrument, change);
  const { result } = await runItem(instrument, id, { direction: '0' });
  expect(result!.values['trials']).toBeGreaterThan(1);
  expect(result!.values['trials']).toBeLessThanOrEqual(4);
});

test('image shift is set to zero where the operator wants it, with the stage at the same place, and comes back', async () => {
  await using instrument = await virtualInstrument(given);
  calibrateStage(instrument);
  instrument.calibrations.imageShift.set(
    magIndex,
    instrument.kernel.registry.get(Cameras).selected.traits.index,
    trueImageShift(instrument, 22),
  );
  const { net } = instrument.kernel.registry.get(ImageShiftControl);
  const shift = vector(imageShiftUnits(0.8), imageShiftUnits(-0.3));
  await net.write(shift);
  await expect(runItem(instrument, id, { 'image-shift': 'cancel' })).rejects.toMatchObject({
    code: 'distortion/cancelled',
  });
  const before = await positionOf(instrument);
  await runItem(instrument, id, { 'image-shift': 'reset' });
  const after = await positionOf(instrument);
  expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(0.5);
  expect((await net.read()).x).toBeCloseTo(0.8, 2);
});

test('it is refused where nothing can be aligned', async () => {
  await using bare = await virtualInstrument({ ...given, simulator: { specimen: 'empty' } });
  calibrateStage(bare);
  await expect(runItem(bare, id)).rejects.toMatchObject({
    code: expect.stringMatching(/distortion\/not-aligned|calibration\//) as string,
  });
});
