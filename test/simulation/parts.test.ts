import { z } from 'zod';
import {
  buildTruth,
  definePart,
  microscopeOf,
  optionsOf,
  perfectRecords,
  standardParts,
  type Part,
  type Parts,
  VirtualMicroscope,
} from '../../simulation';
import { bench, instrument, motion, still } from './bench';

/** A pump that pushes the specimen aside while it runs: all that there is to know of it stands here. */
const pump = definePart({
  name: 'pump',
  options: {
    pumpMicrometres: z.number().min(0).default(0.4).describe('How far the pump pushes the specimen aside.'),
  },
  truth({ pumpMicrometres }, random) {
    const angle = 2 * Math.PI * random.uniform();
    return { x: pumpMicrometres * Math.cos(angle), y: pumpMicrometres * Math.sin(angle) };
  },
  start(push) {
    let running = false;
    return {
      specimenDisplacement: () => (running ? push : { x: 0, y: 0 }),
      commands: {
        setPump(on: boolean): void {
          running = on;
        },
      },
      readings: () => ({ pumpRuns: running }),
      recorded: () => ({ pumpRuns: running }),
    };
  },
  perfect: (push) => [{ record: 'PumpPush', ...push }],
});

const withPump = [...standardParts, pump] as const;
const request = { camera: 0, binning: 1, exposure: 1 };

/** A microscope with the pump. @param seed of its truth; everything else has seed 1 */
function pumped(options: object = {}, seed = 1) {
  const parsed = optionsOf(withPump).parse({ ...still, electronsPerFieldPixelPerSecond: 6000, ...options, seed });
  const truth = buildTruth(parsed, instrument, withPump);
  const microscope = microscopeOf(withPump, truth, { seed: 1, now: () => 0 });
  microscope.setMagnification(17);
  return { truth, microscope };
}

describe('a knob from a test', () => {
  test('has its option among the others, checked and described', () => {
    const options = optionsOf(withPump);
    expect(options.parse({}).pumpMicrometres).toBe(0.4);
    expect(options.parse({ pumpMicrometres: 2, seed: 3 })).toMatchObject({
      pumpMicrometres: 2,
      seed: 3,
      contrast: 0.15,
    });
    expect(() => options.parse({ pumpMicrometres: -1 })).toThrow();
    const { properties } = z.toJSONSchema(options, { io: 'input' }) as {
      properties: Record<string, { description?: string }>;
    };
    expect(properties['pumpMicrometres']!.description).toBe('How far the pump pushes the specimen aside.');
  });

  test('draws its truth from the seed, and changes no other truth', () => {
    const { pump: first, ...others } = pumped().truth;
    expect(Math.hypot(first.x, first.y)).toBeCloseTo(0.4, 12);
    expect(pumped().truth.pump).toEqual(first);
    expect(pumped({}, 2).truth.pump).not.toEqual(first);
    expect(others).toEqual(bench().truth);
    const greedy = definePart({
      name: 'greedy',
      options: {},
      truth: (_options, random) => Array.from({ length: 9 }, () => random.normal()),
      start: () => ({}),
    });
    const crowd = [greedy, pump, ...standardParts] as const;
    expect(buildTruth(optionsOf(crowd).parse({ ...still, seed: 1 }), instrument, crowd).pump).toEqual(first);
  });

  test('is set and read on the microscope, and stands in the record of an image', () => {
    const { microscope } = pumped();
    expect(microscope.state).toMatchObject({ pumpRuns: false, magIndex: 17 });
    microscope.setPump(true);
    expect(microscope.state.pumpRuns).toBe(true);
    expect(microscope.expose({ ...request, exposure: 0.01 }).record).toMatchObject({ pumpRuns: true, magIndex: 17 });
  });

  test('moves the image as its truth says, and leaves it alone when it is off', () => {
    const { microscope, truth } = pumped();
    const plain = bench().microscope;
    plain.setMagnification(17);
    const before = microscope.expose(request);
    expect(before.data).toEqual(plain.expose(request).data);
    microscope.setPump(true);
    const after = microscope.expose(request);
    const { xpx, xpy, ypx, ypy } = truth.magnification.views.get('17:0')!.specimenToCamera;
    const { x, y } = truth.pump;
    const expected = { x: -(xpx * x + xpy * y), y: -(ypx * x + ypy * y) };
    const moved = motion(before, after, expected);
    expect(Math.abs(moved.x - expected.x)).toBeLessThan(0.1);
    expect(Math.abs(moved.y - expected.y)).toBeLessThan(0.1);
  });

  test('tells what a perfect calibration of it would store', () => {
    const { truth } = pumped();
    const records = perfectRecords(truth, instrument, withPump);
    expect(records.at(-1)).toEqual({ record: 'PumpPush', ...truth.pump });
    expect(records.slice(0, -1)).toEqual(perfectRecords(truth, instrument));
  });
});

describe('parts that cannot go together', () => {
  const bare = (name: string, more: Partial<Part> = {}): Part => ({
    name,
    options: {},
    truth: () => ({}),
    start: () => ({}),
    ...more,
  });
  const start = (parts: Parts): unknown => {
    const all = [...standardParts, ...parts];
    const truth = buildTruth(optionsOf(all).parse({}), instrument, all);
    return new VirtualMicroscope(truth, { seed: 1, now: () => 0, parts: all });
  };
  const lost = bare('lost');
  const first: Part = bare('first', { start: (_, { of }) => ({ other: of(second) }) });
  const second: Part = bare('second', { start: (_, { of }) => ({ other: of(first) }) });

  test.each<[string, RegExp, Parts]>([
    ['of one name', /Two parts .* "stage"/, [bare('stage')]],
    [
      'with one option',
      /"specimen" and "other" .* both have "contrast"/,
      [bare('other', { options: { contrast: z.number() } })],
    ],
    [
      'with one command',
      /"beam" and "other" .* both have "setSpotSize"/,
      [bare('other', { start: () => ({ commands: { setSpotSize: () => undefined } }) })],
    ],
    ['of which one is missing', /no part "lost"/, [bare('seeker', { start: (_, { of }) => ({ found: of(lost) }) })]],
    ['that wait for each other', /first, second, first wait for each other/, [first, second]],
  ])('%s are refused', (_, message, parts) => {
    expect(() => start(parts)).toThrow(
      expect.objectContaining({
        code: 'simulation/bad-parts',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });
});
