import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  cameraIndex,
  imageShiftUnits,
  magIndex,
  matrix,
  nanometres,
  seconds,
  type ImageShiftUnits,
  type Vector,
  vector,
} from '../../../core/base';
import { BufferControl, type BufferParts } from '../../../core/buffers';
import { type ImageContext, RollingBuffers } from '../../../core/kernel';
import { FiledUserSettings, SettingsFile } from '../../../core/user-settings';
import { image } from '../../../imaging';

const side = 256;
/** A scene of soft blobs, made without the program's numerics: bright spots at places drawn from a congruence. */
const scene = (() => {
  const size = 2 * side;
  const pixels = new Float64Array(size * size).fill(200);
  let random = 77;
  const next = (below: number): number => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return (random >>> 9) % below;
  };
  for (let spot = 0; spot < 1500; spot++) {
    const [row, column, height] = [next(size), next(size), 40 + next(200)];
    for (let y = -4; y <= 4; y++)
      for (let x = -4; x <= 4; x++) {
        const at = ((row + y + size) % size) * size + ((column + x + size) % size);
        pixels[at] = pixels[at]! + height * Math.max(0, 1 - (x * x + y * y) / 18);
      }
  }
  return (right: number, down: number, noise = 3) =>
    image(
      Uint16Array.from({ length: side * side }, (_, at) => {
        const [row, column] = [Math.floor(at / side) + down + 100, (at % side) + right + 100];
        return pixels[row * size + column]! + next(noise);
      }),
      side,
      side,
    );
})();

const exposure = {
  binning: 2,
  area: { left: 0, top: 0, right: 2 * side, bottom: 2 * side },
  exposure: seconds(0.5),
  driftSettling: seconds(0),
  processing: 'gain normalized' as const,
  readMode: 'linear' as const,
};
const context: ImageContext = {
  magIndex: magIndex(20),
  magnification: 20000,
  pixelSize: nanometres(1),
  title: 'Trial',
};
const frame = (picture: ReturnType<typeof scene>, camera = 0) => ({
  image: picture,
  exposure,
  camera: cameraIndex(camera),
  began: seconds(0),
});

/** A column whose image moves by 100 unbinned pixels for one unit of image shift, turned by a quarter. */
async function bench({ lowDose = false }: { readonly lowDose?: boolean } = {}) {
  const file = await SettingsFile.open({
    path: path.join(mkdtempSync(path.join(tmpdir(), 'buffers-')), 'settings.txt'),
  });
  const userSettings = new FiledUserSettings(file);
  const buffers = new RollingBuffers();
  const column = { shift: vector(imageShiftUnits(0.5), imageShiftUnits(0)), mag: 20, reach: 10, writes: 0 };
  const parts: BufferParts = {
    buffers,
    userSettings,
    lowDose: () => ({ on: lowDose }),
    column: {
      magIndex: () => Promise.resolve(magIndex(column.mag)),
      optics: {
        at: ({ magIndex: at }) =>
          ({ imageShiftToCamera: at === 20 ? { matrix: matrix(0, -100, 100, 0) } : undefined }) as never,
        canTransferImageShift: (_from, to) => to === 21,
        transferImageShift: (value) => ({ x: value.x / 2, y: value.y / 2 }) as never,
      },
      imageShift: {
        net: { read: () => Promise.resolve(column.shift) } as never,
        write: (value: Vector<ImageShiftUnits>) => {
          if (Math.abs(value.x) > column.reach || Math.abs(value.y) > column.reach)
            return Promise.reject(Object.assign(new Error('too far'), { code: 'image-shift/out-of-range' }));
          column.shift = value;
          column.writes++;
          return Promise.resolve(magIndex(column.mag));
        },
      },
    },
  };
  return { buffers, userSettings, column, work: new BufferControl(parts) };
}

