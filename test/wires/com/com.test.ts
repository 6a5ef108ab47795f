import path from 'node:path';
import { ComApartment, ComError, comError } from '../../../wires';
import { type Answer, describeOnWindows, runCases } from '../../support/windows';
import { needs } from '../../support/needs';

needs('another system than Windows', process.platform !== 'win32').describe('elsewhere than on Windows', () => {
  it('says so, and loads nothing', () => {
    expect(() => new ComApartment()).toThrow(
      expect.objectContaining({
        code: 'com/not-windows',
        hint: expect.stringContaining('another wire') as string,
      }) as Error,
    );
    expect(Object.keys(require.cache).filter((file) => /koffi/.test(file))).toEqual([]);
  });
});

describe('failures', () => {
  it.each([
    [0x800401f3, 'com/not-registered'],
    [0x80040154, 'com/not-registered'],
    [0x80080005, 'com/not-started'],
    [0x800706ba, 'com/disconnected'],
    [0x80010108, 'com/disconnected'],
    [0x8001010a, 'com/busy'],
    [0x80070005, 'com/access-denied'],
    [0x80020006, 'com/no-such-member'],
    [0x80020005, 'com/bad-call'],
    [0x8002000a, 'com/refused'],
    [0x80020009, 'com/refused'],
    [0x8000ffff, 'com/failed'],
  ])('of result %i are %s, with something to do', (result, code) => {
    const error = comError('Server.Member', { result: result | 0 });
    expect(error).toBeInstanceOf(ComError);
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(/^Server\.Member: .*\(0x[0-9A-F]{8}\)\.$/);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  });

  it('go by what the server itself says, in its words', () => {
    const error = comError('Server.Member', {
      result: 0x80020009,
      source: 'stage',
      description: 'not homed',
      ownResult: 0x8001010a,
    });
    expect(error).toMatchObject({
      code: 'com/busy',
      result: 0x8001010a,
      message: 'Server.Member: its server is busy ("stage: not homed") (0x8001010A).',
    });
  });
});

