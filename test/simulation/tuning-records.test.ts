import { image, Registration } from '../../imaging';
import { perfectRecords, truthOf } from '../../simulation';
import { bench, instrument } from './bench';
import { fitCtf } from './lens/ctf-fit';
import { factsNear, fineBench, size } from './lens/fine-bench';

type Recorded = Readonly<Record<string, number>> & { readonly rows: readonly Readonly<Record<string, number>>[] };

const near = (value: number): unknown => expect.closeTo(value, 6);
const registration = new Registration();
const magIndex = 28;
const options = {
  electronsPerFieldPixelPerSecond: 4000,
  sphericalAberrationMillimetres: 2.7,
  beamTiltToSpecimen: [
    [0.9, -0.3],
    [0.35, 1.02],
  ],
  comaFreeAxisMilliradians: [0.4, -0.3],
  pivotErrorNmPerMilliradian: [0.6, -0.4],
  astigmatismNm: [150, 80],
};
const recordOf = (given: Record<string, unknown>, name: string, index = magIndex): Recorded =>
  perfectRecords(bench(given).truth, instrument).find(
    ({ record, magIndex: at }) => record === name && at === index,
  ) as unknown as Recorded;

/** Length and direction in degrees of a column of a matrix. */
const column = (record: Recorded, name: string, axis: 'x' | 'y'): { length: number; angle: number } => {
  const [x, y] = [record[`${name}Xp${axis}`]!, record[`${name}Yp${axis}`]!];
  return { length: Math.hypot(x, y), angle: (Math.atan2(y, x) * 180) / Math.PI };
};

