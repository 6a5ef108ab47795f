import { StoppedError } from '../../../core/base';
import { RingFitting } from '../../../core/tuning';
import { angstroms, fitCtf } from '../../../imaging';
import { drawTask, render } from '../../../statistics/ctf-images';
import { requestFor } from '../../../statistics/support/ctf-fits';
import { virtualInstrument } from '../../support/virtual-instrument';

const { build } = require('../../../scripts/build') as { build: () => number };

// The thread runs compiled.
beforeAll(() => void build());

const task = drawTask('carbon', 1);
const micrograph = render({ ...task.scene, rows: 256, columns: 256 });

test('rings are fitted beside the program as by the fitter itself, one image after the other, and STOP does not wait', async () => {
  await using instrument = await virtualInstrument();
  const fitting = instrument.kernel.registry.get(RingFitting);
  const request = requestFor(task);
  const stop = new AbortController();
  const [first, second] = [fitting.fit(micrograph, request), fitting.fit(micrograph, request, stop.signal)];
  stop.abort(new StoppedError('test'));
  await expect(second).rejects.toBeInstanceOf(StoppedError);
  expect(await first).toEqual(fitCtf(micrograph, request));
});

test('what the fitter refuses to work with keeps its code', async () => {
  await using instrument = await virtualInstrument();
  const fitting = instrument.kernel.registry.get(RingFitting);
  const request = { ...requestFor(task), pixelSize: angstroms(0) };
  await expect(fitting.fit(micrograph, request)).rejects.toMatchObject({ code: 'imaging/bad-argument' });
  expect((await fitting.fit(micrograph, requestFor(task))).kind).toBe(fitCtf(micrograph, requestFor(task)).kind);
});
