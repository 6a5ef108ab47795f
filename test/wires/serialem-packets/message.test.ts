import { fc } from '../../support/properties';
import {
  StreamReader,
  WireError,
  checkImageHeader,
  chunkHandshake,
  chunksOf,
  decodeMessage,
  encodeMessage,
  packText,
  packetFunctions,
  unpackText,
} from '../../../wires';

const fields = { longs: ['a', 'b', 'arraySize'], booleans: ['p', 'q'], doubles: ['x', 'y', 'z'] } as const;
const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const values = fc.record({
  a: int32,
  b: int32,
  p: fc.boolean(),
  q: fc.boolean(),
  x: double,
  y: double,
  z: double,
  array: fc.array(int32, { maxLength: 40 }).map((list) => Int32Array.from(list)),
});

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('messages', () => {
  it('come back as they were sent', () => {
    fc.assert(
      fc.property(values, int32, (sent, head) => {
        const bytes = encodeMessage('test', head, fields, sent);
        expect(bytes.readInt32LE(0)).toBe(bytes.length);
        expect(bytes.readInt32LE(4)).toBe(head);
        expect(bytes).toHaveLength(8 + 4 * 3 + 4 * 2 + 8 * 3 + 4 * sent.array.length);
        expect(decodeMessage('test', bytes, fields)).toEqual(sent);
      }),
    );
  });

  it('of any other length are refused', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -30, max: 30 }), (sent, change) => {
        const bytes = encodeMessage('test', 0, fields, sent);
        const length = Math.max(0, bytes.length + change);
        if (length === bytes.length) return;
        const other = Buffer.alloc(length);
        bytes.copy(other);
        expect(() => decodeMessage('test', other, fields)).toThrow(withCode('wire/bad-reply'));
      }),
    );
  });

  it('with an impossible array size are refused', () => {
    for (const size of [-1, 0x7fffffff, -0x80000000, 1 << 23]) {
      const bytes = encodeMessage('test', 0, fields, {
        a: 1,
        b: 2,
        p: true,
        q: false,
        x: 0,
        y: 0,
        z: 0,
        array: Int32Array.of(5),
      });
      bytes.writeInt32LE(size, 16);
      expect(() => decodeMessage('test', bytes, fields)).toThrow(WireError);
    }
  });

  it.each([
    ['a fraction', { a: 1.5 }],
    ['a long that is too long', { a: 2 ** 31 }],
    ['a missing long', { b: undefined }],
    ['a number for a boolean', { p: 1 }],
    ['not a number', { x: Number.NaN }],
    ['infinity', { z: Number.POSITIVE_INFINITY }],
    ['a plain list as array', { array: [1, 2] }],
    ['an array that is too long', { array: new Int32Array((1 << 22) + 1) }],
  ])('with %s are never sent', (_what, wrong) => {
    const good = { a: 1, b: 2, p: true, q: false, x: 0, y: 0, z: 0, array: Int32Array.of(5) };
    expect(() => encodeMessage('test', 1, fields, { ...good, ...wrong } as never)).toThrow(
      withCode('wire/bad-request'),
    );
  });

  it('have room for 16 longs with the code, 8 booleans and 8 doubles', () => {
    const named = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at}`);
    const table = (request: object) => () => packetFunctions({ F: { code: 1, request, reply: {}, repeatable: true } });
    expect(table({ longs: named(15) })).not.toThrow();
    expect(table({ longs: named(16) })).toThrow(TypeError);
    expect(table({ booleans: named(9) })).toThrow(TypeError);
    expect(table({ doubles: named(9) })).toThrow(TypeError);
    expect(table({ longs: ['arraySize', 'other'] })).toThrow(TypeError);
    expect(() =>
      packetFunctions({ F: { code: 1, request: {}, repeatable: true }, G: { code: 1, request: {}, repeatable: true } }),
    ).toThrow(TypeError);
  });
});

describe('text in arrays', () => {
  const text = fc.string({
    unit: fc.integer({ min: 1, max: 127 }).map((code) => String.fromCharCode(code)),
    maxLength: 30,
  });
  it('comes back', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        text.filter((last) => last !== ''),
        (first, last) => {
          expect(unpackText(packText(...first, last))).toEqual([...first, last]);
        },
      ),
    );
  });
  it('ends in NULs that fill the last integer', () => {
    expect([...packText('X:/d', 'r')]).toEqual([0x642f3a58, 0x00007200]);
    expect([...packText('')]).toEqual([0]);
    expect([...packText('abc')]).toEqual([0x00636261]);
    expect([...packText('abcd')]).toEqual([0x64636261, 0]);
  });
  it('is plain', () => {
    expect(() => packText('µ')).toThrow(withCode('wire/bad-request'));
    expect(() => packText('a\0b')).toThrow(WireError);
  });
});

describe('a stream cut anywhere', () => {
  it('gives the same messages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.array(fc.nat(40), { maxLength: 60 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 }),
        async (bytes, cuts, reads) => {
          const reader = new StreamReader();
          const wanted = reads.filter(
            (length, at) => reads.slice(0, at).reduce((sum, each) => sum + each, 0) + length <= bytes.length,
          );
          const feed = (): void => {
            let at = 0;
            for (const cut of [...cuts, bytes.length]) {
              reader.push(Buffer.from(bytes.subarray(at, Math.min(bytes.length, at + cut))));
              at = Math.min(bytes.length, at + cut);
            }
          };
          const early = cuts.length % 2 === 0;
          if (early) feed();
          let at = 0;
          for (const length of wanted) {
            if (at + length > bytes.length) break;
            const reading = reader.read(length);
            if (!early && at === 0 && length > 0) feed();
            if (!early && at === 0 && length === 0) {
              await reading;
              continue;
            }
            expect([...(await reading)]).toEqual([...bytes.subarray(at, at + length)]);
            at += length;
          }
          if (early) expect(reader.unread).toBe(bytes.length - at);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('fails all reads with the first error', async () => {
    const reader = new StreamReader();
    const reading = reader.read(4);
    reader.push(Buffer.from([1, 2]));
    reader.fail(new Error('first'));
    reader.fail(new Error('second'));
    await expect(reading).rejects.toThrow('first');
    reader.push(Buffer.from([3, 4, 5, 6]));
    await expect(reader.read(1)).rejects.toThrow('first');
  });

  it('does not let a server fill the memory', async () => {
    const reader = new StreamReader();
    for (let megabyte = 0; megabyte < 12; megabyte++) reader.push(Buffer.alloc(1 << 20));
    expect(reader.unread).toBe(0);
    await expect(reader.read(1)).rejects.toMatchObject({ code: 'wire/bad-reply' });
  });
});

describe('images in chunks', () => {
  it.each([
    [0, 1, 0],
    [2, 1, 2],
    [33_554_432, 1, 33_554_432],
    [33_554_434, 2, 16_777_217],
    [47_139_840, 2, 23_569_920],
    [188_559_360, 6, 31_426_560],
  ])('%i bytes make %i chunks of %i', (bytes, count, size) => {
    expect(chunksOf(bytes)).toEqual({ count, size });
  });

  it('asks for the next one with eight bytes', () => {
    expect(chunkHandshake.toString('hex')).toBe('0800000018000000');
  });

  it('believes only headers that there is room for', () => {
    const check = (pixels: number, chunks: number) => () => checkImageHeader('test', { pixels, chunks }, 2, 2000);
    expect(check(1000, 1)()).toEqual({ bytes: 2000, chunking: { count: 1, size: 2000 } });
    expect(check(0, 0)()).toEqual({ bytes: 0, chunking: { count: 0, size: 0 } });
    for (const [pixels, chunks] of [
      [1001, 1],
      [-1, 1],
      [1000, 0],
      [1000, -1],
      [1, 3],
      [1000, 5000],
      [0x7fffffff, 1],
      [-0x80000000, 0x7fffffff],
    ] as const)
      expect(check(pixels, chunks)).toThrow(withCode('wire/bad-reply'));
  });
});
