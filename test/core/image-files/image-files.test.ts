import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  cameraIndex,
  magIndex,
  metres,
  nanometres,
  radians,
  seconds,
  vector,
  imageShiftUnits,
} from '../../../core/base';
import {
  decodeMrc,
  decodeTiff,
  encodeMrc,
  encodeTiff,
  parseMdoc,
  readIntoBuffer,
  saveBuffer,
} from '../../../core/image-files';
import { RollingBuffers } from '../../../core/kernel';
import { image } from '../../../imaging';

const ramp = (rows: number, columns: number) =>
  image(
    Uint16Array.from({ length: rows * columns }, (_, at) => 100 * Math.floor(at / columns) + (at % columns)),
    rows,
    columns,
  );

describe('an MRC file', () => {
  test('has the header that the format asks for, and its rows from the bottom up', () => {
    const bytes = encodeMrc([ramp(3, 5)], 2.5, ['Eucentric: a ramp']);
    const view = new DataView(bytes.buffer);
    const at = (byte: number): number => view.getInt32(byte, true);
    expect([at(0), at(4), at(8), at(12)]).toEqual([5, 3, 1, 6]);
    expect([at(28), at(32), at(36), at(64), at(68), at(72), at(92)]).toEqual([5, 3, 1, 1, 2, 3, 0]);
    expect(view.getFloat32(40, true)).toBeCloseTo(12.5, 6);
    expect([view.getFloat32(76, true), view.getFloat32(80, true), view.getFloat32(84, true)]).toEqual([0, 204, 102]);
    expect(Buffer.from(bytes.subarray(208, 212)).toString()).toBe('MAP ');
    expect([...bytes.subarray(212, 216)]).toEqual([0x44, 0x44, 0, 0]);
    expect(Buffer.from(bytes.subarray(224, 241)).toString()).toBe('Eucentric: a ramp');
    expect(bytes.length).toBe(1024 + 30);
    // The first row of the file is the lowest of the image.
    expect([0, 1, 2, 3, 4].map((column) => view.getUint16(1024 + 2 * column, true))).toEqual([200, 201, 202, 203, 204]);
  });

  test('is read again, also part of an image, floats and signed numbers', () => {
    const part = ramp(6, 8).lo(1, 2).hi(3, 4);
    const { images, pixelSize } = decodeMrc(encodeMrc([part, part], 1.1), 'x.mrc');
    expect(images).toHaveLength(2);
    expect(pixelSize).toBeCloseTo(1.1, 6);
    expect([...images[1]!.data]).toEqual([102, 103, 104, 105, 202, 203, 204, 205, 302, 303, 304, 305]);
    const floats = image(Float32Array.of(-1.5, 2.25), 1, 2);
    expect([...decodeMrc(encodeMrc([floats]), 'x.mrc').images[0]!.data]).toEqual([-1.5, 2.25]);
    const signed = image(Int16Array.of(-300, 300), 2, 1);
    expect([...decodeMrc(encodeMrc([signed]), 'x.mrc').images[0]!.data]).toEqual([-300, 300]);
  });

  test('of another byte order, with an extended header, is read; one that is cut short is refused', () => {
    const bytes = new Uint8Array(1024 + 16 + 4);
    const view = new DataView(bytes.buffer);
    for (const [at, value] of [
      [0, 2],
      [4, 1],
      [8, 1],
      [12, 1],
      [92, 16],
    ] as const)
      view.setInt32(at, value, false);
    view.setInt16(1040, -5, false);
    view.setInt16(1042, 7, false);
    expect([...decodeMrc(bytes, 'big.mrc').images[0]!.data]).toEqual([-5, 7]);
    expect(() => decodeMrc(bytes.subarray(0, 1042), 'big.mrc')).toThrow(
      expect.objectContaining({ code: 'image-file/unreadable' }) as Error,
    );
    expect(() => decodeMrc(new Uint8Array(20), 'x')).toThrow(
      expect.objectContaining({ code: 'image-file/unreadable' }) as Error,
    );
  });

  test('holds images of one size and format alone', () => {
    expect(() => encodeMrc([ramp(2, 2), ramp(2, 3)])).toThrow(
      expect.objectContaining({ code: 'image-file/different-images' }) as Error,
    );
  });
});

