import { cpus } from 'node:os';
import { fitCtf, image, type Image } from '../imaging';
import { drawTask, render } from '../statistics/ctf-images';
import { requestFor } from '../statistics/support/ctf-fits';
import { contest, table, timed, type Contender } from './contest';

const largeSide = 2048;

/** A micrograph of carbon; larger ones repeat it, which the time of a fit does not depend on. */
function micrograph(size: number) {
  const task = drawTask('carbon', 1);
  const side = Math.min(size, largeSide);
  const drawn = render({ ...task.scene, rows: side, columns: side });
  const pixels = new Int16Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) pixels[row * size + column] = drawn.get(row % side, column % side);
  return { request: requestFor(task), picture: image(pixels, size, size) };
}

/** The table of the time of a fit of Thon rings: transform, search, runner-up, errors and cross-check. */
export async function ctfFits(rounds: number): Promise<string> {
  const contenders: Contender[] = [];
  for (const size of [1024, 2048, 4096]) {
    const { picture, request } = micrograph(size);
    const run = (source: Image, follow?: Parameters<typeof fitCtf>[1]['follow']) => ({
      run: () => timed(() => fitCtf(source, follow ? { ...request, follow } : request)),
    });
    contenders.push({ name: `${size} x ${size}, one thread`, ...run(picture) });
    const last = fitCtf(picture, request);
    if (size === 1024 && last.kind === 'fit')
      contenders.push({ name: `${size} x ${size}, following the last fit`, ...run(picture, last) });
  }
  const title = `Fit of Thon rings with runner-up, errors and cross-check (${cpus()[0]?.model.trim() ?? 'unknown'})`;
  return table(title, await contest(contenders, rounds), '2048 x 2048, one thread');
}
