import {
  completeOptions,
  definePart,
  standardParts,
  buildTruth,
  truthOf,
  VirtualMicroscope,
  type Parts,
} from '../../simulation';
import { RandomStream } from '../../simulation/base/random';
import { instrument } from './bench';
import { z } from 'zod';

const drawn = (seed: number, written: object = {}) => completeOptions({ imperfections: 'drawn', seed, ...written });

describe('imperfections that are drawn', () => {
  test('follow from the seed, and differ from one seed to the next in every option that is drawn', () => {
    expect(drawn(1)).toEqual(drawn(1));
    const [first, second] = [drawn(1), drawn(2)] as Record<string, unknown>[];
    for (const { name, draw } of standardParts as Parts)
      for (const key of Object.keys(draw?.(new RandomStream(1)) ?? {}))
        if (typeof first![key] !== 'boolean') expect([name, key, first![key]]).not.toEqual([name, key, second![key]]);
  });

  test('leave what is written as it is, and writing one option changes no other', () => {
    const plain = drawn(3);
    const { pixelScaleError, ...rest } = drawn(3, { pixelScaleError: 0.5 });
    const { pixelScaleError: free, ...others } = plain;
    expect(pixelScaleError).toBe(0.5);
    expect(free).not.toBe(0.5);
    expect(rest).toEqual(others);
  });

  test('are none where nobody asks for them', () => {
    const { imperfections, ...plain } = completeOptions({});
    expect(imperfections).toBe('written');
    expect(plain).toMatchObject({ pixelScaleError: 0.02, stageCycleError: [0.03, 0.03] });
  });

  test('stay within the schema and make a microscope that gives images, for many seeds', () => {
    for (let seed = 1; seed <= 40; seed++) expect(() => drawn(seed)).not.toThrow();
    const microscope = new VirtualMicroscope(buildTruth(drawn(5), instrument), { seed: 5, now: () => 0 });
    microscope.setMagnification(17);
    const { data } = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    expect(data.some((count) => count > 0)).toBe(true);
    expect(truthOf(microscope).stage.cyclic.x.period).toBe(drawn(5).stageCyclesMicrometres[0]);
  });

  test('are options of the part that draws them', () => {
    for (const { name, draw, options } of standardParts as Parts) {
      const keys = Object.keys(draw?.(new RandomStream(1)) ?? {});
      expect([name, keys.filter((key) => !(key in options))]).toEqual([name, []]);
    }
  });

  test('are drawn by a part of one’s own, too', () => {
    const wobble = definePart({
      name: 'wobble',
      options: { wobbleNm: z.number().default(0).describe('How far the specimen wobbles.') },
      draw: (random) => ({ wobbleNm: random.between(1, 2) }),
      truth: ({ wobbleNm }) => wobbleNm,
      start: () => ({}),
    });
    const parts = [...standardParts, wobble] as const;
    expect(completeOptions({}, parts).wobbleNm).toBe(0);
    expect(completeOptions({ imperfections: 'drawn' }, parts).wobbleNm).toBeGreaterThan(1);
    expect(completeOptions({ imperfections: 'drawn', wobbleNm: 9 }, parts).wobbleNm).toBe(9);
  });
});
