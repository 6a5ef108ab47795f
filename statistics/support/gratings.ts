import { runItem } from '../../testing/virtual-instrument';
import { type CameraChange, type Measured, broken } from '../harness/table';
import { expectedRepeats, gratingInstrument, quarterTurnsApart, takeImage, truthAt } from './grating-instrument';
import { randomNumbers } from './random-numbers';

const submenu = 'calibrations/pixel-size';
/** Percent from which a pixel size is that of another lattice. */
const otherLattice = 5;

/** A truth drawn at random: 3 to 12 lines across the field, turned anyhow, 5 to 2000 counts. */
function drawGrating(seed: number) {
  const random = randomNumbers(seed);
  const specimenAngleDegrees = 90 * random();
  const magIndex = 10 + Math.floor(6 * random());
  const electrons = 5 * 400 ** random();
  const simulator = {
    seed,
    specimenAngleDegrees,
    pixelScaleError: 0.1 * (random() - 0.5),
    rotationErrorDegrees: 6 * (random() - 0.5),
    electronsPerFieldPixelPerSecond: 4 * electrons,
  };
  return { magIndex, specimenAngleDegrees, simulator };
}

/** Errors of the pixel size in percent and of the grid angle in degrees, on a clean cross grating. Where fewer than four lines are seen the percent have a name of their own. */
export async function measureGrating(seed: number, _row: string, camera?: CameraChange): Promise<Measured> {
  const { magIndex, specimenAngleDegrees, simulator } = drawGrating(seed);
  await using instrument = await gratingInstrument(simulator, { magIndex, ...(camera && { edit: camera }) });
  await takeImage(instrument);
  const { result } = await runItem(instrument, `${submenu}/find-pixel-size`);
  const truth = truthAt(instrument, magIndex);
  const { pixelSize, gridAngle } = result!.values as { pixelSize: number; gridAngle: number };
  const stated = result!.standardErrors as { pixelSize: number; gridAngle: number };
  const percent = 100 * (pixelSize / truth.pixel - 1);
  const degrees = quarterTurnsApart(gridAngle, specimenAngleDegrees + truth.rotation);
  const verdict = result!.quality!.verdict;
  const few = expectedRepeats(instrument, magIndex) < 4;
  if (Math.abs(percent) >= otherLattice)
    return {
      errors: {},
      verdict: `another lattice, ${verdict}`,
      faults: broken({ 'another lattice is doubtful': verdict === 'doubtful' }),
    };
  return {
    errors: { [few ? 'percent of few' : 'percent']: percent, size: percent, degrees },
    stated: { size: (100 * stated.pixelSize) / truth.pixel, degrees: stated.gridAngle },
    verdict: 'the lattice',
    faults: broken({
      'the pixel size is right to 0.1 %, or 0.3 % with fewer than four repeats': Math.abs(percent) < (few ? 0.3 : 0.1),
      'the angle is right to 0.1 degrees': degrees < 0.1,
    }),
  };
}

const bars = {
  specimen: 'grid-bars',
  barsPerInch: 8000,
  barWidthMicrometres: 1.2,
  latticeContrast: 0.9,
  contrast: 0.05,
};

/** Specimens that are not perfect: a mag index for each, and what the pixel size may be off by in percent. A bent lattice has not the spacing in the image that it has on the whole. */
export const flawedSpecimens = {
  catalase: {
    magIndex: 26,
    simulator: { specimen: 'catalase', contrast: 0.05, latticeContrast: 0.3 },
    percent: 0.3,
  },
  'grid bars': { magIndex: 4, simulator: bars, percent: 0.5 },
  'grid bars bent, broken and dirty': {
    magIndex: 4,
    simulator: { ...bars, latticeBend: 0.002, latticeBendRepeats: 10, missingLines: 0.1, dirtyBlocks: 0.1 },
    percent: 0.5,
  },
  'a grating bent and uneven': {
    magIndex: 13,
    simulator: { latticeBend: 0.002, latticeBendRepeats: 12, linePlacementNm: 3 },
    percent: 0.3,
  },
  'a grating worn, dirty and with latex on it': {
    magIndex: 13,
    simulator: { missingLines: 0.15, dirtyBlocks: 0.15, latexSpheresPerSquareMicrometre: 0.5 },
    percent: 0.3,
  },
  'a grating within an opening': { magIndex: 13, simulator: { openingMicrometres: 3.4 }, percent: 0.3 },
} as const satisfies Readonly<
  Record<string, { magIndex: number; simulator: Readonly<Record<string, unknown>>; percent: number }>
>;

