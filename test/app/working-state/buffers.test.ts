import { existsSync } from 'node:fs';
import path from 'node:path';
import { add, imageShiftUnits, length, subtract, vector } from '../../../core/base';
import { takeImage } from '../../../core/acquisition';
import { Scope } from '../../../core/devices';
import { BufferWork } from '../../../core/buffers';
import { ImageShiftControl } from '../../../core/optics';
import { trueImageShift, virtualInstrument } from '../../support/virtual-instrument';
import { eucentric, temporarySite } from '../eucentric';

test('on a virtual column, aligning brings the image back to where another one has it', async () => {
  await using instrument = await virtualInstrument({
    configuration: path.join(__dirname, '../../../config/hitachi-ht7700.yaml'),
    simulator: { specimen: 'film' },
  });
  const { session, kernel } = instrument;
  const [control, work] = [kernel.registry.get(ImageShiftControl), kernel.registry.get(BufferWork)];
  const magIndex = await kernel.registry.get(Scope).magIndex.read();
  const { camera } = (await takeImage(session, 'Trial'))!.frame;
  instrument.calibrations.imageShift.set(magIndex, camera, trueImageShift(instrument, magIndex), {
    sessionMeasured: false,
  });
  const image = await takeImage(session, 'Trial');
  expect(image!.context.conditions).toMatchObject({ spotSize: expect.any(Number) as number });
  expect(image!.context.conditions!.intensity).toBeGreaterThan(0);
  expect(image!.context.takenAt).toBeInstanceOf(Date);
  work.copy('A', 'M');
  const before = await control.net.read();
  const by = vector(imageShiftUnits(0.3), imageShiftUnits(-0.2));
  await control.write(add(before, by));
  await takeImage(session, 'Trial');
  const found = await work.align({ buffer: 'M' });
  const left = subtract(await control.net.read(), before);
  expect(length(left)).toBeLessThan(0.05 * length(by));
  expect(length(found.imageShiftChange!)).toBeCloseTo(length(by), 1);
  await work.clearAlignment();
  expect(length(subtract(await control.net.read(), add(before, by)))).toBeLessThan(1e-3);
});

test('commands find the images that earlier ones have left', () => {
  const { configuration } = temporarySite((yaml) => yaml);
  const run = (...given: readonly string[]) => {
    const { code, lines } = eucentric(['buffers', ...given, '--json', '--config', configuration]);
    return { code, last: lines().at(-1)!, all: lines() };
  };
  expect(run('list').last).toMatchObject({ event: 'result', alignmentBuffer: 'D', readingBuffer: 'D' });
  expect(run('copy', 'a', 'm').last).toMatchObject({ code: 'buffers/empty' });
  const taken = run('take', 'Trial');
  expect(taken.last).toMatchObject({ event: 'result', buffer: 'A', title: 'Trial', parameterSet: 'Trial' });
  expect(run('copy', 'a', '13').last).toMatchObject({ buffer: 'M', title: 'Trial' });
  const file = path.join(path.dirname(configuration), 'trial.mrc');
  expect(run('save', 'M', file).last).toMatchObject({ buffer: 'M', section: 0 });
  expect(existsSync(`${file}.mdoc`)).toBe(true);
  expect(run('read', file, '--buffer', 'E').last).toMatchObject({ buffer: 'E', kind: 'read from file' });
  expect(run('align', 'M', '--leave-column').last).toMatchObject({
    buffer: 'M',
    shift: { x: expect.closeTo(0, 1) as number, y: expect.closeTo(0, 1) as number },
  });
  const images = run('list').all.filter(({ event }) => event === 'buffer');
  expect(images.map(({ buffer }) => buffer)).toEqual(['A', 'E', 'M']);

  expect(run('take', 'Record').code).toBe(0);
  expect(run('read', file, '--buffer', 'A')).toMatchObject({ code: 1, last: { code: 'buffers/unsaved-record' } });
  expect(run('list').all.find(({ buffer }) => buffer === 'A')).toMatchObject({ title: 'Record' });
  expect(run('save', 'A', file.replace('trial', 'record')).code).toBe(0);
  expect(run('read', file, '--buffer', 'A').last).toMatchObject({ buffer: 'A', kind: 'read from file' });
});