describe('the records of focusing and tuning by beam tilt', () => {
  test('hold the shifts that images show', () => {
    const { slopeX, slopeY, beamTilt, rows } = recordOf(options, 'FocusCalibration');
    const { microscope } = bench(options);
    microscope.setMagnification(magIndex);
    for (const level of [4, 6, 7]) {
      microscope.setDefocus(-36 + 6 * level);
      const take = (tilt: number) => {
        microscope.setBeamTilt({ x: tilt, y: 0 });
        const { data, width, height } = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
        return image(data, height, width);
      };
      // Registration gives the shift that aligns the later image: from where the feature is at the positive tilt to where it is at the negative one.
      const { x, y } = registration.measure(take(beamTilt!), take(-beamTilt!));
      expect(Math.abs(rows[level]!.shiftX! * beamTilt! - x)).toBeLessThan(0.15);
      expect(Math.abs(rows[level]!.shiftY! * beamTilt! - y)).toBeLessThan(0.15);
    }
    // From one level to the next the defocus is what it says, and the curve passes no shift nearest to its zero.
    expect(rows.map(({ defocus }) => defocus! - rows[0]!.defocus!)).toEqual(rows.map((_, k) => near(6 * k)));
    const [before, after] = [rows[5]!, rows[6]!].map(({ defocus, shiftX, shiftY }) => ({
      x: shiftX! - slopeX! * defocus!,
      y: shiftY! - slopeY! * defocus!,
    }));
    expect(before!.x * slopeX! + before!.y * slopeY!).toBeCloseTo(0, 6);
    expect(after!.x * slopeX! + after!.y * slopeY!).toBeCloseTo(0, 6);
  });

  test('have the slope of 2 nm for a micrometre and a milliradian', () => {
    const { slopeX, slopeY } = recordOf({}, 'FocusCalibration');
    // Pixels of a nanometre, on a camera that sees specimen X at 96 degrees; underfocus makes the image at the negative tilt come first.
    expect(Math.hypot(slopeX!, slopeY!)).toBeCloseTo(2, 6);
    expect((Math.atan2(slopeY!, slopeX!) * 180) / Math.PI).toBeCloseTo(96 - 180, 6);
  });

  test('bend with the change of the image far from focus', () => {
    const plain = recordOf({}, 'FocusCalibration');
    const far = recordOf({ highDefocusScalePerMicrometre: 5e-4 }, 'FocusCalibration');
    const length = ({ shiftX, shiftY }: Readonly<Record<string, number>>): number => Math.hypot(shiftX!, shiftY!);
    expect(length(far.rows[0]!) / length(plain.rows[0]!)).toBeCloseTo(1.018, 6);
    expect(length(far.rows[12]!) / length(plain.rows[12]!)).toBeCloseTo(0.982, 6);
  });

  test('hold matrices of astigmatism as the theory of a thin lens has them', () => {
    const record = recordOf(
      { objectiveStigmatorMicrometres: 4, objectiveStigmatorAngleDegrees: 25 },
      'AstigmatismCalib',
    );
    expect(column(record, 'focus', 'x')).toEqual({ length: near(2), angle: near(180) });
    expect(column(record, 'focus', 'y')).toEqual({ length: near(2), angle: near(-90) });
    // Twice the strength; turned by twice the angle of the poles, and mirrored for a tilt across.
    expect(column(record, 'stigmatorX', 'x')).toEqual({
      length: near(8),
      angle: near(50 - 180),
    });
    expect(column(record, 'stigmatorX', 'y')).toEqual({
      length: near(8),
      angle: near(50 - 90 + 180),
    });
    expect(column(record, 'stigmatorY', 'x').angle).toBeCloseTo(50 + 90 - 180, 6);
  });

  test('hold matrices of coma of 0.405 and 0.135 nm for a milliradian, whatever else is wrong', () => {
    for (const given of [
      {},
      {
        ...options,
        beamTiltToSpecimen: [
          [1, 0],
          [0, 1],
        ],
        threefoldAstigmatismNm: [90, 40],
      },
    ]) {
      const record = recordOf({ sphericalAberrationMillimetres: 2.7, ...given }, 'ComaCalib');
      const { comaXXpx, comaXXpy, comaXYpx, comaXYpy, comaYXpx, comaYYpy } = record;
      expect([comaXXpx, comaXYpy, comaYXpx, comaYYpy]).toEqual(
        [-0.405, -0.135, -0.135, -0.405].map((each) => near(each)),
      );
      expect([comaXXpy, comaXYpx]).toEqual([near(0), near(0)]);
    }
  });

  test('hold the astigmatism that an independent fit finds', () => {
    const given = { objectiveStigmatorMicrometres: 4, objectiveStigmatorAngleDegrees: 25, astigmatismNm: [60, -40] };
    const { microscope } = fineBench(given);
    const record = perfectRecords(truthOf(microscope), { ...instrument, views: [] }).find(
      (each) => each.record === 'CtfAstigCalib',
    ) as unknown as Recorded;
    for (const [name, x, y] of [
      ['stigmatorXMinus', -1, 0],
      ['stigmatorXPlus', 1, 0],
      ['stigmatorYMinus', 0, -1],
      ['stigmatorYPlus', 0, 1],
    ] as const) {
      const { microscope: fresh, take } = fineBench(given);
      fresh.setDefocus(-2);
      fresh.setObjectiveStigmator({ x: x * record.stigmatorChange!, y: y * record.stigmatorChange! });
      const { defocus, astigmatism, errors } = fitCtf(take(), size, factsNear(-2));
      const [first, second] = [record[`${name}Defocus1`]!, record[`${name}Defocus2`]!];
      const turned = (record[`${name}Angle`]! * Math.PI) / 90;
      expect(first).toBeLessThan(second);
      expect(Math.abs((first + second) / 2 - defocus)).toBeLessThan(4 * errors.defocus);
      expect(Math.abs(((first - second) / 2) * Math.cos(turned) - astigmatism.x)).toBeLessThan(4 * errors.astigmatism);
      expect(Math.abs(((first - second) / 2) * Math.sin(turned) - astigmatism.y)).toBeLessThan(4 * errors.astigmatism);
    }
  });
});
