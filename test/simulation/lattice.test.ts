import { bench, moments } from './bench';
import { viewOf, type VirtualMicroscope } from '../../simulation';

/** Power of an image at a spatial frequency given in cycles a pixel along columns and down rows, Hann-windowed. */
function powerAt(data: Uint16Array, width: number, height: number, across: number, down: number): number {
  const { mean } = moments(data);
  let [real, imaginary] = [0, 0];
  for (let row = 0; row < height; row++) {
    const taper = 1 - Math.cos((2 * Math.PI * (row + 0.5)) / height);
    for (let column = 0; column < width; column++) {
      const value =
        (data[row * width + column]! - mean) * taper * (1 - Math.cos((2 * Math.PI * (column + 0.5)) / width));
      const phase = 2 * Math.PI * (across * column + down * row);
      real += value * Math.cos(phase);
      imaginary += value * Math.sin(phase);
    }
  }
  return (real * real + imaginary * imaginary) / (width * height);
}

/** Frequency in cycles a pixel of a wave on the specimen, seen by camera 0 at mag index 17 or 28. */
function frequencyOf(pitch: number, angle: number, pixel: number, rotation: number): { across: number; down: number } {
  const direction = ((angle + rotation) * Math.PI) / 180;
  return { across: (pixel / pitch) * Math.cos(direction), down: (-pixel / pitch) * Math.sin(direction) };
}

const take = (
  microscope: VirtualMicroscope,
  magIndex: number,
): { data: Uint16Array; width: number; height: number } => {
  microscope.setMagnification(magIndex);
  return microscope.expose({ camera: 0, binning: 2, exposure: 1 });
};

describe('the cross grating', () => {
  const { microscope } = bench({ specimen: 'cross-grating', specimenAngleDegrees: 12 });
  const { data, width, height } = take(microscope, 17);
  const pitch = 1000 / 2160;

  test.each([12, 102])('has lines 1/2160 mm apart across %p degrees', (angle) => {
    const { across, down } = frequencyOf(pitch, angle, 0.06, 84);
    const peak = powerAt(data, width, height, across, down);
    const background = powerAt(data, width, height, across * 1.1, down * 1.1);
    expect(peak).toBeGreaterThan(100 * background);
    // The peak is where it should be to a tenth of its width.
    const step = 0.3 / width;
    const along = [-1, 1].map((side) => powerAt(data, width, height, across + side * step, down));
    const upward = [-1, 1].map((side) => powerAt(data, width, height, across, down + side * step));
    for (const [low, high] of [along, upward]) {
      const shift =
        (0.5 * (Math.log(low!) - Math.log(high!))) / (Math.log(low!) + Math.log(high!) - 2 * Math.log(peak));
      expect(Math.abs(shift)).toBeLessThan(0.1);
    }
  });

  test('moves with the image shift as a film does', () => {
    const { across, down } = frequencyOf(pitch, 12, 0.06, 84);
    microscope.setImageShift({ x: 0.1, y: 0.05 });
    const moved = take(microscope, 17);
    const { imageShiftToCamera: b } = viewOf(bench().truth, 17, 0)!;
    const dx = -(b.xpx * 0.1 + b.xpy * 0.05) / 2;
    const dy = (b.ypx * 0.1 + b.ypy * 0.05) / 2;
    const phase = (image: Uint16Array): number => {
      let [real, imaginary] = [0, 0];
      image.forEach((value, k) => {
        const angle = 2 * Math.PI * (across * (k % width) + down * Math.floor(k / width));
        const taper =
          (1 - Math.cos((2 * Math.PI * ((k % width) + 0.5)) / width)) *
          (1 - Math.cos((2 * Math.PI * (Math.floor(k / width) + 0.5)) / height));
        real += value * taper * Math.cos(angle);
        imaginary -= value * taper * Math.sin(angle);
      });
      return Math.atan2(imaginary, real);
    };
    const turns = (phase(moved.data) - phase(data)) / (2 * Math.PI) + across * dx + down * dy;
    expect(Math.abs(turns - Math.round(turns))).toBeLessThan(0.01);
  });
});

describe('the catalase crystal', () => {
  test('has spacings of 6.85 and 8.75 nm at 90 degrees', () => {
    const { microscope } = bench({ specimen: 'catalase', specimenAngleDegrees: 30, contrast: 0.05 });
    const { data, width, height } = take(microscope, 28);
    for (const [pitch, angle] of [
      [0.00685, 30],
      [0.00875, 120],
    ] as const) {
      const { across, down } = frequencyOf(pitch, angle, 0.002, 96);
      expect(powerAt(data, width, height, across, down)).toBeGreaterThan(
        50 * powerAt(data, width, height, across * 0.93, down * 0.93),
      );
      expect(powerAt(data, width, height, across, down)).toBeGreaterThan(
        50 * powerAt(data, width, height, down, across),
      );
    }
  });
});

describe('the grid', () => {
  test('has bars of the width and the mesh that it is given, dark between bright squares', () => {
    const { microscope } = bench({
      specimen: 'grid-bars',
      specimenAngleDegrees: 20,
      barsPerInch: 1000,
      barWidthMicrometres: 8,
      latticeContrast: 0.9,
      contrast: 0,
    });
    const { data, width, height } = take(microscope, 4);
    const pitch = 25400 / 1000;
    const bright = data.reduce((highest, value) => Math.max(highest, value), 0);
    const open = data.reduce((count, value) => count + (value > 0.7 * bright ? 1 : 0), 0) / data.length;
    expect(open).toBeCloseTo((1 - 8 / pitch) ** 2, 1);
    expect(data.reduce((lowest, value) => Math.min(lowest, value), bright) / bright).toBeLessThan(0.05);
    // Rotated by -20 degrees at this magnification, the bars stand along the columns and rows of the image.
    const { across, down } = frequencyOf(pitch, 20, 0.8, -20);
    expect(down).toBeCloseTo(0, 9);
    expect(powerAt(data, width, height, across, 0)).toBeGreaterThan(
      100 * powerAt(data, width, height, across * 1.5, 0),
    );
  });
});

describe('nothing', () => {
  test('is even but for shot noise, and lines finer than pixels are an even grey', () => {
    const empty = take(bench({ specimen: 'empty' }).microscope, 17);
    const { mean, variance } = moments(empty.data);
    expect(variance / mean).toBeCloseTo(1, 1);
    const fine = take(bench({ specimen: 'cross-grating', contrast: 0, linesPerMillimetre: 40000 }).microscope, 17);
    expect(moments(fine.data).variance / moments(fine.data).mean).toBeCloseTo(1, 1);
    expect(moments(fine.data).mean / mean).toBeCloseTo((1 - 0.5 * 0.25) ** 2, 2);
  });
});