describe('the letters of the usual rules', () => {
  test('follow the number of buffers that roll', async () => {
    const { work, userSettings, buffers } = await bench();
    expect([work.alignmentBuffer, work.readingBuffer]).toEqual(['D', 'D']);
    await userSettings.set('BuffersToRollOnAcquire', 1);
    expect([work.alignmentBuffer, work.readingBuffer, buffers.rollCount]).toEqual(['C', 'D', 1]);
    await userSettings.set('BuffersToRollOnAcquire', 13);
    await userSettings.set('BufferToReadInto', 21);
    expect([work.alignmentBuffer, work.readingBuffer]).toEqual(['O', 'V']);
  });

  test('leave one buffer more in Low Dose for what is not of Record, and read into the next one', async () => {
    const { work, userSettings, buffers } = await bench({ lowDose: true });
    await userSettings.set('BuffersToRollOnAcquire', 1);
    buffers.add(frame(scene(0, 0)), { ...context, parameterSet: 'Trial' });
    expect([work.alignmentBuffer, work.readingBuffer]).toEqual(['D', 'E']);
    for (const parameterSet of ['Record', 'Preview']) {
      buffers.add(frame(scene(0, 0)), { ...context, parameterSet });
      expect(work.alignmentBuffer).toBe('C');
    }
    buffers.add(frame(scene(0, 0)), { ...context, parameterSet: 'Trial', kind: 'read from file' });
    expect(work.alignmentBuffer).toBe('C');
    await userSettings.set('BufferToReadInto', 6);
    expect(work.readingBuffer).toBe('G');
  });
});

