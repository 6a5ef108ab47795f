import { beamBench, beamImage, meanAbout, momentsOf } from './measure';

const pixelSize = 0.03;
/** The middle of the crossovers of spot size 5. */
const crossover = 0.442;

/** Long and short half axis in micrometres and the direction of the long one in degrees, by second moments. */
function ellipseOf(image: Parameters<typeof momentsOf>[0]): { long: number; short: number; angle: number } {
  const { xx, xy, yy } = momentsOf(image);
  const middle = (xx + yy) / 2;
  const apart = Math.hypot((xx - yy) / 2, xy);
  return {
    long: 2 * pixelSize * Math.sqrt(middle + apart),
    short: 2 * pixelSize * Math.sqrt(middle - apart),
    angle: (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI,
  };
}

describe('the beam of an astigmatic condenser', () => {
  const options = {
    beamEdgeSoftness: 0,
    condenserAstigmatism: [0.003, 0.002],
    condenserStigmatorIntensity: 0.02,
    condenserStigmatorAngleDegrees: 20,
  };

  test('is an ellipse whose axes differ by twice the astigmatism, turned by a quarter beyond crossover', () => {
    const given = beamBench(options);
    const spread = given.truth.condenser.spread.micro;
    const size = Math.hypot(0.003, 0.002);
    // The specimen lies at 84 degrees on this camera.
    const axis = (Math.atan2(0.002, 0.003) * 90) / Math.PI + 84;
    for (const distance of [0.02, -0.02]) {
      given.microscope.setIntensity(crossover + distance);
      const { long, short, angle } = ellipseOf(beamImage(given));
      expect(Math.abs(long / ((spread * (0.02 + size)) / 2) - 1)).toBeLessThan(0.01);
      expect(Math.abs(short / ((spread * (0.02 - size)) / 2) - 1)).toBeLessThan(0.01);
      const expected = distance > 0 ? axis : axis + 90;
      expect(Math.abs(((angle - expected + 270) % 180) - 90)).toBeLessThan(1);
    }
  });

  test('is made round by the stigmator, and keeps its current', () => {
    const given = beamBench(options);
    given.microscope.setIntensity(crossover + 0.02);
    const before = momentsOf(beamImage(given)).sum;
    // The stigmator acts along 20 degrees, which is 40 for an astigmatism.
    const [c, s] = [Math.cos((40 * Math.PI) / 180), Math.sin((40 * Math.PI) / 180)];
    const [x, y] = [-0.003 / 0.02, -0.002 / 0.02];
    given.microscope.setCondenserStigmator({ x: x * c + y * s, y: -x * s + y * c });
    const image = beamImage(given);
    const { long, short } = ellipseOf(image);
    expect(long / short).toBeLessThan(1.005);
    expect(momentsOf(image).sum / before).toBeCloseTo(1, 2);
  });

  test('is drawn out by the stigmator where the condenser has no crossover, too', () => {
    const given = beamBench({ condenser: 'plain', beamDiameterInFields: 0.3 });
    expect(ellipseOf(beamImage(given, 1)).long / ellipseOf(beamImage(given, 1)).short).toBeLessThan(1.01);
    given.microscope.setCondenserStigmator({ x: 1, y: 0 });
    const { long, short } = ellipseOf(beamImage(given, 1));
    expect(long / short).toBeGreaterThan(1.2);
  });
});

describe('an uneven beam', () => {
  test('slopes from one side to the other', () => {
    const given = beamBench({ beamSlope: [0.4, 0] });
    given.microscope.setIntensity(crossover + 0.03);
    const { data, width, height } = beamImage(given);
    // Specimen X lies at 84 degrees, almost up; a radius of the beam is 3.75 um, which is 125 pixels.
    const at = (up: number): number => {
      let sum = 0;
      for (let row = -6; row < 6; row++)
        for (let column = -6; column < 6; column++) sum += data[(height / 2 - up + row) * width + width / 2 + column]!;
      return sum;
    };
    const slope = (at(75) - at(-75)) / (2 * at(0));
    expect(slope).toBeCloseTo((0.4 * 75 * Math.sin((84 * Math.PI) / 180)) / 125, 1);
    expect(slope).toBeGreaterThan(0.2);
  });

  test('has a brighter rim, and the same current', () => {
    const made = [0, 0.3].map((beamRim) => {
      const given = beamBench({ beamRim, beamEdgeSoftness: 0 });
      given.microscope.setIntensity(crossover + 0.03);
      return beamImage(given);
    });
    expect(momentsOf(made[1]!).sum / momentsOf(made[0]!).sum).toBeCloseTo(1, 2);
    expect(meanAbout(made[1]!, 8) / meanAbout(made[0]!, 8)).toBeCloseTo(0.7, 1);
    expect(momentsOf(made[1]!).xx).toBeGreaterThan(1.05 * momentsOf(made[0]!).xx);
  });
});
