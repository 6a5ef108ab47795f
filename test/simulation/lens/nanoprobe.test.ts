import { perfectRecords } from '../../../simulation';
import { bench, instrument } from '../bench';

const options = {
  contrast: 0.2,
  beamTiltToSpecimenNanoprobe: [
    [0, -1.6],
    [1.6, 0],
  ],
};
const request = { camera: 0, binning: 1, exposure: 0.1 };

describe('nanoprobe', () => {
  test('tilts the beam by a matrix of its own, outside low magnification', () => {
    const { microscope } = bench(options);
    microscope.setMagnification(17);
    microscope.setBeamTilt({ x: 2, y: 0 });
    const tiltIn = (mode: 'micro' | 'nano') => {
      microscope.setProbeMode(mode);
      return microscope.expose(request).record.tilt!;
    };
    expect(tiltIn('micro')).toEqual({ x: 0.002, y: 0 });
    expect(tiltIn('nano').x).toBeCloseTo(0, 12);
    expect(tiltIn('nano').y).toBeCloseTo(0.0032, 12);
    microscope.setMagnification(4);
    expect(tiltIn('nano')).toEqual({ x: 0.002, y: 0 });
  });

  test('has focus curves of its own, turned and steeper by that matrix', () => {
    const { truth } = bench(options);
    const curves = perfectRecords(truth, instrument).filter(
      ({ record, magIndex, camera }) => record === 'FocusCalibration' && magIndex === 17 && camera === 0,
    );
    const [micro, nano] = [1, 0].map((probe) => curves.find((each) => each['probe'] === probe)!);
    const slope = (row: typeof micro): [number, number] => [row!['slopeX'] as number, row!['slopeY'] as number];
    const [[a, b], [c, d]] = [slope(micro), slope(nano)];
    expect(Math.hypot(c, d) / Math.hypot(a, b)).toBeCloseTo(1.6, 2);
    // A quarter of a turn, the same way as on the specimen.
    expect((a * d - b * c) / (Math.hypot(a, b) * Math.hypot(c, d))).toBeCloseTo(1, 2);
    expect(curves).toHaveLength(2);
  });
});