describe('aligning', () => {
  /** A moved so that its detail has to go 7 pixels to the right and 4 up to stand as in M. */
  async function moved() {
    const made = await bench();
    made.buffers.put('M', frame(scene(0, 0)), context);
    made.buffers.add(frame(scene(7, -4)), context);
    return made;
  }

  test('measures the shift, notes it in A, and moves the image by image shift the opposite way', async () => {
    const { work, buffers, column } = await moved();
    const found = await work.align({ buffer: 'M' });
    expect(found.shift.x).toBeCloseTo(7, 1);
    expect(found.shift.y).toBeCloseTo(4, 1);
    expect(found.unbinned.x).toBeCloseTo(14, 0);
    expect(found.onSpecimen!.x).toBeCloseTo(0.007, 3);
    expect(buffers.get('A')!.alignment).toEqual(found.shift);
    // 14 and 8 unbinned pixels: the matrix turns units into pixels by a quarter, so that (0.08, -0.14) units make them.
    expect(column.shift.x).toBeCloseTo(0.5 - 0.08, 2);
    expect(column.shift.y).toBeCloseTo(0.14, 2);
    await work.clearAlignment();
    expect(column.shift.x).toBeCloseTo(0.5, 9);
    expect(buffers.get('A')!.alignment).toEqual({ x: 0, y: 0 });
    await work.clearAlignment();
    expect(column.shift.x).toBeCloseTo(0.5, 9);
  });

  test('under a lattice finds the shift only with what repeats left out, as the user setting says', async () => {
    const { work, buffers, userSettings } = await bench();
    /** A scene under a lattice that moves with it. */
    const latticed = (right: number, down: number) => {
      const { data } = scene(right, down);
      const wave = (at: number, period: number): number => 180 * Math.cos((2 * Math.PI * at) / period);
      return image(
        Uint16Array.from(data, (value, at) =>
          Math.round(value / 12 + 600 + wave((at % side) + right, 12.5) + wave(Math.floor(at / side) + down, 11)),
        ),
        side,
        side,
      );
    };
    buffers.put('M', frame(latticed(0, 0)), context);
    buffers.add(frame(latticed(27, -19)), context);
    const options = { buffer: 'M', leaveColumn: true };
    await expect(work.align(options)).rejects.toMatchObject({ code: 'buffers/repeating' });
    await userSettings.set('ErasePeriodicPeaks', true);
    const { shift } = await work.align(options);
    expect([shift.x, shift.y]).toEqual([expect.closeTo(27, 0), expect.closeTo(19, 0)]);
  });

  test('at a high defocus takes image shift to act as it does there', async () => {
    const { work, buffers, column } = await moved();
    const { frame: picture, context: state } = buffers.get('A')!;
    const ofImage = { scale: 1, rotation: 0, confidence: 2 as const };
    buffers.replace(picture, {
      ...state,
      highDefocus: { ofImage, ofImageShift: { ...ofImage, scale: 0.5, rotation: 90 } },
    });
    await work.align({ buffer: 'M' });
    // Half the effect, so twice the shift; a quarter counter-clockwise more takes the quarter of the matrix to a half turn.
    expect(column.shift.x).toBeCloseTo(0.5 + 0.28, 2);
    expect(column.shift.y).toBeCloseTo(0.16, 2);
    await work.clearAlignment();
    expect(column.shift.x).toBeCloseTo(0.5, 9);
  });

  test('leaves the column as it is where that is asked for, and takes the unit of another magnification', async () => {
    const { work, buffers, column } = await moved();
    const found = await work.align({ buffer: 'M', leaveColumn: true });
    expect([found.imageShiftChange, column.writes]).toEqual([undefined, 0]);
    expect(buffers.get('A')!.alignment.x).toBeCloseTo(7, 1);
    column.mag = 21;
    await work.align({ buffer: 'M' });
    expect(column.shift.y).toBeCloseTo(0.07, 2);
    column.mag = 30;
    await expect(work.align({ buffer: 'M' })).rejects.toMatchObject({ code: 'buffers/no-matrix' });
    expect(column.writes).toBe(1);
  });

  test('compares images of other binnings and areas at the part that both show', async () => {
    const { work, buffers } = await bench();
    buffers.put('M', frame(scene(0, 0)), context);
    // The right three quarters of the camera at the same binning.
    const part = scene(7, -4).lo(0, 64).hi(side, 192);
    const area = { left: 128, top: 0, right: 2 * side, bottom: 2 * side };
    buffers.add({ ...frame(part), exposure: { ...exposure, area } }, context);
    const { shift } = await work.align({ buffer: 'M', leaveColumn: true });
    expect([shift.x, shift.y]).toEqual([expect.closeTo(7, 1), expect.closeTo(4, 1)]);
    const whole = scene(0, 0);
    const sums = Uint16Array.from({ length: 128 * 128 }, (_, at) => {
      const [row, column] = [2 * Math.floor(at / 128), 2 * (at % 128)];
      return (
        whole.get(row, column) +
        whole.get(row, column + 1) +
        whole.get(row + 1, column) +
        whole.get(row + 1, column + 1)
      );
    });
    const half = image(sums, 128, 128);
    buffers.put('N', { ...frame(half), exposure: { ...exposure, binning: 4 } }, context);
    const coarse = await work.align({ buffer: 'N', leaveColumn: true });
    expect([coarse.shift.x, coarse.shift.y]).toEqual([expect.closeTo(7, 0), expect.closeTo(4, 0)]);
  });

  test('is refused, and nothing moves, where the images have nothing to do with each other', async () => {
    const { work, buffers, column } = await moved();
    buffers.put('N', frame(scene(0, 0), 1), context);
    buffers.put('O', frame(scene(0, 0)), { ...context, magIndex: magIndex(21) });
    buffers.put('P', { ...frame(scene(0, 0)), exposure: { ...exposure, binning: 3 } }, context);
    const elsewhere = { left: 480, top: 0, right: 992, bottom: 512 };
    buffers.put('Q', { ...frame(scene(0, 0)), exposure: { ...exposure, area: elsewhere } }, context);
    for (const buffer of ['N', 'O', 'P', 'Q'])
      await expect(work.align({ buffer })).rejects.toMatchObject({ code: 'buffers/not-comparable' });
    let random = 5;
    const noise = Uint16Array.from({ length: side * side }, () => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return 200 + ((random >>> 8) % 100);
    });
    buffers.put('R', frame(image(noise, side, side)), context);
    await expect(work.align({ buffer: 'R' })).rejects.toMatchObject({ code: 'buffers/doubtful-alignment' });
    await expect(work.align({ buffer: 'S' })).rejects.toMatchObject({ code: 'buffers/empty' });
    await expect(work.align({ buffer: 'M', limit: 0.005 })).rejects.toMatchObject({ code: 'buffers/too-far' });
    column.reach = 0.1;
    await expect(work.align({ buffer: 'M' })).rejects.toMatchObject({ code: 'image-shift/out-of-range' });
    expect([column.writes, buffers.get('A')!.alignment]).toEqual([0, { x: 0, y: 0 }]);
  });
});

