import { LiveImage, takeImage } from '../../../core/acquisition';
import { ImageBuffers } from '../../../core/kernel';
import { runItem, virtualInstrument } from '../../support/virtual-instrument';

const small = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 480').replace('CameraSizeY: 8184', 'CameraSizeY: 360');

test('a live image on the virtual instrument makes way for a run and for a plain image, and goes on after the run', async () => {
  await using instrument = await virtualInstrument({ edit: small });
  const { registry } = instrument.kernel;
  const [live, buffers] = [registry.get(LiveImage), registry.get(ImageBuffers)];
  const first = await live.start('View');
  expect(first.context).toMatchObject({ live: true, parameterSet: 'View' });
  expect(first.context.pixelSize).toBeGreaterThan(0);
  const states: unknown[] = [];
  live.onChange(() => void states.push(live.running));
  const { id } = instrument.session
    .menu()
    .find(({ enabled, declaration }) => enabled && declaration?.touchesNothing === true && !declaration.anytime)!;
  await runItem(instrument, id);
  expect(states).toContain(undefined);
  expect(live.running).toBe('View');
  const image = await takeImage(instrument.session, 'Trial');
  expect(live.running).toBeUndefined();
  expect(image!.context).toMatchObject({ parameterSet: 'Trial', title: 'Trial' });
  expect(image!.context.takenAt).toBeInstanceOf(Date);
  expect(buffers.get('B')).toBeUndefined();
});
