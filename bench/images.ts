import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expose, image, Random, reduce, Registration, Texture, type Image } from '../imaging';
import { contest, table, timed, type Contender } from './contest';
import type { Peer } from './peers/native';

type Frames = { readonly later: Image; readonly reference: Image };

/** Two noisy images of one texture; `repeat` tiles of the detail make larger frames without rendering them in full. */
function frames(size: number, uint16: boolean): Frames {
  const texture = new Texture({
    seed: 3,
    waveCount: 60,
    lowestFrequency: 0.02 * (512 / size),
    highestFrequency: 0.2 * (512 / size),
  });
  const random = new Random(4);
  const shot = (x: number, y: number): Image => {
    const counts = expose(texture.render(size, size, { shift: { x, y } }), {
      countsPerPixel: 200,
      contrast: 0.15,
      random,
    });
    return uint16 ? image(Uint16Array.from(counts.data), size, size) : counts;
  };
  return { later: shot(11.3 * (size / 1024), -7.6 * (size / 1024)), reference: shot(0, 0) };
}

/** A registration of two new images: a copy of the pixels defeats the cache between calls. */
function ours(
  name: string,
  { later, reference }: Frames,
  registration: Registration,
  keepReference: boolean,
): Contender {
  return {
    name,
    run() {
      const again = ({ data, shape: [rows = 0, columns = 0] }: Image) => image(data.slice(), rows, columns);
      const [one, other] = [again(later), keepReference ? reference : again(reference)];
      return timed(() => registration.measure(one, other));
    },
  };
}

/** The tables of the shift between two images. */
export async function shifts(rounds: number, python: Peer | undefined): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-frames-'));
  const stem = (size: number, kind: string, pair: Frames): string => {
    const name = path.join(folder, `${size}-${kind}`);
    for (const which of ['later', 'reference'] as const) {
      const { buffer, byteOffset, byteLength } = pair[which].data;
      writeFileSync(`${name}-${which}`, new Uint8Array(buffer, byteOffset, byteLength));
    }
    return name;
  };
  const full = new Registration({ largestSide: 1024 });
  try {
    const small = frames(1024, false);
    const smallStem = stem(1024, 'float32', small);
    const contenders = [
      ours('ours, both images new', small, new Registration(), false),
      ours('ours, both images new, two threads', small, new Registration({ threads: 2 }), false),
      ours('ours, reference seen before', small, new Registration(), true),
      ours('ours, not binned, both images new', small, full, false),
    ];
    if (python !== undefined) {
      contenders.push({ name: 'skimage, upsample 20', run: () => python.time(`skimage ${smallStem} 1024`) });
      contenders.push({
        name: 'numpy + scipy, same steps',
        run: () => python.time(`pipeline ${smallStem} 1024 float32`),
      });
    }
    const first = table(
      'Sub-pixel shift of two 1024 x 1024 float images',
      await contest(contenders, rounds),
      python ? 'skimage, upsample 20' : 'ours, both images new',
    );
    const large = frames(4096, true);
    const largeStem = stem(4096, 'uint16', large);
    const largeContenders = [
      ours('ours, both images new', large, new Registration(), false),
      ours('ours, both images new, two threads', large, new Registration({ threads: 2 }), false),
    ];
    if (python !== undefined)
      largeContenders.push({
        name: 'numpy + scipy, same steps',
        run: () => python.time(`pipeline ${largeStem} 4096 uint16`),
      });
    const second = table(
      'Two raw 4096 x 4096 uint16 frames to a shift',
      await contest(largeContenders, rounds),
      python ? 'numpy + scipy, same steps' : 'ours, both images new',
    );
    return `${first}\n${second}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The table of the reduction of a super-resolution frame of a K3. */
export async function reduction(rounds: number, python: Peer | undefined): Promise<string> {
  const [rows, columns] = [8184, 11520];
  const data = new Uint8Array(rows * columns);
  for (let index = 0; index < data.length; index++) data[index] = (index * 2654435761) >>> 24;
  const frame = image(data, rows, columns);
  const contenders: Contender[] = [{ name: 'ours', run: () => timed(() => reduce(frame, 8)) }];
  if (python !== undefined)
    contenders.push({ name: 'numpy reshape-mean', run: () => python.time(`bin ${rows} ${columns} 8`) });
  const standings = await contest(contenders, rounds);
  return table(
    'K3 super-resolution uint8, 11520 x 8184 to 1440 x 1023 float',
    standings,
    python ? 'numpy reshape-mean' : 'ours',
  );
}
