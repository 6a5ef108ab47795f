import { setTimeout as pause } from 'node:timers/promises';
import { realTransform2 } from '../imaging';
import { contest, table, timed, type Contender } from './contest';
import { javascriptPeers } from './peers/javascript';
import type { Peer } from './peers/native';

/** Our own transform of size x size numbers; without copies the caller works in the memory of the transform. */
function ours(size: number, threads: 1 | 2, copies: boolean): Contender {
  const transform = realTransform2(size, size, { threads });
  const outside = { real: new Float32Array(size * size), complex: new Float32Array(size * (size + 2)) };
  const { real, complex } = copies ? outside : transform;
  for (let index = 0; index < real.length; index++) real[index] = Math.random() - 0.5;
  const name = `ours, ${threads === 1 ? 'one thread' : 'two threads'}${copies ? ', copied in and out' : ''}`;
  return { name, run: () => timed(() => transform.forward(real, complex)) };
}

/** The table of the real forward transform of size x size numbers. */
export async function transforms(
  size: number,
  rounds: number,
  fftw: Peer | undefined,
  python: Peer | undefined,
): Promise<string> {
  const contenders = [ours(size, 1, false), ours(size, 2, false), ours(size, 1, true)];
  // the second thread takes part once it has started
  await contenders[1]?.run();
  await pause(300);
  const base = fftw === undefined ? 'ours, one thread' : 'FFTW3f MEASURE, one thread';
  if (fftw !== undefined) contenders.push({ name: base, run: () => fftw.time(`fft ${size}`) });
  if (python !== undefined) contenders.push({ name: 'scipy.fft, one thread', run: () => python.time(`fft ${size}`) });
  // The slow ones have shown their speed at 2048.
  if (size <= 2048) contenders.push(...(await javascriptPeers(size)));
  return table(`Real forward transform, ${size} x ${size}`, await contest(contenders, rounds), base);
}
