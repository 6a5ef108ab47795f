import { cameraIndex, magIndex } from '../../../../../core/base';
import { ImageBuffers, ScriptedOperator } from '../../../../../core/kernel';
import { virtualInstrument } from '../../../../support/virtual-instrument';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';
const smallCamera = (yaml: string): string =>
  yaml
    .replace('CameraSizeX: 11520', 'CameraSizeX: 2880')
    .replace('CameraSizeY: 8184', 'CameraSizeY: 2048')
    .replace(/^StageCalNumToggles:.*\n/m, '');

/** An operator with a screen, which notes what is shown when. */
async function watched(edit: (yaml: string) => string, onShown: (count: number, stop: () => void) => void = () => {}) {
  const instrument = await virtualInstrument({
    simulator: { seed: 4 },
    magIndex: 10,
    edit: (yaml) => edit(smallCamera(yaml)),
  });
  const buffers = instrument.kernel.registry.get(ImageBuffers);
  const shown: { buffer: string; at: number; alignedBy: { x: number; y: number } }[] = [];
  const port = Object.assign(new ScriptedOperator({}, { defaults: true }), {
    showImage: (buffer: string) => {
      shown.push({ buffer, at: instrument.clock.now(), alignedBy: buffers.get('B')!.alignment });
      onShown(shown.length, () => instrument.runner.stop());
    },
  });
  return { instrument, port, shown };
}

test('after each correlation the two images are shown in turn, aligned, at the interval of the properties', async () => {
  const { instrument, port, shown } = await watched(
    (yaml) => `StageCalNumToggles: 4\nStageCalToggleInterval: 300\n${yaml}`,
  );
  await using running = instrument;
  const result = await running.runner.run(stageShift, { port });
  const pairs = (result!.values['images'] as number) - 2;
  expect(shown.map(({ buffer }) => buffer).join('')).toBe('BABA'.repeat(pairs));
  for (let first = 0; first < shown.length; first += 4) {
    const [one, two, three, four] = shown.slice(first, first + 4);
    for (const [before, after] of [
      [one!, two!],
      [two!, three!],
      [three!, four!],
    ] as const)
      expect(after.at - before.at).toBeCloseTo(0.3, 6);
    // The earlier image is moved by about half the field along one axis.
    expect(Math.hypot(one!.alignedBy.x, one!.alignedBy.y)).toBeGreaterThan(50);
  }
});

test('they can be stopped, and the stage goes back', async () => {
  const { instrument, port, shown } = await watched(
    (yaml) => yaml,
    (count, stop) => {
      if (count === 5) stop();
    },
  );
  await using running = instrument;
  await expect(running.runner.run(stageShift, { port })).rejects.toMatchObject({ code: 'run/stopped' });
  expect(shown).toHaveLength(5);
  expect(running.calibrations.stage.get(magIndex(10), cameraIndex(0))).toBeUndefined();
});
