import { bench, still } from './bench';

/** Mean counts through a slit of 10 eV about the zero-loss peak, and without it. */
function shareOf(options: object, tilt = 0): number {
  const { microscope, clock } = bench(
    { ...still, contrast: 0, readNoiseCounts: 0, gainVariation: 0, darkLevelCounts: 0, ...options },
    1,
    (truth) => ({
      ...truth,
      cameras: truth.cameras.map((camera) => ({ ...camera, behindFilter: camera.index === 0 })),
    }),
  );
  microscope.setMagnification(17);
  microscope.setEftem(true);
  clock.seconds += microscope.moveStage({ tilt }) + 10;
  const area = { left: 128, top: 64, width: 256, height: 256 };
  const mean = (): number => {
    const { data } = microscope.expose({ camera: 0, binning: 4, exposure: 0.2, area });
    return data.reduce((total, each) => total + each, 0) / data.length;
  };
  const without = mean();
  microscope.setSlitWidth(10);
  microscope.setSlitIn(true);
  clock.seconds += 10;
  return mean() / without;
}

/** The length in nanometres after which an electron in e has lost no energy. */
const freePath = 100;
const options = { inelasticMeanFreePathNm: freePath };

describe('the electrons that lose no energy', () => {
  test.each([
    ['carbon', { carbonThicknessNm: 20 }, 20],
    ['ice', { iceThicknessNm: 60 }, 60],
    ['empty', {}, 0],
  ])('are as many as the thickness of %s lets be', (specimen, thickness, nanometres) => {
    expect(shareOf({ ...options, ...thickness, specimen })).toBeCloseTo(Math.exp(-nanometres / freePath), 2);
  });

  test('are fewer in a specimen that is tilted, or that is written thicker', () => {
    const share = shareOf({ ...options, specimen: 'ice', iceThicknessNm: 60 }, 60);
    expect(share).toBeCloseTo(Math.exp(-(2 * 60) / freePath), 2);
    expect(shareOf({ ...options, specimen: 'ice', inelasticThicknessNm: 150 })).toBeCloseTo(Math.exp(-1.5), 2);
  });
});
