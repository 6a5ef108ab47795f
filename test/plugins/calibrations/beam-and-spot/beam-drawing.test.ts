import { nanometres, seconds } from '../../../../core/base';
import { image } from '../../../../imaging';
import { beamDrawing } from '../../../../plugins/calibrations/beam-and-spot/beam-images/beam-drawing';

/** A disc of some counts over a background, at a raster place, in an image of 1024 x 1024. */
function disc(x: number, y: number, radius: number, counts = 1000) {
  const side = 1024;
  const data = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const inside = radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y);
      // A little noise, by a formula, so that it is not a drawing.
      const noise = 5 * Math.sin(12.9898 * row + 78.233 * column);
      data[row * side + column] = 20 + counts * Math.min(1, Math.max(0, inside)) + noise;
    }
  const area = { left: 0, top: 0, right: side, bottom: side };
  const exposure = { binning: 1, area, exposure: seconds(1), driftSettling: seconds(0) };
  return { image: image(data, side, side), exposure: exposure as never };
}

test('the outline lies where the beam is, in pixels of the image with Y down, though it is looked for in a binned one', () => {
  const drawing = beamDrawing({ frame: disc(600, 380, 200), context: { pixelSize: nanometres(2) } });
  const [outline] = drawing.outlines;
  expect(outline).toMatchObject({
    x: expect.closeTo(600, 0) as number,
    y: expect.closeTo(380, 0) as number,
    long: expect.closeTo(200, 0) as number,
  });
  const said = Object.fromEntries(drawing.numbers.map(({ label, text }) => [label, text]));
  expect(said).toMatchObject({ Diameter: '0.8 um', 'From the middle': 'X 0.176, Y 0.264 um' });
  expect(drawing.trouble).toBeUndefined();
});

test('without a pixel size it tells pixels; a beam that is cut is drawn with that reason, and none at all is said', () => {
  const cut = beamDrawing({ frame: disc(900, 512, 300), context: {} });
  expect(cut.numbers[0]!.text).toMatch(/^(59|60)\d[.\d]* px$/);
  expect(cut.trouble).toBe('A part of the beam lies outside the image.');
  const none = beamDrawing({ frame: disc(512, 512, 0, 0), context: {} });
  expect(none.outlines).toEqual([]);
  expect(none.trouble).toBeDefined();
});
