import { expose, findSimilarity, Random, realTransform2, Registration, shiftBound, Texture } from '../imaging';

/** RMS error of the transform against a direct sum in double precision, relative to the RMS of the result. */
function transformError(rows: number, columns: number): number {
  const random = new Random(rows + columns);
  const input = Float32Array.from({ length: rows * columns }, () => random.uniform() - 0.5);
  const output = realTransform2(rows, columns).forward(input);
  let errors = 0;
  let power = 0;
  for (let sample = 0; sample < 24; sample++) {
    const u = Math.floor(random.uniform() * rows);
    const v = Math.floor(random.uniform() * (columns / 2 + 1));
    const [re, im] = directSum(input, rows, columns, u, v);
    const at = 2 * (u * (columns / 2 + 1) + v);
    errors += ((output[at] as number) - re) ** 2 + ((output[at + 1] as number) - im) ** 2;
    power += re * re + im * im;
  }
  return Math.sqrt(errors / power);
}

function directSum(input: Float32Array, rows: number, columns: number, u: number, v: number): [number, number] {
  let re = 0;
  let im = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const angle = -2 * Math.PI * (((u * row) % rows) / rows + ((v * column) % columns) / columns);
      const value = input[row * columns + column] as number;
      re += value * Math.cos(angle);
      im += value * Math.sin(angle);
    }
  }
  return [re, im];
}

/** The table of the errors of the transform. */
export function transformErrors(): string {
  const sizes = [
    [512, 512],
    [1024, 1024],
    [1000, 1000],
    [1023, 1440],
    [896, 896],
  ] as const;
  const rows = sizes.map(([r, c]) => `| ${r} x ${c} | ${transformError(r, c).toExponential(2)} |`);
  return [
    '### Error of the transform against a direct sum in double precision',
    '',
    '| rows x columns | relative RMS |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The table of the accuracy of shifts: exact random textures, Poisson counts, random sub-pixel shifts. */
export function shiftErrors(count: number): string {
  const size = 512;
  const camera = { countsPerPixel: 200, contrast: 0.15 };
  const cases = [
    { name: 'shifts up to 10 px', most: 10, texture: {} },
    { name: 'shifts up to 150 px', most: 150, texture: {} },
    {
      name: 'shifts up to 10 px, spectrum falling with 1/f from 0.005 to 0.4',
      most: 10,
      texture: { lowestFrequency: 0.005, highestFrequency: 0.4, falloff: 1 },
    },
  ];
  const registration = new Registration();
  const random = new Random(17);
  const rows = cases.map(({ name, most, texture: options }) => {
    let squares = 0;
    let bound = 0;
    let stated = 0;
    for (let index = 0; index < count; index++) {
      const texture = new Texture({ seed: index + 1, waveCount: 150, ...options });
      const shift = { x: (2 * random.uniform() - 1) * most, y: (2 * random.uniform() - 1) * most };
      const shot = (moved: { x: number; y: number }) =>
        expose(texture.render(size, size, { shift: moved }), { ...camera, random });
      const found = registration.measure(shot(shift), shot({ x: 0, y: 0 }));
      squares += (found.x - shift.x) ** 2 + (found.y - shift.y) ** 2;
      const best = shiftBound({ texture, rows: size, columns: size, ...camera })(shift);
      bound += best.x ** 2 + best.y ** 2;
      stated += (found.standardError?.x ?? NaN) ** 2 + (found.standardError?.y ?? NaN) ** 2;
    }
    const rms = (sum: number) => Math.sqrt(sum / (2 * count));
    return `| ${name} | ${count} | ${rms(squares).toFixed(5)} | ${rms(bound).toFixed(5)} | ${Math.sqrt(squares / bound).toFixed(2)} | ${rms(stated).toFixed(5)} |`;
  });
  const head = '| case | pairs | RMS error px | Cramer-Rao bound px | ratio | stated standard error px |';
  return [
    '### Accuracy of shifts: 512 x 512, 200 counts a pixel, contrast 15 %',
    '',
    head,
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The table of the accuracy of scale and rotation: exact random textures, Poisson counts, as for a magnification at high defocus. */
export function similarityErrors(count: number): string {
  const size = 512;
  const random = new Random(23);
  const camera = { countsPerPixel: 50, contrast: 0.15, random };
  const errors = { scale: 0, rotation: 0, statedScale: 0, statedRotation: 0, found: 0 };
  let milliseconds = 0;
  for (let index = 0; index < count; index++) {
    const texture = new Texture({ seed: index + 1, waveCount: 150 });
    const [scale, rotation] = [1.02 + 0.36 * random.uniform(), 28 * random.uniform() - 14];
    const angle = (rotation * Math.PI) / 180;
    const [cosine, sine] = [scale * Math.cos(angle), scale * Math.sin(angle)];
    const reference = expose(texture.render(size, size), camera);
    const matrix = { xpx: cosine, xpy: -sine, ypx: sine, ypy: cosine };
    const later = expose(texture.render(size, size, { matrix }), camera);
    const start = process.hrtime.bigint();
    const found = findSimilarity(later, reference, { scale: [1, 1.4], rotation: [-15, 15] });
    milliseconds += Number(process.hrtime.bigint() - start) / 1e6;
    if (!found?.trusted) continue;
    errors.found += 1;
    errors.scale += (found.scale / scale - 1) ** 2;
    errors.rotation += (found.rotation - rotation) ** 2;
    errors.statedScale += found.standardErrors.scale ** 2;
    errors.statedRotation += found.standardErrors.rotation ** 2;
  }
  const rms = (sum: number): string => Math.sqrt(sum / errors.found).toExponential(2);
  return [
    '### Scale and rotation between two images: 512 x 512, 50 counts a pixel, scale 1 to 1.4, 15 degrees to either side',
    '',
    '| pairs | found | RMS error of scale | stated | RMS error degrees | stated | ms |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    `| ${count} | ${errors.found} | ${rms(errors.scale)} | ${rms(errors.statedScale)} | ${rms(errors.rotation)} | ${rms(errors.statedRotation)} | ${(milliseconds / count).toFixed(0)} |`,
    '',
  ].join('\n');
}
