import type { Picture } from './picture-source';

/** Mirrors a picture about its vertical axis. */
function mirrored({ width, height, data }: Picture): Picture {
  const result = new Uint16Array(data.length);
  for (let row = 0; row < height; row++) {
    const first = row * width;
    for (let column = 0; column < width; column++) result[first + column] = data[first + width - 1 - column]!;
  }
  return { width, height, data: result };
}

/** Turns a picture counter-clockwise by a quarter: what was the last column becomes the first row. */
function turned({ width, height, data }: Picture): Picture {
  const result = new Uint16Array(data.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++)
      result[(width - 1 - column) * height + row] = data[row * width + column]!;
  }
  return { width: height, height: width, data: result };
}

/** Brings a picture of the chip to the orientation that the operator is used to: 4 mirrors it about the vertical axis, then 0 to 3 quarter turns counter-clockwise. */
export function rotateFlip(picture: Picture, operation: number): Picture {
  let result = operation >= 4 ? mirrored(picture) : picture;
  for (let turn = 0; turn < operation % 4; turn++) result = turned(result);
  return result;
}

/** Undoes `rotateFlip`. */
export function undoRotateFlip(picture: Picture, operation: number): Picture {
  const turnedBack = rotateFlip(picture, (4 - (operation % 4)) % 4);
  return operation >= 4 ? mirrored(turnedBack) : turnedBack;
}
