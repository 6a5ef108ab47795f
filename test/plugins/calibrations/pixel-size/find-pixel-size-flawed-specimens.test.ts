import { randomNumbers, runItem, verifying } from '../../../support/virtual-instrument';
import { gratingInstrument, quarterTurnsApart, takeImage, truthAt } from './grating-instrument';

const submenu = 'calibrations/pixel-size';
const seeds = Array.from({ length: verifying ? 20 : 1 }, (_, index) => index + 1);
const catalase = { specimen: 'catalase', contrast: 0.05, latticeContrast: 0.3 };
const bars = {
  specimen: 'grid-bars',
  barsPerInch: 8000,
  barWidthMicrometres: 1.2,
  latticeContrast: 0.9,
  contrast: 0.05,
};

/** The specimen, a mag index for it, and what the pixel size may be off by in percent: a bent lattice has not the spacing in the image that it has on the whole. */
test.each([
  ['catalase', 26, catalase, 0.3],
  ['grid bars', 4, bars, 0.5],
  [
    'grid bars bent, broken and dirty',
    4,
    { ...bars, latticeBend: 0.002, latticeBendRepeats: 10, missingLines: 0.1, dirtyBlocks: 0.1 },
    0.5,
  ],
  ['a grating bent and uneven', 13, { latticeBend: 0.002, latticeBendRepeats: 12, linePlacementNm: 3 }, 0.3],
  [
    'a grating worn, dirty and with latex on it',
    13,
    { missingLines: 0.15, dirtyBlocks: 0.15, latexSpheresPerSquareMicrometre: 0.5 },
    0.3,
  ],
  ['a grating within an opening', 13, { openingMicrometres: 3.4 }, 0.3],
] as const)(
  'measures %s',
  async (_, magIndex, simulator, percent) => {
    for (const seed of seeds) {
      const random = randomNumbers(seed + 30);
      const specimenAngleDegrees = 90 * random();
      const electronsPerFieldPixelPerSecond = 4 * 20 * 30 ** random();
      await using instrument = await gratingInstrument(
        {
          ...simulator,
          seed,
          specimenAngleDegrees,
          openingAngleDegrees: 90 * random(),
          electronsPerFieldPixelPerSecond,
        },
        { magIndex },
      );
      const kind = 'specimen' in simulator ? simulator.specimen : 'cross-grating';
      if (kind === 'catalase') await runItem(instrument, `${submenu}/catalase-crystal`);
      if (kind === 'grid-bars') await runItem(instrument, `${submenu}/mesh-for-grid-bars`, { mesh: '8000' });
      await takeImage(instrument);
      const { result } = await runItem(instrument, `${submenu}/find-pixel-size`);
      const truth = truthAt(instrument, magIndex);
      const { pixelSize, gridAngle } = result!.values as { pixelSize: number; gridAngle: number };
      const error = result!.standardErrors as { pixelSize: number; gridAngle: number };
      const off = {
        percent: 100 * Math.abs(pixelSize / truth.pixel - 1),
        degrees: quarterTurnsApart(gridAngle, specimenAngleDegrees + truth.rotation),
      };
      // Worn and dirty lines over fewer than five repeats may allow no more; then the standard error has to say so.
      const within = off.percent < Math.max(percent, (200 * error.pixelSize) / truth.pixel);
      expect({
        seed,
        off,
        within,
        pixelErrors: Math.abs(pixelSize - truth.pixel) < 4.5 * error.pixelSize,
        angleErrors: off.degrees < 4.5 * error.gridAngle,
      }).toEqual({ seed, off, within: true, pixelErrors: true, angleErrors: true });
    }
  },
  600_000,
);
