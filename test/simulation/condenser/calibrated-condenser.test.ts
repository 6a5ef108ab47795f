import { buildTruth, simulatorOptions, VirtualMicroscope, type Instrument, type SiteRecord } from '../../../simulation';
import { instrument, still } from '../bench';

/** A table of intensities that is not a straight law: the beam grows faster near crossover. */
const rows = [
  { intensity: 0.62, counts: 5 },
  { intensity: 0.56, counts: 12 },
  { intensity: 0.52, counts: 35 },
  { intensity: 0.49, counts: 100 },
];
const table = { magIndex: 17, spot: 3, flags: 0, crossover: 0.44, aperture: 70, probe: 1, rows };

/** A microscope at the spot size and magnification of the table. */
function twin(truth: 'site' | 'nominal') {
  const site: Instrument = {
    ...instrument,
    calibrated: (record) => (record === 'BeamIntensityTable' ? [table as unknown as SiteRecord] : []),
    crossovers: [{ spot: 3, micro: 0.44, nano: 0.4 }],
  };
  const options = { ...still, truth, condenser: 'lenses', contrast: 0, darkLevelCounts: 0, brightestNanoamperes: 0.05 };
  const microscope = new VirtualMicroscope(buildTruth(simulatorOptions.parse(options), site), {
    seed: 2,
    now: () => 0,
  });
  microscope.setMagnification(17);
  microscope.setSpotSize(3);
  microscope.setProbeMode('micro');
  return microscope;
}

describe('the condenser of a twin', () => {
  test('is as bright in its images as the table of the site says', () => {
    const microscope = twin('site');
    const area = { left: 192, top: 128, width: 128, height: 128 };
    for (const { intensity, counts } of rows) {
      microscope.setIntensity(intensity);
      const { data } = microscope.expose({ camera: 0, binning: 1, exposure: 1, area });
      const mean = data.reduce((total, each) => total + each, 0) / data.length;
      expect(mean / counts).toBeGreaterThan(0.9);
      expect(mean / counts).toBeLessThan(1.1);
    }
  });

  test('makes a beam as wide as it is asked to, between the rows of the table, beyond them, and by its law elsewhere', () => {
    for (const microscope of [twin('site'), twin('nominal')])
      for (const micrometres of [3, 11, 20, 90]) {
        microscope.setBeamDiameter(micrometres);
        expect(microscope.state.beamDiameter).toBeCloseTo(micrometres, 6);
      }
  });
});