test('copying takes everything along; what is empty or does not exist is said', async () => {
  const { work, buffers } = await bench();
  buffers.add(frame(scene(0, 0)), context);
  buffers.align('A', vector(1, 2));
  expect(work.copy('A', 'V')).toMatchObject({ buffer: 'V', context, alignment: { x: 1, y: 2 } });
  expect(() => work.copy('B', 'C')).toThrow(expect.objectContaining({ code: 'buffers/empty' }) as Error);
  expect(() => work.copy('A', 'Z')).toThrow(expect.objectContaining({ code: 'buffers/no-such-buffer' }) as Error);
});

test('an image is saved, and read into the buffer for reading', async () => {
  const { work, buffers } = await bench();
  buffers.add(frame(scene(0, 0)), context);
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'buffers-')), 'a.mrc');
  expect(await work.save('A', file)).toEqual({ path: file, section: 0 });
  expect(await work.read(file)).toMatchObject({ buffer: 'D', context: { magIndex: 20, title: 'Trial' } });
  expect((await work.read(file, { buffer: 'K' })).buffer).toBe('K');
  writeFileSync(file, 'nothing');
  await expect(work.read(file)).rejects.toMatchObject({ code: 'image-file/unreadable' });
  expect(() => work.save('T', file)).toThrow(expect.objectContaining({ code: 'buffers/empty' }) as Error);
});

describe('an unsaved Record image', () => {
  const record = { ...context, parameterSet: 'Record', takenAt: new Date(1e12) };
  const fill = async () => {
    const made = await bench();
    await made.userSettings.set('BuffersToRollOnAcquire', 1);
    return made;
  };

  test('is at risk where it would roll out of the buffers or be written over, and nowhere else', async () => {
    const { work, buffers } = await fill();
    buffers.add(frame(scene(0, 0)), record);
    expect(work.atRisk()).toBeUndefined();
    buffers.add(frame(scene(1, 0)), context);
    expect(work.atRisk()?.buffer).toBe('B');
    expect([work.atRisk('B')?.buffer, work.atRisk('C')]).toEqual(['B', undefined]);
    expect(() => work.protect(undefined)).toThrow(expect.objectContaining({ code: 'buffers/unsaved-record' }) as Error);
    expect(() => work.protect(undefined, true)).not.toThrow();
    // A copy in a buffer that does not roll keeps it.
    work.copy('B', 'M');
    expect([work.atRisk(), work.atRisk('M')]).toEqual([undefined, undefined]);
    work.copy('A', 'M');
    expect(work.atRisk()?.buffer).toBe('B');
  });

  test('is distinguished from another image of the same second by its pixels', async () => {
    const { work, buffers } = await fill();
    buffers.put('M', frame(scene(1, 0)), { ...record, parameterSet: 'Trial' });
    const picture = scene(0, 0);
    buffers.add(frame(picture), record);
    expect(work.atRisk('A')?.buffer).toBe('A');
    // Another program has read the same image from two files.
    buffers.put('M', frame(picture), record);
    expect(work.atRisk('A')).toBeUndefined();
  });

  test('is not at risk once it is saved, wherever it stands', async () => {
    const { work, buffers } = await fill();
    buffers.add(frame(scene(0, 0)), record);
    work.copy('A', 'M');
    const folder = mkdtempSync(path.join(tmpdir(), 'buffers-'));
    await work.save('M', path.join(folder, 'kept.mrc'));
    buffers.add(frame(scene(1, 0)), context);
    work.copy('A', 'M');
    expect([work.atRisk(), buffers.get('B')!.context.saved]).toEqual([undefined, true]);
  });

  test('a live image, other sets and images of files are nobody’s to keep, and a user may switch the question off', async () => {
    const { work, buffers, userSettings } = await fill();
    for (const state of [{ ...record, live: true }, { ...record, kind: 'read from file' as const }, context]) {
      buffers.put('B', frame(scene(0, 0)), state);
      expect(work.atRisk()).toBeUndefined();
    }
    buffers.put('B', frame(scene(0, 0)), record);
    // The next image takes the place of a live one, and nothing rolls.
    buffers.put('A', frame(scene(2, 0)), { ...context, live: true });
    expect(work.atRisk()).toBeUndefined();
    buffers.put('A', frame(scene(2, 0)), context);
    expect(work.atRisk()?.buffer).toBe('B');
    await userSettings.set('ProtectRecordImages', false);
    expect(work.atRisk()).toBeUndefined();
  });
});
