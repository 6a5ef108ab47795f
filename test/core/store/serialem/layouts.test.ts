import { fileFormats, CalibrationFile, type FileKind } from '../../../../core/store';
import { goldenFlyback, goldenMain, goldenShortTerm } from './golden';

const golden: readonly (readonly [FileKind, readonly string[]])[] = [
  ['calibrations', goldenMain],
  ['short-term', goldenShortTerm],
  ['flyback', goldenFlyback],
];
const read = (lines: readonly string[], kind: FileKind = 'calibrations') =>
  CalibrationFile.parse(Buffer.from(lines.join(''), 'latin1'), 'file.txt', kind);

describe.each(golden)('the layouts of the %s file', (kind, lines) => {
  it('read every record of the format without a problem', () => {
    const { file, problems } = read(lines, kind);
    expect(problems).toEqual([]);
    expect(file!.kept()).toEqual([]);
    expect(new Set(file!.all().map(({ name }) => name))).toEqual(new Set(fileFormats[kind].layouts.keys()));
  });

  it.each(['preserve', 'canonical'] as const)('write it byte for byte (%s)', (mode) => {
    expect(read(lines, kind).file!.render(mode).toString('latin1')).toBe(lines.join(''));
  });

  it('write every record that is stored again byte for byte', () => {
    const source = read(lines, kind).file!;
    const target = CalibrationFile.empty(kind);
    for (const name of fileFormats[kind].layouts.keys()) {
      if (name === 'SpotBeamShifts') target.put(name, source.get(name)[0]!, () => true);
      else target.replaceAll(name, source.get(name));
    }
    const sorted = (text: string): string[] => text.split('\n').sort();
    expect(sorted(target.render().toString('latin1'))).toEqual(sorted(lines.join('')));
    expect(target.render('canonical').toString('latin1')).toBe(lines.join(''));
  });

  it('put records that come one by one and in any order into the order of SerialEM', () => {
    const source = read(lines, kind).file!;
    const target = CalibrationFile.empty(kind);
    const indexed = ['AlphaBeamShifts', 'AlphaBeamTilts', 'IllumAreaLimits'];
    const reordered = source
      .all()
      .filter(({ name }) => fileFormats[kind].layouts.get(name)!.sortedBy.length > 0 || indexed.includes(name));
    for (const { name, values } of [...reordered].reverse()) target.put(name, values, () => false);
    const rendered = target.render().toString('latin1').split('\r\n').slice(0, -1);
    const inOrder = lines.map((line) => line.trimEnd()).filter((line) => rendered.includes(line));
    expect(rendered).toEqual(inOrder);
    expect(rendered.length).toBeGreaterThan(kind === 'flyback' ? 0 : 4);
  });
});

describe('writing for an older SerialEM', () => {
  it.each([
    ['2022-12', ['HighFocusISCal', 'ParallelIllum', 'BeamSizeCal', 'STEMconvAngle']],
    ['2025-03', ['BeamSizeCal', 'STEMconvAngle']],
    ['2026-02', []],
  ])('of %s leaves out the records that it does not know', (month, missing) => {
    const written = read(goldenMain).file!.forSerialEMOf(month).render().toString('latin1');
    expect(written).toBe(goldenMain.filter((line) => !missing.includes(line.split(' ')[0]!)).join(''));
  });
});

