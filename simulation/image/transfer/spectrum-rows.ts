import { floats, room } from '../../kernels';

/**
 * Does a work on each row of a half spectrum, in a buffer in the memory of the kernels.
 * @param work gets the address of the buffer; all other buffers that it uses must be there before
 */
export function overRows(
  spectrum: Float32Array,
  rows: number,
  half: number,
  work: (place: number, row: number) => void,
): void {
  const length = 2 * half;
  const place = room('spectrum row', 4 * length);
  const buffer = floats(place, length);
  for (let row = 0; row < rows; row++) {
    const here = spectrum.subarray(row * length, (row + 1) * length);
    buffer.set(here);
    work(place, row);
    here.set(buffer);
  }
}
