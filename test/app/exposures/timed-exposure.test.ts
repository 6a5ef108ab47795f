import path from 'node:path';
import { EucentricError, StoppedError, seconds } from '../../../core/base';
import { type BlankerTiming, Cameras, type Exposure, Scope, TimedBlanker } from '../../../core/devices';
import { projectFolder, virtualInstrument } from '../../support/virtual-instrument';

const truth = { startupErrorSeconds: 0.08, unblankingLatencySeconds: 0.02 };
const make = (file: string, simulator: object = truth) =>
  virtualInstrument({
    configuration: path.join(projectFolder, 'config', file),
    simulator: { seed: 5, specimen: 'empty', readNoiseCounts: 0, gainVariation: 0, ...simulator },
  });
type Virtual = Awaited<ReturnType<typeof make>>;

/** Takes images with a camera, and gives their mean counts. */
function camera(instrument: Virtual, name: RegExp) {
  const { all } = instrument.kernel.registry.get(Cameras);
  const chosen = all.find(({ traits }) => name.test(traits.name))!;
  const exposure = (more: Partial<Exposure>): Exposure =>
    chosen.fit({
      binning: chosen.traits.binnings.at(-1)!,
      area: { left: 0, top: 0, right: chosen.traits.width, bottom: chosen.traits.height },
      exposure: seconds(0.4),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'linear',
      ...more,
    });
  return {
    camera: chosen,
    exposure,
    mean: async (more: Partial<Exposure> = {}): Promise<number> => {
      const { data } = (await chosen.acquire(exposure(more))).image;
      return (data as Uint16Array).reduce((sum, count) => sum + count, 0) / data.length;
    },
  };
}
const blankedFor = (time: number): { blanker: BlankerTiming } => ({ blanker: { blankedFor: seconds(time) } });

/** The time from the request to the exposure, by a line through the counts against the time at which the beam comes on. */
async function startupOf(instrument: Virtual, name: RegExp): Promise<number> {
  const { camera: chosen, exposure, mean } = camera(instrument, name);
  const full = await mean();
  const length = exposure({}).exposure;
  const nominal = chosen.traits.startupDelay + chosen.traits.builtInSettling;
  const points: { at: number; share: number }[] = [];
  for (let at = nominal - 0.1; at < nominal + 0.7; at += 0.04) {
    const share = (await mean(blankedFor(at))) / full;
    if (share > 0.05 && share < 0.95) points.push({ at, share });
  }
  expect(points.length).toBeGreaterThan(4);
  const centre = { at: meanOf(points.map(({ at }) => at)), share: meanOf(points.map(({ share }) => share)) };
  const slope =
    meanOf(points.map(({ at, share }) => (at - centre.at) * (share - centre.share))) /
    meanOf(points.map(({ at }) => (at - centre.at) ** 2));
  // The light falls by the whole exposure's within the exposure.
  expect(Math.abs(slope * length + 1)).toBeLessThan(0.05);
  return centre.at + (1 - centre.share) / slope;
}
const meanOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

/** Seconds that the program takes to blank the beam and to unblank it. */
async function callTimes({ kernel: { registry }, clock }: Virtual): Promise<number> {
  const { beamBlanked } = registry.get(Scope);
  const before = clock.now();
  for (let k = 0; k < 5; k++) for (const on of [true, false]) await beamBlanked.write(on);
  return (clock.now() - before) / 5;
}

describe.each([
  ['a K3 on an FEI column', 'krios-k3.yaml', /K3/],
  ['a Ceta', 'krios-k3.yaml', /Ceta/],
  ['a K2 on a JEOL column', 'jeol-cryo-arm-k2.yaml', /K2/],
  ['a K2 Base on a Hitachi column', 'hitachi-ht7700.yaml', /K2/],
  ['an Orius', 'talos-oneview-orius.yaml', /Orius/i],
] as const)('%s', (_name, file, name) => {
  test('shows its true start-up delay by the counts of images that the beam misses in part', async () => {
    await using instrument = await make(file);
    const { traits } = camera(instrument, name).camera;
    const nominal = traits.startupDelay + traits.builtInSettling;
    const expected = nominal + truth.startupErrorSeconds - truth.unblankingLatencySeconds;
    const found = await startupOf(instrument, name);
    // What the call to unblank takes comes before the latency of the blanker.
    expect(found).toBeLessThan(expected + 0.01);
    expect(found).toBeGreaterThan(expected - (await callTimes(instrument)) - 0.01);
  });
});