describe('the values of records', () => {
  const { file } = read(goldenMain);
  const last = (name: string) => file!.get(name).at(-1);

  it.each([
    [
      'ImageShiftMatrix',
      { magIndex: 4, camera: 1, xpx: -13.674536, xpy: -13.031636, ypx: -12.878988, ypy: -0, magnification: 135 },
    ],
    [
      'StageToCameraMatrix',
      {
        magIndex: 17,
        camera: 1,
        xpx: 33.618221,
        xpy: -319.254456,
        ypx: 330.587463,
        ypy: 32.649723,
        absoluteFocus: 0.0008,
        magnification: 2250,
      },
    ],
    [
      'HighFocusISCal',
      {
        spot: 9,
        probe: 1,
        defocus: -50,
        intensity: 0.161435,
        scale: 1.302463,
        rotation: -8.947731,
        crossover: 0.110257,
        aperture: 100,
        magIndex: 21,
      },
    ],
    ['ParallelIllum', { intensity: 0.512, spot: 4, probeOrAlpha: -999, crossover: 0.110257 }],
    [
      'BeamSizeCal',
      {
        probeOrAlpha: 1,
        spot: 5,
        size1: 1.25,
        intensity1: 0.2,
        size2: 2.5,
        intensity2: 0.3,
        size3: 3.75,
        intensity3: 0.4,
        crossover: 0.110257,
        c2Aperture: 70,
        c1Aperture: -1,
      },
    ],
    ['CrossoverIntensity', { spot: 2, micro: 0.11018, nano: 0 }],
    ['STEMconvAngle', { nano: 10.5, micro: 0.75 }],
    [
      'BeamIntensityTable',
      {
        magIndex: 33,
        spot: 9,
        flags: 2,
        crossover: 0.110165,
        aperture: 100,
        probe: 1,
        magnification: 96000,
        rows: [{ counts: 0.00419, intensity: 0.101914 }],
      },
    ],
    [
      'BeamShiftCalibration',
      {
        magIndex: -16,
        xpx: -0.867973,
        xpy: 0.553649,
        ypx: 0.526576,
        ypy: 0.882168,
        alpha: 3,
        probe: 1,
        retain: 1,
        magnification: 1150,
      },
    ],
    ['ImageShiftOffsets', { magIndex: 17, eftem: 1, x: -0.1, y: -0.2 }],
    ['GIFShiftOffset', { fromMagIndex: 17, toMagIndex: 16, x: 0.75, y: -0.125 }],
    ['AlphaBeamTilts', { alpha: 1, x: 1.125, y: -1.25 }],
    [
      'IllumAreaLimits',
      {
        spot: 2,
        nanoLow: 0.5,
        nanoHigh: 50,
        microLow: 0.6,
        microHigh: 60,
        firstNanoLow: 0.7,
        firstNanoHigh: 70,
        firstMicroLow: 0.8,
        firstMicroHigh: 80,
      },
    ],
    ['StandardLMFocus', { magIndex: 25, micro: -999, nano: -0.000856, magnification: 14000 }],
  ])('%s', (name, values) => expect(last(name)).toEqual(values));

  it('distinguish negative zero from zero', () => {
    expect(Object.is(last('ImageShiftMatrix')!.ypy, -0)).toBe(true);
  });

  it('keep blanks in the middle of a path', () => {
    expect(read(goldenShortTerm, 'short-term').file!.get('NavAutosave')[0]!.path).toBe(
      'C:\\Data\\A folder with  blanks\\grid.nav',
    );
  });

  it('distinguish the two intensity tables of one spot by their side of the crossover', () => {
    const { rows: below, ...table } = last('BeamIntensityTable')!;
    expect(below).toHaveLength(1);
    expect(file!.get('BeamIntensityTable')[0]).toMatchObject({
      magIndex: table.magIndex,
      spot: table.spot,
      probe: table.probe,
    });
  });
});

