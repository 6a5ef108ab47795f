import {
  type Chart,
  type ImagePlot,
  fittedChart,
  imageTile,
  keptPlots,
  plotInWords,
  vectorChart,
} from '../../../core/base';

const axes = { id: 'curve', title: 'Focus curve', x: 'Defocus in um', y: 'Shift in pixels' };

test('a fitted chart has the points with their errors, the curve over their range, and the residuals', () => {
  const points = [-2, 0, 1, 3].map((x) => ({ x, y: 2 * x + 1 + (x === 0 ? 0.3 : 0), error: 0.1 }));
  const chart = fittedChart(axes, [{ name: 'X', points, curve: (x) => 2 * x + 1 }]);
  expect(chart.series.map(({ name, kind, like }) => [name, kind, like])).toEqual([
    ['X', 'points', undefined],
    ['X, fit', 'line', 'X'],
  ]);
  const curve = chart.series[1]!.points;
  expect([curve[0], curve.at(-1)]).toEqual([
    { x: -2, y: -3 },
    { x: 3, y: 7 },
  ]);
  const residuals = chart.residuals!.series[0]!.points;
  expect(residuals.map(({ y }) => Number(y.toFixed(9)))).toEqual([0, 0.3, 0, 0]);
  expect(residuals.map(({ error }) => error)).toEqual([0.1, 0.1, 0.1, 0.1]);
  expect(plotInWords(chart)).toBe(
    'Focus curve (Shift in pixels against Defocus in um): X 4 points; residuals 0.15 rms.',
  );
  expect(fittedChart(axes, [{ name: 'X', points }])).not.toHaveProperty('residuals');
});

test('vectors and images are put into a line', () => {
  const vectors = vectorChart({ ...axes, title: 'Responses' }, [
    {
      name: 'X',
      vectors: [
        { x: 3, y: 4 },
        { x: 0, y: 1 },
      ],
      from: [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ],
    },
  ]);
  expect(vectors.series[0]!.points[1]).toEqual({ x: 2, y: 2, dx: 0, dy: 1 });
  expect(plotInWords(vectors)).toContain('X 2 arrows, mean length 3.');
  const tile = { column: 0, row: 0, width: 2, height: 2, overlays: [] };
  const image: ImagePlot = { kind: 'image', id: 'rings', title: 'Rings', tiles: [{ ...tile, label: '-1.2 um' }, tile] };
  expect(plotInWords(image)).toBe('Rings: -1.2 um.');
});

test('a tile has the mean of its pixels between black and white, and its overlays on their scale', () => {
  const side = 512;
  const samples = Float32Array.from({ length: side * side }, (_, at) =>
    at % side < side / 2 ? 10 : at % 2 === 0 ? 20 : 40,
  );
  const { width, height, pixels, overlays } = imageTile(
    { width: side, height: side, samples, black: 10, white: 50 },
    { overlays: [{ name: 'ring', kind: 'line', points: [{ x: 512, y: 256 }], closed: true }] },
  );
  const gray = Buffer.from(pixels!, 'base64');
  expect([width, height, gray.length]).toEqual([256, 256, 256 * 256]);
  expect([gray[0], gray[127], gray[128], gray[255]]).toEqual([0, 0, 127, 127]);
  expect(overlays).toEqual([{ name: 'ring', kind: 'line', points: [{ x: 256, y: 128 }], closed: true }]);
});

test('the history keeps few points of few figures, and no pixels', () => {
  const points = Array.from({ length: 1000 }, (_, x) => ({ x, y: x / 3 }));
  const chart: Chart = { ...axes, series: [{ name: 'X', kind: 'line', points }] };
  const image: ImagePlot = {
    kind: 'image',
    id: 'rings',
    title: 'Rings',
    tiles: [
      { column: 0, row: 0, width: 9, height: 9, pixels: 'AAAA', overlays: [{ name: 'ring', kind: 'line', points }] },
    ],
  };
  const [keptChart, keptImage] = keptPlots([chart, image]) as [Chart, ImagePlot];
  const kept = keptChart.series[0]!.points;
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([48, { x: 0, y: 0 }, { x: 999, y: 333 }]);
  expect(kept[1]!.y).toBe(Number((kept[1]!.x / 3).toPrecision(4)));
  expect(keptImage.tiles[0]).not.toHaveProperty('pixels');
  expect(JSON.stringify(keptPlots(Array(20).fill(chart) as Chart[])).length).toBeLessThan(10_000);
});