describeOnWindows('automation through koffi', () => {
  let answers: Readonly<Record<string, Answer>>;
  beforeAll(async () => {
    answers = await runCases(path.join(__dirname, 'cases.cjs'));
  });

  const value = (name: string): unknown => {
    if (!answers[name]) throw new Error(`no answer to "${name}": ${JSON.stringify(answers).slice(0, 500)}`);
    if (answers[name].error) throw new Error(answers[name].error.stack);
    return answers[name].value;
  };

  describe("with Windows' own servers", () => {
    it('fills and reads a dictionary', () => {
      expect(value('dictionary of Windows')).toEqual({
        empty: 0,
        count: 3,
        height: 1.5,
        ohm: 42,
        seven: 'seven',
        exists: [true, false],
        keys: ['Höhe', 'Ω', 7],
        all: [1.5, 42, 'seven'],
      });
    });
    it('hands on what a dictionary refuses', () => {
      expect(answers['dictionary refuses']?.error).toMatchObject({ code: 'com/refused', result: 0x800a01c9 });
    });
    it('looks at files', () => {
      expect(value('files of Windows')).toEqual({ name: 'windows', exists: true, join: 'C:\\a\\b' });
    });
    it('reads a document, its lists and their elements', () => {
      expect(value('a document of Windows')).toEqual({
        loaded: true,
        length: 2,
        second: '<b c="2"/>',
        texts: ['1', '2'],
      });
    });
    it('asks the shell', () => {
      expect(value('a shell of Windows')).toMatch(/^C:\\windows/i);
    });
  });

  describe('finding a server', () => {
    it('goes by its class too', () => expect(value('a class by its number')).toBe(7));
    it.each(['no such program', 'an unregistered class'])('says of %s that it is not installed', (name) => {
      expect(answers[name]?.error).toMatchObject({
        code: 'com/not-registered',
        hint: expect.stringContaining('Install') as string,
      });
    });
  });

  describe('values', () => {
    it('have the type that suits them, or the one that is asked for', () => {
      expect(value('types')).toEqual({
        whole: 3,
        negative: 3,
        large: 5,
        broken: 5,
        text: 8,
        truth: 11,
        big: 20,
        absent: 10,
        short: 2,
        float: 4,
        double: 5,
        object: 9,
        nothing: 9,
        array: 0x2003,
        reference: 0x4005,
      });
    });
    it('come back as they were sent', () => {
      const absent = null;
      expect(value('echoes')).toEqual([
        0,
        -1,
        2147483647,
        -2147483648,
        2147483648,
        0.1,
        0,
        'NaN',
        'Infinity',
        1e-300,
        '',
        'µm °β',
        'a\0b',
        true,
        false,
        '9007199254740993n',
        absent,
      ]);
      expect(value('echoes by type')).toEqual({
        short: -32768,
        float: Math.fround(0.1),
        double: 3,
        u1: 255,
        i1: -128,
        u2: 65535,
        u4: 4294967295,
        u8: '18446744073709551615n',
        date: 2.5,
        status: 0x80004005,
      });
    });
    it.each(['too large for its type', 'text for a number', 'array of the wrong length'])(
      'that are %s are not sent',
      (name) => {
        expect(answers[name]?.error).toMatchObject({
          code: 'com/bad-value',
          message: expect.stringContaining('nothing was sent') as string,
        });
      },
    );
    it('arrive in order', () => expect(value('order')).toEqual({ difference: 7, count: 4 }));
    it('are read whatever type the server chooses', () =>
      expect(value('converted')).toEqual({ double: 5, text: '5', float: 2.5 }));
    it('are answered into arguments', () =>
      expect(value('answers by reference')).toEqual({
        half: 5,
        quarter: 2,
        other: 2.5,
        text: 'spelt',
        spelt: 'spelt',
      }));
  });

  describe('arrays', () => {
    const numbers = [0, 1, 2, 10, 11, 12];
    const kinds = {
      i2: 'Int16Array',
      u2: 'Uint16Array',
      i4: 'Int32Array',
      u4: 'Uint32Array',
      r4: 'Float32Array',
      r8: 'Float64Array',
      u1: 'Uint8Array',
    };
    it('are read with their first index running fastest, from their lowest indexes', () => {
      const read = value('arrays read') as Record<string, unknown>;
      for (const [type, kind] of Object.entries(kinds))
        expect({ type, read: read[type] }).toEqual({
          type,
          read: { lengths: [3, 2], lowest: [5, 5], elements: { kind, values: numbers } },
        });
      expect(read['text']).toMatchObject({ elements: numbers.map(String) });
      expect(read['variant']).toMatchObject({ elements: numbers.map(String) });
      expect(read['bool']).toMatchObject({ elements: numbers.map(Boolean) });
    });
    it('are sent so that the server finds each element where it belongs', () => {
      expect(value('arrays sent')).toEqual({
        at: 12,
        lengths: [3, 2],
        elements: { kind: 'Int32Array', values: numbers },
        texts: ['a', 'b'],
        mixed: [1, 'two', false],
      });
    });
    it('are copied whole when they are large', () => {
      expect(value('an image')).toMatchObject({
        lengths: [4096, 4096],
        last: 4096 * 4096 - 1,
        middle: 5_000_000,
        bytes: 4 * 4096 * 4096,
      });
    });
  });

  describe('members', () => {
    it('are properties with indexes too', () =>
      expect(value('properties')).toEqual({ a: 2.5, b: 7, has: [true, false] }));
    it.each(['a property that can only be read', 'a member that is not there', 'no collection'])(
      'of which one is %s give an error',
      (name) => {
        expect(answers[name]?.error).toMatchObject({ code: 'com/no-such-member' });
      },
    );
    it.each(['too few values', 'a value of the wrong type'])('refuse %s', (name) =>
      expect(answers[name]?.error).toMatchObject({ code: 'com/bad-call' }),
    );
  });

  describe('failures of a server', () => {
    it.each([
      ['a refusal', 'com/refused', '"Values: the valves are closed"'],
      ['a refusal that explains itself late', 'com/refused', '"late: not now"'],
      ['a failure without words', 'com/failed', '0x80004005'],
      ['a busy server', 'com/busy', '0x8001010A'],
      ['a server that has gone', 'com/disconnected', '0x800706BA'],
      ['no permission', 'com/access-denied', '0x80070005'],
      ['a value out of range', 'com/refused', '"Values: clipped"'],
    ])('such as %s are reported in its words', (name, code, words) => {
      expect(answers[name]?.error).toMatchObject({
        code,
        message: expect.stringContaining(words) as string,
        hint: expect.stringMatching(/\.$/) as string,
      });
    });
    it('leave it usable', () => expect(value('works after failures')).toBe(1));
  });

  describe('objects', () => {
    it('are let go, each exactly once', () => {
      const { counts, held } = value('objects are let go') as { counts: number[]; held: number };
      expect(counts).toEqual([2, 1, 0, 0, 1, 0]);
      expect(held).toBe(1);
    });
    it('that are none are nothing', () => expect(value('nothing for an object')).toBeUndefined());
    it('can be referred to, and live as long as that', () =>
      expect(value('references')).toEqual({ during: 1, found: 3, after: 0 }));
    it('are handed over by reference where a server takes them in no other way', () =>
      expect(value('references that are given in one way only')).toBe(4));
    it('come in collections', () =>
      expect(value('collections')).toEqual({ count: 3, one: 1, two: 'two', three: 7, second: 'two' }));
    it('are not used after they were let go', () =>
      expect(answers['an object after it was let go']?.error).toMatchObject({ code: 'com/released' }));
    it('of one apartment go with it', () =>
      expect(value('two apartments on one thread')).toMatchObject({ during: 2, after: 0, works: 7 }));
  });
});
