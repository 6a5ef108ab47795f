import {
  cameraIndex,
  decompose,
  inverse,
  magIndex as asMagIndex,
  type Matrix,
  matrix,
  product,
  rotation,
  scaleMatrix,
} from '../../../core/base';
import { perfectRecords } from '../../../plugins/simulator/simulated-truth';
import { type Site, siteTruth } from '../../../plugins/simulator/site-instrument';
import { simulatorOptions, viewOf } from '../../../simulation';
import { settingsOf, siteCalibrations, siteText } from './site';

const traits: Site['traits'] = {
  model: 'column',
  resetsImageShiftOnMagnificationChange: false,
  usesProjectorForImageShift: false,
  roughImageShiftScale: { regular: 1, lowMagnification: 1 },
  nominalSpecimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
};
const site: Site = { settings: settingsOf(siteText), traits, calibrations: () => siteCalibrations };
const made = (options: object) => siteTruth(site, simulatorOptions.parse(options));
const expectMatrix = (found: Matrix, wanted: Matrix, digits = 9): void => {
  for (const element of ['xpx', 'xpy', 'ypx', 'ypy'] as const)
    expect(found[element]).toBeCloseTo(wanted[element], digits);
};

describe('nominal truth', () => {
  const wrong = {
    pixelScaleError: 0.05,
    rotationErrorDegrees: -3,
    imageShiftToSpecimen: [
      [1.1, 0.1],
      [-0.2, 0.9],
    ],
    imageShiftToSpecimenLowMagnification: [
      [2, 0],
      [0, 3],
    ],
  };

  it('differs from the properties as the options say', () => {
    const { truth } = made(wrong);
    for (const [magIndex, camera, pixel, angle] of [
      [6, 0, 0.003, 84],
      [2, 0, 0.05, -170],
      [6, 1, 0.0005, -6],
    ] as const) {
      const { specimenToCamera, imageShiftToCamera } = viewOf(truth, magIndex, camera)!;
      const expected = scaleMatrix(rotation(angle - 3), 1 / (pixel * 1.05));
      expectMatrix(specimenToCamera, expected);
      expectMatrix(
        product(inverse(specimenToCamera)!, imageShiftToCamera),
        magIndex < 5 ? matrix(2, 0, 0, 3) : matrix(1.1, 0.1, -0.2, 0.9),
      );
    }
  });

  it('shifts the image in the measure of the column where nothing else is written', () => {
    const inUnits = (text: string) => {
      const scaled = {
        ...site,
        settings: settingsOf(text),
        traits: { ...traits, roughImageShiftScale: { regular: 0.1, lowMagnification: 1.5 } },
      };
      const { truth } = siteTruth(scaled, simulatorOptions.parse(scaled.settings.section('simulator')?.value ?? {}));
      return [6, 2].map((magIndex) => {
        const { specimenToCamera, imageShiftToCamera } = viewOf(truth, magIndex, 0)!;
        return product(inverse(specimenToCamera)!, imageShiftToCamera);
      });
    };
    const usual = simulatorOptions.parse({});
    const rows = ([[xpx, xpy], [ypx, ypy]]: typeof usual.imageShiftToSpecimen): Matrix => matrix(xpx, xpy, ypx, ypy);
    const [regular, low] = inUnits(siteText);
    expectMatrix(regular!, scaleMatrix(rows(usual.imageShiftToSpecimen), 0.1));
    expectMatrix(low!, scaleMatrix(rows(usual.imageShiftToSpecimenLowMagnification), 1.5));
    const [written] = inUnits(`${siteText}simulator:\n  imageShiftToSpecimen: [[1, 0], [0, 2]]\n`);
    expectMatrix(written!, matrix(1, 0, 0, 2));
  });

  it('takes no notice of calibrations', () => {
    const { truth } = made(wrong);
    const refusing = {
      ...site,
      calibrations: () => {
        throw new Error('nobody may look');
      },
    };
    expect(siteTruth(refusing, simulatorOptions.parse(wrong)).truth).toEqual(truth);
    expect(truth.stage.specimenToStage).toEqual(traits.nominalSpecimenToStage);
  });

  it('has every magnification of every camera, with what the properties say of the cameras', () => {
    const { truth } = made({});
    expect(truth.magnification.views.size).toBe(16);
    expect(truth.magnification.table.filter(({ low }) => low).map(({ index }) => index)).toEqual([1, 2, 3, 4]);
    expect(truth.cameras).toMatchObject([
      { index: 0, name: 'first', width: 1024, height: 1024 },
      // Unbinned pixels of a K3 are those of super-resolution.
      { index: 1, name: 'second', width: 2880, height: 2048 },
    ]);
  });
});

describe("a site's twin", () => {
  it('follows the matrices that the site has measured', () => {
    const { truth, optics } = made({ truth: 'site', pixelScaleError: 0.5, rotationErrorDegrees: 40 });
    const { specimenToCamera, imageShiftToCamera } = viewOf(truth, 6, 0)!;
    expectMatrix(imageShiftToCamera, matrix(150, 300, 310, -140));
    expectMatrix(product(specimenToCamera, inverse(truth.stage.specimenToStage)!), matrix(-40, 330, -331, -38));
    expectMatrix(truth.stage.specimenToStage, optics.specimenToStage());
  });

  it('derives the rest as the program itself would', () => {
    const { truth, optics } = made({ truth: 'site' });
    for (const [magIndex, camera] of [
      [7, 0],
      [8, 1],
      [5, 1],
    ] as const)
      expectMatrix(
        viewOf(truth, magIndex, camera)!.imageShiftToCamera,
        optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(camera) }).imageShiftToCamera!.matrix,
      );
  });
});

describe('what perfect calibrations would store', () => {
  it('stands under the names of the calibration file, in its order', () => {
    const records = perfectRecords(made({}));
    const count = (wanted: string): number => records.filter(({ record }) => record === wanted).length;
    expect(['ImageShiftMatrix', 'StageToCameraMatrix', 'BeamShiftCalibration'].map(count)).toEqual([16, 16, 3]);
    expect(records[0]).toEqual({
      record: 'ImageShiftMatrix',
      magIndex: 1,
      camera: 0,
      xpx: expect.any(Number) as number,
      xpy: expect.any(Number) as number,
      ypx: expect.any(Number) as number,
      ypy: expect.any(Number) as number,
      magnification: 100,
    });
    expect(Object.keys(records.findLast(({ record }) => record === 'StageToCameraMatrix')!)).toEqual([
      'record',
      'magIndex',
      'camera',
      'xpx',
      'xpy',
      'ypx',
      'ypy',
      'absoluteFocus',
      'magnification',
    ]);
  });

  it('turns stage axes by half a turn against the specimen', () => {
    const result = made({ pixelScaleError: 0, rotationErrorDegrees: 0 });
    const stage = perfectRecords(result).find(
      (record) => record.record === 'StageToCameraMatrix' && record.magIndex === 6 && record.camera === 0,
    );
    const { rotation: angle, magnification } = decompose(stage as unknown as Matrix);
    expect(angle).toBeCloseTo(84 - 180, 9);
    expect(magnification).toBeCloseTo(1 / 0.003, 6);
  });
});