describe('an exposure with a blanker', () => {
  test('is dark when the beam stays off, and leaves the beam on', async () => {
    await using instrument = await make('krios-k3.yaml');
    const { mean } = camera(instrument, /Ceta/);
    expect(await mean(blankedFor(Infinity))).toBe(0);
    expect(await instrument.kernel.registry.get(Scope).beamBlanked.read()).toBe(false);
    expect(await mean()).toBeGreaterThan(0);
  });

  test('blanks again when it is asked to', async () => {
    await using instrument = await make('krios-k3.yaml', {});
    const { mean, camera: ceta, exposure } = camera(instrument, /Ceta/);
    const full = await mean();
    const begins = ceta.traits.startupDelay;
    const half = exposure({}).exposure / 2;
    const timing = { blankedFor: seconds(0), blankedFrom: seconds(begins + half) };
    expect((await mean({ blanker: timing })) / full).toBeCloseTo(0.5, 1);
  });

  test('ends with the beam on when the image was stopped', async () => {
    await using instrument = await make('krios-k3.yaml');
    const { camera: ceta, exposure } = camera(instrument, /K3/);
    const stop = new AbortController();
    const image = ceta.acquire(exposure({ ...blankedFor(0.5), exposure: seconds(2) }), stop.signal);
    setTimeout(() => stop.abort(new StoppedError()), 20);
    await image.catch(() => undefined);
    expect(await instrument.kernel.registry.get(Scope).beamBlanked.read()).toBe(false);
  });

  test('is refused where the blanker cannot work meanwhile, before anything is sent', async () => {
    await using instrument = await make('talos-through-serialem.yaml');
    const { registry } = instrument.kernel;
    expect(registry.has(TimedBlanker)).toBe(false);
    expect(registry.lacks.find(({ token }) => token.symbol === TimedBlanker.symbol)?.reason).toMatch(
      /one thing at a time/,
    );
    const [first] = registry.get(Cameras).all;
    const refused: unknown = await camera(instrument, new RegExp(first!.traits.name.slice(0, 4)))
      .mean(blankedFor(0.5))
      .catch((error: unknown) => error);
    expect((refused as EucentricError).code).toBe('camera/no-timed-blanker');
  });

  test.each([
    ['a negative time', { blankedFor: seconds(-1) }],
    ['an end before the beginning', { blankedFor: seconds(1), blankedFrom: seconds(0.5) }],
  ])('is refused with %s', async (_what, blanker) => {
    await using instrument = await make('krios-k3.yaml');
    await expect(camera(instrument, /Ceta/).mean({ blanker })).rejects.toMatchObject({ code: 'limits/out-of-range' });
  });
});

describe('the shutters of a camera', () => {
  test('are those that the site gives it', async () => {
    await using talos = await make('talos-oneview-orius.yaml');
    expect(camera(talos, /Orius/i).camera.traits.shutters).toEqual(['beam', 'film', 'dual']);
    expect(camera(talos, /OneView/i).camera.traits.shutters).toEqual(['beam']);
    await expect(camera(talos, /OneView/i).mean({ shutter: 'film' })).rejects.toMatchObject({
      code: 'limits/out-of-range',
      message: expect.stringMatching(/shutter.*film/i) as string,
    });
  });

  test('let the same light through, the beam being there in time with both', async () => {
    await using talos = await make('talos-oneview-orius.yaml', {});
    const { mean } = camera(talos, /Orius/i);
    const beam = await mean({ shutter: 'beam' });
    expect((await mean({ shutter: 'film' })) / beam).toBeCloseTo(1, 1);
    expect((await mean({ shutter: 'dual', driftSettling: seconds(0.05) })) / beam).toBeCloseTo(1, 1);
  });

  test('cut the light when the beam comes too late for the settling that was asked for', async () => {
    const early = { startupErrorSeconds: -0.1, blankingLatencySeconds: 0 };
    await using talos = await make('talos-oneview-orius.yaml', early);
    const { mean } = camera(talos, /Orius/i);
    const beam = await mean({ shutter: 'beam' });
    const share = (await mean({ shutter: 'dual' })) / beam;
    expect(share).toBeLessThan(0.9);
    expect(share).toBeGreaterThan(0.5);
  });
});

test.each([
  ['NoShutter: 2', true],
  ['NoShutter: 1', false],
] as const)('a camera with %s has the specimen blanked until its exposure begins: %s', async (line, isSpared) => {
  const calls: { readonly call: string; readonly at: number }[] = [];
  let now = (): number => 0;
  await using instrument = await virtualInstrument({
    configuration: path.join(projectFolder, 'config', 'krios-k3.yaml'),
    edit: (yaml) => yaml.replace("    Name: 'BM-Ceta'\n", `    Name: 'BM-Ceta'\n    ${line}\n`).replace(/4096/g, '256'),
    simulator: { seed: 5, specimen: 'empty', readNoiseCounts: 0, gainVariation: 0 },
    watch: (call) => void calls.push({ call, at: now() }),
  });
  now = () => instrument.clock.now();
  const { camera: ceta, mean } = camera(instrument, /Ceta/);
  const { traits } = ceta;
  expect(traits.blankedUntilStart).toBe(isSpared ? true : undefined);
  expect(traits.shutters).toEqual(['none']);
  calls.length = 0;
  const counts = await mean();
  const changes = calls.filter(({ call }) => /^write beam blanked|^acquire/.test(call));
  expect(await instrument.kernel.registry.get(Scope).beamBlanked.read()).toBe(false);
  if (!isSpared) return expect(changes.map(({ call }) => call)).toEqual(['acquire camera 0']);
  // Blanked before the request; unblanked in time for the exposure, so that no counts are missing.
  const [first, second, third] = changes.map(({ at }) => at);
  expect(changes.length).toBeGreaterThanOrEqual(3);
  expect(second! - first!).toBeLessThan(traits.startupDelay);
  expect(third! - second!).toBeGreaterThan(0.5 * traits.startupDelay);
  expect(third! - second!).toBeLessThanOrEqual(traits.startupDelay);
  const settled = await mean({ driftSettling: seconds(0.3) });
  expect(Math.abs(settled / counts - 1)).toBeLessThan(0.03);
});
