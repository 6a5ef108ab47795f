import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CalibrationFile } from '../../../../core/store';
import { needsReading } from '../../../support/needs';

const real = resolve(__dirname, '../../../../../shared/data/krios-k2-SerialEMcalibrations.txt');
needsReading(existsSync(real)).describe('the calibration file of a real Krios', () => {
  const bytes = existsSync(real) ? readFileSync(real) : Buffer.alloc(0);
  const { file, problems } = CalibrationFile.parse(bytes, 'krios.txt');

  it('is read without a problem', () => {
    expect(problems).toEqual([]);
    expect(file!.kept()).toEqual([]);
  });

  it('is written byte for byte as it was', () => {
    expect(file!.render('preserve').equals(bytes)).toBe(true);
  });

  it('gives the numbers that it spells', () => {
    expect(file!.get('ImageShiftMatrix')).toHaveLength(65);
    expect(file!.get('ImageShiftMatrix')[4]).toEqual({
      magIndex: 4,
      camera: 1,
      xpx: -13.674536,
      xpy: -13.031636,
      ypx: -12.878988,
      ypy: 13.782279,
      magnification: 135,
    });
    expect(file!.get('FocusCalibration')[1]).toMatchObject({
      magIndex: 32,
      camera: 1,
      beamTilt: 1.6,
      direction: 0,
      probe: 0,
      alpha: -999,
      magnification: 130000,
    });
    expect(file!.get('BeamIntensityTable').map((each) => (each.rows as unknown[]).length)).toEqual([
      57, 59, 46, 44, 27, 57, 59, 61, 48,
    ]);
    expect(file!.get('HighFocusMagCal')).toEqual([
      {
        spot: 9,
        probe: 0,
        defocus: -358.508209,
        intensity: 0.161435,
        scale: 1.302463,
        rotation: -8.947731,
        crossover: 0.110257,
        aperture: 100,
        magIndex: 0,
      },
    ]);
  });

  it('is the same in canonical form but for records in an older form', () => {
    const before = bytes.toString('latin1').split('\n');
    const after = file!.render('canonical').toString('latin1').split('\n');
    const completed = before
      .map((line) => line.replace(/^(HighFocusMagCal.*)/, '$1 0'))
      .map((line) => line.replace(/^(FocusCalibration.*) {3}/, '$1 -999   '))
      .map((line) => line.replace(/^(BeamShiftCalibration.*) {2}/, '$1 0  '));
    expect(after).toEqual(completed);
  });
});