describe('a TIFF file', () => {
  test('is one that another reader understands: tags, size, format, resolution', () => {
    const bytes = encodeTiff(ramp(3, 5), 2, 'a ramp');
    const view = new DataView(bytes.buffer);
    const big = bytes[0] === 0x4d;
    expect(view.getUint16(2, !big)).toBe(42);
    const directory = view.getUint32(4, !big);
    const fields = new Map<number, number>();
    for (let entry = 0; entry < view.getUint16(directory, !big); entry++) {
      const at = directory + 2 + 12 * entry;
      const short = view.getUint16(at + 2, !big) === 3;
      fields.set(view.getUint16(at, !big), short ? view.getUint16(at + 8, !big) : view.getUint32(at + 8, !big));
    }
    expect([256, 257, 258, 259, 262, 277, 339].map((tag) => fields.get(tag))).toEqual([5, 3, 16, 1, 1, 1, 1]);
    const start = fields.get(273)!;
    expect([0, 1, 5].map((at) => view.getUint16(start + 2 * at, !big))).toEqual([0, 1, 100]);
    expect(start + fields.get(279)!).toBe(bytes.length);
  });

  test('is read again with its pixel size', () => {
    for (const source of [
      ramp(4, 3),
      image(Float32Array.of(1.5, -2), 1, 2),
      image(Int16Array.of(-7, 9), 2, 1),
      image(Uint8Array.of(1, 255), 1, 2),
    ]) {
      const read = decodeTiff(encodeTiff(source, 2), 'x.tif');
      expect([...read.image.data]).toEqual([...source.data]);
      expect(read.image.shape).toEqual(source.shape);
      expect(read.pixelSize).toBeCloseTo(2, 3);
    }
    expect(() => decodeTiff(Buffer.from('nothing'), 'x.tif')).toThrow(
      expect.objectContaining({ code: 'image-file/unreadable' }) as Error,
    );
  });
});