describe('older forms', () => {
  const older: readonly (readonly [string, readonly string[], string, object])[] = [
    [
      'stage without focus',
      ['StageToCameraMatrix 17 1 1.5 2.5 3.5 4.5 2250'],
      'StageToCameraMatrix',
      { xpx: 1.5, ypy: 4.5, absoluteFocus: 0, magnification: 2250 },
    ],
    [
      'high focus, 6 items',
      ['HighFocusMagCal 9 0 -50.0 0.25 1.5 -8.0'],
      'HighFocusMagCal',
      { rotation: -8, crossover: 0, aperture: 0, magIndex: 0 },
    ],
    [
      'high focus, 7 items',
      ['HighFocusMagCal 9 0 -50.0 0.25 1.5 -8.0 0.125'],
      'HighFocusMagCal',
      { rotation: -8, crossover: 0.125, aperture: 0, magIndex: 0 },
    ],
    [
      'high focus, 8 items',
      ['HighFocusMagCal 9 0 -50.0 0.25 1.5 -8.0 0.125 70'],
      'HighFocusMagCal',
      { crossover: 0.125, aperture: 70, magIndex: 0 },
    ],
    ['spot offset', ['C2SpotOffset 3 0.5'], 'C2SpotOffset', { spot: 3, micro: 0.5, nano: 0 }],
    ['crossover', ['CrossoverIntensity 3 0.5'], 'CrossoverIntensity', { spot: 3, micro: 0.5, nano: 0 }],
    ['C2 factor', ['IntensityToC2Factor 1.25'], 'IntensityToC2Factor', { micro: 1.25, nano: 1 }],
    ['crossover aperture', ['CrossCalAtC2Aperture 70'], 'CrossCalAtC2Aperture', { micro: 70, nano: 0 }],
    [
      'beam size',
      ['BeamSizeCal 1 5 1 0.2 2 0.3 3 0.4 0.11 70'],
      'BeamSizeCal',
      { crossover: 0.11, c2Aperture: 70, c1Aperture: -1 },
    ],
    [
      'focus, 7 items',
      ['FocusCalibration 30 1 -28.5 -0.5 1.6 1 81000', '1 2 3'],
      'FocusCalibration',
      {
        beamTilt: 1.6,
        direction: 0,
        probe: 1,
        alpha: -999,
        magnification: 81000,
        rows: [{ defocus: 1, shiftX: 2, shiftY: 3 }],
      },
    ],
    [
      'focus, 8 items',
      ['FocusCalibration 30 1 -28.5 -0.5 1.6 1 2 81000', '1 2 3'],
      'FocusCalibration',
      { direction: 2, probe: 1, alpha: -999, magnification: 81000 },
    ],
    [
      'focus, 9 items',
      ['FocusCalibration 30 1 -28.5 -0.5 1.6 1 2 0 81000', '1 2 3'],
      'FocusCalibration',
      { direction: 2, probe: 0, alpha: -999, magnification: 81000 },
    ],
    [
      'intensity, 5 items',
      ['BeamIntensityTable 1 33 9 2 96000', '1 0.5'],
      'BeamIntensityTable',
      { magIndex: 33, spot: 9, flags: 2, crossover: 0, aperture: 0, probe: 1, magnification: 96000 },
    ],
    [
      'intensity, 6 items',
      ['BeamIntensityTable 1 33 9 2 0.125 96000', '1 0.5'],
      'BeamIntensityTable',
      { crossover: 0.125, aperture: 0, probe: 1, magnification: 96000 },
    ],
    [
      'intensity, 7 items',
      ['BeamIntensityTable 1 33 9 2 0.125 70 96000', '1 0.5'],
      'BeamIntensityTable',
      { crossover: 0.125, aperture: 70, probe: 1, magnification: 96000 },
    ],
    [
      'beam shift, matrix only',
      ['BeamShiftCalibration 1.5 2.5 3.5 4.5'],
      'BeamShiftCalibration',
      { magIndex: 0, xpx: 1.5, xpy: 2.5, ypx: 3.5, ypy: 4.5, alpha: -999, probe: 1, retain: 0, magnification: 0 },
    ],
    [
      'beam shift, 6 items',
      ['BeamShiftCalibration 16 1.5 2.5 3.5 4.5 1150'],
      'BeamShiftCalibration',
      { magIndex: 16, xpx: 1.5, ypy: 4.5, alpha: -999, probe: 1, retain: 0, magnification: 1150 },
    ],
    [
      'beam shift, 7 items',
      ['BeamShiftCalibration 16 1.5 2.5 3.5 4.5 2 1150'],
      'BeamShiftCalibration',
      { ypy: 4.5, alpha: 2, probe: 1, retain: 0, magnification: 1150 },
    ],
    [
      'beam shift, 8 items',
      ['BeamShiftCalibration 16 1.5 2.5 3.5 4.5 2 0 1150'],
      'BeamShiftCalibration',
      { alpha: 2, probe: 0, retain: 0, magnification: 1150 },
    ],
    [
      'spot intensities, one intensity',
      ['SpotIntensities 2 0.375', '1 1.0', '2 0.5'],
      'SpotIntensities',
      {
        rows: [
          {
            spot: 1,
            microRatio: 1,
            microIntensity: 0.375,
            microCrossover: 0,
            nanoRatio: 0,
            nanoIntensity: 0,
            nanoCrossover: 0,
          },
          expect.objectContaining({ spot: 2, microRatio: 0.5, microIntensity: 0.375 }),
        ],
      },
    ],
    [
      'spot intensities, rows of 3',
      ['SpotIntensities 1', '1 1.0 0.25'],
      'SpotIntensities',
      { rows: [expect.objectContaining({ microRatio: 1, microIntensity: 0.25, microCrossover: 0, nanoRatio: 0 })] },
    ],
    [
      'spot intensities, rows of 4',
      ['SpotIntensities 1', '1 1.0 0.25 0.125'],
      'SpotIntensities',
      { rows: [expect.objectContaining({ microIntensity: 0.25, microCrossover: 0.125, nanoRatio: 0 })] },
    ],
    [
      'spot apertures',
      ['SpotCalAtC2Aperture 100 70'],
      'SpotCalAtC2Aperture',
      { aperture1: 100, aperture2: 70, aperture3: 0, aperture4: 0 },
    ],
    [
      'spot shifts',
      ['SpotBeamShifts 3 4', '1 2', '3 4'],
      'SpotBeamShifts',
      {
        minimumSpot: 3,
        maximumSpot: 4,
        secondaryMinimumSpot: 0,
        secondaryMaximumSpot: 0,
        rows: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      },
    ],
    [
      'standard focus',
      ['StandardLMFocus 17 -0.5 1700'],
      'StandardLMFocus',
      { micro: -0.5, nano: -999, magnification: 1700 },
    ],
  ];

  it.each(older)('%s', (_, lines, name, values) => {
    const bytes = ['SerialEMCalibrations', ...lines, 'STEMnormalizedSlope 0 0'].map((line) => `${line}\n`);
    const { file, problems } = read(bytes);
    expect(problems).toEqual([]);
    expect(file!.get(name)).toEqual([expect.objectContaining(values)]);
    expect(file!.get('STEMnormalizedSlope')).toHaveLength(1);
    expect(file!.render().toString()).toBe(bytes.join(''));
    // A record that is rewritten in the present form must mean the same.
    const rewritten = CalibrationFile.parse(file!.render('canonical'), 'file.txt');
    expect(rewritten.problems).toEqual([]);
    expect(rewritten.file!.get(name)).toEqual(file!.get(name));
  });

  it('skips the properties of cameras, as SerialEM does', () => {
    const lines = [
      'SerialEMCalibrations\n',
      'CameraProperties 1\n',
      'C2SpotOffset 1 9.0 9.0\n',
      'EndCameraProperties\n',
      'C2SpotOffset 2 1.0 1.0\n',
    ];
    const { file, problems } = read(lines);
    expect(problems).toEqual([]);
    expect(file!.get('C2SpotOffset')).toEqual([{ spot: 2, micro: 1, nano: 1 }]);
    expect(file!.render().toString()).toBe(lines.join(''));
  });
});
