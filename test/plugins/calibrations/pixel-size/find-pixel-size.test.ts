import { randomNumbers, runItem, verifying } from '../../../support/virtual-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { expectedRepeats, gratingInstrument, quarterTurnsApart, takeImage, truthAt } from './grating-instrument';
import { tellFigures } from '../../../support/figures';

const item = 'calibrations/pixel-size/find-pixel-size';

describeMenuItem(item, {
  magIndex: 12,
  simulator: { specimen: 'cross-grating' },
  prepare: (instrument) => takeImage(instrument),
});

/** A truth drawn at random: 3 to 12 lines across the field, turned anyhow, 5 to 2000 counts. */
function draw(seed: number) {
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

async function measure(seed: number) {
  const { magIndex, specimenAngleDegrees, simulator } = draw(seed);
  await using instrument = await gratingInstrument(simulator, { magIndex });
  await takeImage(instrument);
  const { result, said } = await runItem(instrument, item);
  const truth = truthAt(instrument, magIndex);
  const { pixelSize, gridAngle } = result!.values as { pixelSize: number; gridAngle: number };
  return {
    seed,
    repeats: expectedRepeats(instrument, magIndex),
    percent: 100 * (pixelSize / truth.pixel - 1),
    angleErrors:
      quarterTurnsApart(gridAngle, specimenAngleDegrees + truth.rotation) /
      (result!.standardErrors['gridAngle'] as number),
    errors: (pixelSize - truth.pixel) / (result!.standardErrors['pixelSize'] as number),
    degrees: quarterTurnsApart(gridAngle, specimenAngleDegrees + truth.rotation),
    verdict: result!.quality!.verdict,
    said,
  };
}

describe('the pixel size of a grating', () => {
  const seeds = Array.from({ length: verifying ? 200 : 4 }, (_, index) => index + 1);

  test(`is found within 0.1 %, and the angle within 0.1 degree, for ${seeds.length} truths`, async () => {
    const all = [];
    for (const seed of seeds) all.push(await measure(seed));
    const right = all.filter(({ percent }) => Math.abs(percent) < 5);
    expect(all.filter(({ percent, verdict }) => Math.abs(percent) >= 5 && verdict !== 'doubtful')).toEqual([]);
    expect(right.length).toBeGreaterThanOrEqual(0.98 * seeds.length);
    for (const { seed, repeats, percent, degrees } of right)
      expect({
        seed,
        repeats,
        percent,
        good: Math.abs(percent) < (repeats < 4 ? 0.3 : 0.1),
        turned: degrees < 0.1,
      }).toEqual({ seed, repeats, percent, good: true, turned: true });
    // The standard errors are honest: the scatter is what they say.
    const spread = Math.sqrt(right.reduce((sum, { errors }) => sum + errors ** 2, 0) / right.length);
    expect(spread).toBeLessThan(verifying ? 1.2 : 2);
    expect(spread).toBeGreaterThan(verifying ? 0.8 : 0.3);
    if (!verifying) return;
    // 95 of 100 within two of them, as far as 200 draws can show.
    const most = (few: boolean): string =>
      Math.max(...right.filter(({ repeats }) => repeats < 4 === few).map(({ percent }) => Math.abs(percent))).toFixed(
        3,
      );
    tellFigures(
      `seeds 1-${seeds.length}: right lattice ${right.length}; at most ${most(false)} % off (under 4 repeats ${most(true)} %) and ${Math.max(...right.map(({ degrees }) => degrees)).toFixed(3)} degrees`,
    );
    const offsOfSize = right.map(({ errors }) => Math.abs(errors));
    for (const offs of [offsOfSize, right.map(({ angleErrors }) => angleErrors)]) {
      const share = offs.filter((off) => off < 2).length / offs.length;
      tellFigures(
        `${(100 * share).toFixed(1)} % of the ${offs === offsOfSize ? 'pixel sizes' : 'angles'} within two standard errors of the truth`,
      );
      expect(share).toBeGreaterThan(0.92);
      expect(share).toBeLessThan(0.985);
    }
  }, 900_000);
});