describe('a buffer', () => {
  const exposure = {
    binning: 2,
    area: { left: 0, top: 0, right: 10, bottom: 6 },
    exposure: seconds(0.5),
    driftSettling: seconds(0),
    processing: 'gain normalized' as const,
    readMode: 'linear' as const,
  };
  const buffersWith = (title = 'Trial') => {
    const buffers = new RollingBuffers();
    buffers.add(
      { image: ramp(3, 5), exposure, camera: cameraIndex(1), began: seconds(4) },
      {
        magIndex: magIndex(22),
        magnification: 29000,
        pixelSize: nanometres(0.4),
        netImageShift: vector(imageShiftUnits(0.25), imageShiftUnits(-1)),
        stage: { x: metres(1e-6), y: metres(-2e-6), z: metres(3e-6), tilt: radians(Math.PI / 6) },
        title,
        parameterSet: 'Trial',
        lowDoseArea: 'Trial',
        conditions: { spotSize: 5, intensity: 0.42, probeMode: 'nano', defocus: -1.5e-6 },
        takenAt: new Date(2026, 10, 30, 16, 50, 5),
      },
    );
    return buffers;
  };
  const folder = (): string => mkdtempSync(path.join(tmpdir(), 'images-'));

  test('is saved as MRC with its metadata, section after section, and read back', async () => {
    const file = path.join(folder(), 'a.mrc');
    const buffers = buffersWith();
    expect(await saveBuffer(buffers, 'A', file)).toEqual({ path: file, section: 0 });
    expect(await saveBuffer(buffers, 'A', file)).toEqual({ path: file, section: 1 });
    expect(decodeMrc(readFileSync(file), file).images).toHaveLength(2);
    expect(parseMdoc(readFileSync(`${file}.mdoc`, 'utf8'))).toEqual({
      global: { ImageFile: 'a.mrc', ImageSize: '5 3' },
      sections: Array.from({ length: 2 }, () => ({
        TiltAngle: '30',
        StagePosition: '1 -2',
        StageZ: '3',
        Magnification: '29000',
        Intensity: '0.42',
        SpotSize: '5',
        ProbeMode: '0',
        Defocus: '-1.5',
        ImageShift: '0.25 -1',
        PixelSpacing: '4',
        ExposureTime: '0.5',
        Binning: '2',
        CameraIndex: '1',
        MagIndex: '22',
        LowDoseConSet: '2',
        DateTime: '30-Nov-2026  16:50:05',
        Title: 'Trial',
        ParameterSet: 'Trial',
        LowDoseArea: 'Trial',
        CameraArea: '0 0 10 6',
        Processing: '2',
        ReadMode: '0',
      })),
    });
    const read = await readIntoBuffer(new RollingBuffers(), file, 1);
    expect([...read.frame.image.data]).toEqual([...ramp(3, 5).data]);
    expect(read.context).toMatchObject({ magIndex: 22, magnification: 29000, kind: 'read from file' });
    expect(read.context.pixelSize).toBeCloseTo(4e-10, 15);
    expect(read.frame.exposure).toMatchObject({ binning: 2, exposure: 0.5 });
    const saved = buffers.get('A')!;
    const { kind, ...context } = read.context;
    const { takenAt, stage, pixelSize, ...others } = saved.context;
    expect(kind).toBe('read from file');
    expect(context).toMatchObject({ ...others, takenAt });
    expect(context.stage!.tilt).toBeCloseTo(stage!.tilt, 6);
    expect(context.stage!.z).toBeCloseTo(stage!.z, 12);
    expect(Object.keys(context).sort()).toEqual(Object.keys(saved.context).sort());
    expect(pixelSize).toBeDefined();
    expect(read.frame.exposure).toEqual(saved.frame.exposure);
    expect(read.frame.camera).toBe(saved.frame.camera);
    await expect(readIntoBuffer(new RollingBuffers(), file, 7)).rejects.toMatchObject({
      code: 'image-file/unreadable',
    });
  });

  test('keeps every field that an image can have on the way to a file and back', async () => {
    const buffers = buffersWith();
    const { frame, context } = buffers.get('A')!;
    const full = {
      ...context,
      parameterSet: 'Preview',
      lowDoseArea: 'Record' as const,
      lowDoseDefocusOffset: -120.5,
      highDefocus: {
        ofImage: { scale: 0.93, rotation: 4.25, confidence: 2 as const },
        ofImageShift: { scale: 1, rotation: 0, confidence: 0 as const },
      },
      saturated: 0.015,
      conditions: { ...context.conditions, alpha: 2, highTensionKilovolts: 300 },
    };
    const exposure = {
      ...frame.exposure,
      driftSettling: seconds(0.3),
      readMode: 'counting' as const,
      processing: 'dark subtracted' as const,
      frames: { frameTime: seconds(0.05) },
    };
    buffers.put('C', { ...frame, exposure, frames: { count: 10 } }, full);
    buffers.align('C', vector(1.25, -3.5));
    const file = path.join(folder(), 'a.mrc');
    await saveBuffer(buffers, 'C', file);
    const read = await readIntoBuffer(buffers, file, 0, 'V');
    expect(read.buffer).toBe('V');
    expect(read.alignment).toEqual({ x: 1.25, y: -3.5 });
    expect(read.frame.exposure).toEqual(exposure);
    expect(read.frame.frames).toEqual({ count: 10 });
    expect(read.context).toMatchObject({
      ...full,
      stage: expect.anything() as object,
      pixelSize: expect.any(Number) as number,
    });
    expect(buffers.get('A')!.context.title).toBe('Trial');
    await expect(readIntoBuffer(buffers, file, 0, 'W')).rejects.toMatchObject({ code: 'buffers/no-such-buffer' });
  });

  test('without its metadata, or with those of SerialEM, is read with what is known', async () => {
    const file = path.join(folder(), 'a.mrc');
    writeFileSync(file, encodeMrc([ramp(3, 5)], 4));
    expect((await readIntoBuffer(new RollingBuffers(), file)).context).toMatchObject({
      title: 'a.mrc',
      magnification: 0,
    });
    writeFileSync(
      `${file}.mdoc`,
      '[ZValue = 0]\nLowDoseConSet = 4\nDateTime = 03-Feb-21  16:50:05\nBinning = 2\nMagIndex = 17\n',
    );
    const { context, frame } = await readIntoBuffer(new RollingBuffers(), file);
    expect(context).toMatchObject({ lowDoseArea: 'Record', parameterSet: 'Preview', magIndex: 17 });
    expect(context.takenAt).toEqual(new Date(2021, 1, 3, 16, 50, 5));
    expect(frame.exposure.area).toEqual({ left: 0, top: 0, right: 10, bottom: 6 });
  });

  test('is saved as TIFF once, and not over a file that is there', async () => {
    const file = path.join(folder(), 'a.tif');
    await saveBuffer(buffersWith(), 'A', file);
    await expect(saveBuffer(buffersWith(), 'A', file)).rejects.toMatchObject({ code: 'image-file/exists' });
    const read = await readIntoBuffer(new RollingBuffers(), file);
    expect([...read.frame.image.data]).toEqual([...ramp(3, 5).data]);
  });

  test('of another size is not added to a file, which stays as it is', async () => {
    const file = path.join(folder(), 'a.mrc');
    writeFileSync(file, encodeMrc([ramp(2, 2)]));
    const before = readFileSync(file);
    await expect(saveBuffer(buffersWith(), 'A', file)).rejects.toMatchObject({ code: 'image-file/different-images' });
    expect(readFileSync(file).equals(before)).toBe(true);
    await expect(saveBuffer(new RollingBuffers(), 'B', file)).rejects.toMatchObject({ code: 'image-file/no-image' });
  });
});
