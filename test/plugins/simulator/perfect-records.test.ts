import { fileFormats } from '../../../core/store';
import { perfectRecords } from '../../../plugins/simulator/simulated-truth';
import { type SiteTruth, siteTruth } from '../../../plugins/simulator/site-instrument';
import { VirtualMicroscope, simulatorOptions } from '../../../simulation';
import { settingsOf, siteCalibrations, siteText } from './site';

const { layouts } = fileFormats.calibrations;
const traits = {
  model: 'column',
  resetsImageShiftOnMagnificationChange: false,
  usesProjectorForImageShift: false,
  roughImageShiftScale: { regular: 1, lowMagnification: 1 },
  nominalSpecimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
};
const made = (options: object, text = siteText, habit: object = {}): SiteTruth =>
  siteTruth(
    {
      settings: settingsOf(text),
      traits: { ...traits, ...habit },
      condenser: { spotSizes: 7, brightestSpotSize: 1, hasNanoprobe: true, alphas: 3 },
      calibrations: () => siteCalibrations,
    },
    simulatorOptions.parse(options),
  );

const still = {
  driftNmPerSecond: [0, 0],
  imageShiftSettlingFraction: 0,
  stageCycleError: [0, 0],
  stageBacklashMicrometres: 0,
  electronsPerFieldPixelPerSecond: 4000,
};
const behindFilter = siteText.replaceAll("Name: 'first'", "Name: 'first'\n    GIF: true");
const offsets = { 6: [0.4, -0.25], 7: [-0.1, 0.3] };

describe('the records that a perfect calibration would store', () => {
  const spots = [
    [0.1, 0],
    [0, 0.2],
  ];
  const records = perfectRecords(
    made({
      imageOffsetsMicrometres: offsets,
      highDefocusScalePerMicrometre: 5e-4,
      stageStretch: 1.01,
      condenser: 'lenses',
      spotBeamShiftsMicrometres: spots,
    }),
  );

  test('are these of the calibration file; the rest waits for its physics', () => {
    const names = [...layouts.keys()];
    const filtered = made({ energyShiftPerDoublingElectronvolts: 1 }, behindFilter);
    const all = [...records, ...perfectRecords(filtered)];
    const covered = names.filter((name) => all.some(({ record }) => record === name));
    const rest = names.filter((name) => !covered.includes(name));
    console.log(`${covered.length} of ${names.length} records are determined. Not yet: ${rest.join(', ')}.`);
    expect(covered).toEqual([
      'ImageShiftMatrix',
      'StageToCameraMatrix',
      'HighFocusMagCal',
      'HighFocusISCal',
      'ParallelIllum',
      'BeamSizeCal',
      'IntensityToC2Factor',
      'C2SpotOffset',
      'CrossoverIntensity',
      'CrossCalAtC2Aperture',
      'FocusCalibration',
      'AstigmatismCalib',
      'ComaCalib',
      'CtfAstigCalib',
      'BeamIntensityTable',
      'BeamShiftCalibration',
      'StageStretchXform',
      'FilterMagShifts',
      'ImageShiftOffsets',
      'AlphaBeamShifts',
      'AlphaBeamTilts',
      'SpotBeamShifts',
      'SpotIntensities',
      'SpotCalAtC2Aperture',
      'IllumAreaLimits',
      'StandardLMFocus',
    ]);
    expect(names).toHaveLength(34);
  });

  test('are besides these of a column that sets image shift and focus by itself', () => {
    const habit = { resetsImageShiftOnMagnificationChange: true, remembersByMagnification: true };
    const behindFilter = siteText.replaceAll("Name: 'first'", "Name: 'first'\n    GIF: true");
    const others = perfectRecords(made({}, behindFilter, habit)).filter(({ record }) =>
      /Neutral|BaseFocus|StandardLMFocus/.test(record),
    );
    expect(new Set(others.map(({ record }) => record))).toEqual(
      new Set(['NeutralImageShifts', 'GIFNeutralIS', 'HitachiBaseFocus']),
    );
    for (const { record, ...values } of others)
      expect(Object.keys(values)).toEqual(layouts.get(record)!.fields.map(({ name }) => name));
  });

  test('have the fields of their layouts and no others, in the order of the file', () => {
    for (const { record, rows, ...values } of records as readonly Record<string, unknown>[]) {
      const layout = layouts.get(record as string)!;
      const index = 'index' in layout && layout.index ? [layout.index.name] : [];
      expect([record, ...Object.keys(values)]).toEqual([record, ...index, ...layout.fields.map(({ name }) => name)]);
      const fields = 'rows' in layout ? layout.rows.map(({ name }) => name) : [];
      for (const row of (rows ?? []) as readonly object[])
        expect([record, ...Object.keys(row)]).toEqual([record, ...fields]);
    }
    const names = [...new Set(records.map(({ record }) => record))];
    expect(names).toEqual([...layouts.keys()].filter((name) => names.includes(name)));
    const order = records.map(({ record }) => names.indexOf(record));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('hold an offset for every displaced mag index, and for no other', () => {
    const of = (made: readonly { record: string }[]) => made.filter(({ record }) => record === 'ImageShiftOffsets');
    expect(of(records)).toMatchObject([
      { magIndex: 6, eftem: 0 },
      { magIndex: 7, eftem: 0 },
    ]);
    expect(of(perfectRecords(made({ imageOffsetsMicrometres: { 6: [0, 0] } })))).toEqual([]);
    const eftem = of(perfectRecords(made({ imageOffsetsEftemMicrometres: offsets }, behindFilter)));
    expect(eftem).toMatchObject([
      { magIndex: 6, eftem: 1 },
      { magIndex: 7, eftem: 1 },
    ]);
  });

  test('hold the image shift that brings the image back from its offset', () => {
    const take = (options: object, imageShift?: { x: number; y: number }): Uint16Array => {
      const microscope = new VirtualMicroscope(made({ ...still, ...options }).truth, { seed: 2, now: () => 0 });
      microscope.setMagnification(6);
      if (imageShift) microscope.setImageShift(imageShift);
      return microscope.expose({ camera: 0, binning: 4, exposure: 1 }).data;
    };
    const [{ x, y } = { x: 0, y: 0 }] = records.filter(({ record }) => record === 'ImageShiftOffsets') as unknown as {
      x: number;
      y: number;
    }[];
    const centred = take({});
    const meanDifference = (other: Uint16Array): number =>
      other.reduce((sum, value, k) => sum + Math.abs(value - centred[k]!), 0) / other.length;
    const displaced = meanDifference(take({ imageOffsetsMicrometres: offsets }));
    expect(displaced).toBeGreaterThan(10);
    // Seed and noise are the same, so nothing is left but the rounding of a position.
    expect(meanDifference(take({ imageOffsetsMicrometres: offsets }, { x, y }))).toBeLessThan(displaced / 1000);
  });
});