/** Errors of pixel size and grid angle on a specimen that is not perfect. */
export async function measureFlawed(seed: number, row: string, camera?: CameraChange): Promise<Measured> {
  const { magIndex, simulator, percent: allowed } = flawedSpecimens[row as keyof typeof flawedSpecimens];
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
    { magIndex, ...(camera && { edit: camera }) },
  );
  const kind = 'specimen' in simulator ? simulator.specimen : 'cross-grating';
  if (kind === 'catalase') await runItem(instrument, `${submenu}/catalase-crystal`);
  if (kind === 'grid-bars') await runItem(instrument, `${submenu}/mesh-for-grid-bars`, { mesh: '8000' });
  await takeImage(instrument);
  const { result } = await runItem(instrument, `${submenu}/find-pixel-size`);
  const truth = truthAt(instrument, magIndex);
  const { pixelSize, gridAngle } = result!.values as { pixelSize: number; gridAngle: number };
  const stated = result!.standardErrors as { pixelSize: number; gridAngle: number };
  const percent = 100 * (pixelSize / truth.pixel - 1);
  const degrees = quarterTurnsApart(gridAngle, specimenAngleDegrees + truth.rotation);
  return {
    errors: { percent, degrees },
    stated: { percent: (100 * stated.pixelSize) / truth.pixel, degrees: stated.gridAngle },
    verdict: result!.quality?.verdict ?? 'without a verdict',
    faults: broken({
      // Worn and dirty lines over fewer than five repeats may allow no more; then the standard error has to say so.
      'the pixel size is as right as it may be':
        Math.abs(percent) < Math.max(allowed, (200 * stated.pixelSize) / truth.pixel),
      'the pixel size is right to 4.5 standard errors': Math.abs(pixelSize - truth.pixel) < 4.5 * stated.pixelSize,
      'the angle is right to 4.5 standard errors': degrees < 4.5 * stated.gridAngle,
    }),
  };
}

/** Specimens as they should be, other than a grating, with what the pixel size may be off by in percent; and one that has no lattice. */
export const specimens = {
  catalase: { magIndex: 26, simulator: { specimen: 'catalase', contrast: 0.05 }, percent: 0.3 },
  'grid bars': { magIndex: 4, simulator: bars, percent: 0.5 },
  'no lattice': { magIndex: 12, simulator: { specimen: 'film' }, percent: 0 },
} as const;

/** Errors of pixel size and grid angle on a specimen as it should be; no pixel size, or a doubtful one that is not stored, where there is no lattice. */
export async function measureSpecimen(seed: number, row: string, camera?: CameraChange): Promise<Measured> {
  const { magIndex, simulator, percent: allowed } = specimens[row as keyof typeof specimens];
  await using instrument = await gratingInstrument(
    { seed, ...(row !== 'no lattice' && { specimenAngleDegrees: 29 * seed }), ...simulator },
    { magIndex, ...(camera && { edit: camera }) },
  );
  if (row === 'catalase') await runItem(instrument, `${submenu}/catalase-crystal`);
  if (row === 'grid bars') await runItem(instrument, `${submenu}/mesh-for-grid-bars`, { mesh: '8000' });
  await takeImage(instrument);
  const outcome = await runItem(instrument, `${submenu}/find-pixel-size`).catch((error: unknown) => error as Error);
  const kept = instrument.calibrations.shortTerm('FoundPixelSize').all().length;
  if (outcome instanceof Error) {
    const { code = '' } = outcome as { code?: string };
    if (row !== 'no lattice' || !code.startsWith('pixel-size/')) throw outcome;
    return { errors: {}, verdict: code, faults: broken({ 'nothing is kept': kept === 0 }) };
  }
  const { values, quality } = outcome.result!;
  const { pixelSize, gridAngle, stored } = values as { pixelSize: number; gridAngle: number; stored: boolean };
  const verdict = quality!.verdict ?? 'without a verdict';
  if (row === 'no lattice')
    return {
      errors: {},
      verdict,
      faults: broken({ 'it is doubtful': verdict === 'doubtful' && !stored && kept === 0 }),
    };
  const truth = truthAt(instrument, magIndex);
  const percent = 100 * (pixelSize / truth.pixel - 1);
  const degrees = quarterTurnsApart(gridAngle, 29 * seed + truth.rotation);
  return {
    errors: { percent, degrees },
    verdict,
    faults: broken({
      [`the pixel size is right to ${allowed} %`]: Math.abs(percent) < allowed,
      'the angle is right to 0.1 degrees': degrees < 0.1,
      'it is good': verdict === 'good',
    }),
  };
}
