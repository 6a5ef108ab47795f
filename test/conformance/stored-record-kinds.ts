import { cameraIndex, magIndex as asMagIndex } from '../../core/base';
import { type Change, type RecordName, amend, put, remove, session } from '../../core/store';

const matrix = { xpx: 10.25, xpy: 1.125, ypx: -1.5, ypy: 9.75 };
const fits = {
  stigmatorXMinusDefocus1: -1.75,
  stigmatorXMinusDefocus2: -1.25,
  stigmatorXMinusAngle: -60.5,
  stigmatorXPlusDefocus1: -1.875,
  stigmatorXPlusDefocus2: -1.125,
  stigmatorXPlusAngle: 29.5,
  stigmatorYMinusDefocus1: -1.75,
  stigmatorYMinusDefocus2: -1.5,
  stigmatorYMinusAngle: 74.25,
  stigmatorYPlusDefocus1: -2,
  stigmatorYPlusDefocus2: -1.25,
  stigmatorYPlusAngle: -15.75,
};
const beamShift = { ...matrix, alpha: -999, probe: 1, retain: 0 };
const spotRow = (spot: number, microRatio: number) => ({
  spot,
  microRatio,
  microIntensity: 0.5,
  microCrossover: 0.4375,
  nanoRatio: 0,
  nanoIntensity: 0,
  nanoCrossover: 0,
});
const intensityTable = (spot: number) => ({
  ...{ magIndex: asMagIndex(21), spot, flags: 2, crossover: 0.4375, aperture: 70, probe: 1 },
  rows: [
    { counts: 10, intensity: 0.75 },
    { counts: 11.5, intensity: 0.625 },
  ],
});
const beamSizes = (spot: number, intensity1: number) => ({
  ...{ probeOrAlpha: 1, spot, size1: 1, intensity1, size2: 2, intensity2: 0.5625, size3: 4, intensity3: 0.6875 },
  ...{ crossover: 0.4375, c2Aperture: 70, c1Aperture: -1 },
});
const highFocus = {
  ...{ spot: 2, probe: 1, defocus: -20, intensity: 0.5, scale: 1.0625, rotation: 1.5, crossover: 0.4375, aperture: 0 },
  magIndex: asMagIndex(0),
};
/** Changes of a record of high defocus, whose intensity is a part of its key. */
const highFocusKind = (name: 'HighFocusMagCal' | 'HighFocusISCal'): Kind => ({
  present: [put(name, highFocus)],
  results: [
    [
      remove(name, highFocus, { sessionMeasured: false }),
      put(name, { ...highFocus, intensity: 0.625 }, { sessionMeasured: false }),
    ],
    [put(name, { ...highFocus, spot: 3 })],
  ],
});
const found = {
  camera: cameraIndex(0),
  magIndex: asMagIndex(17),
  addedRotation: 0,
  pixelSize: 0.4125,
  gridAngle: -84.25,
};

const keyOfFocusCurve = { magIndex: asMagIndex(21), camera: cameraIndex(0), direction: 0, probe: 1, alpha: -999 };
const focusCurve = {
  ...keyOfFocusCurve,
  slopeX: 3.25,
  slopeY: -1.5,
  beamTilt: 1.5,
  rows: [-8, 0, 8].map((defocus) => ({ defocus, shiftX: 3.25 * defocus, shiftY: -1.5 * defocus })),
};

const spotShifts = (first: readonly [number, number], second: readonly [number, number]) => ({
  minimumSpot: first[0],
  maximumSpot: first[1],
  secondaryMinimumSpot: second[0],
  secondaryMaximumSpot: second[1],
  rows: [first, second].flatMap(([from, to]) =>
    to > from ? Array.from({ length: to - from + 1 }, (_, at) => ({ x: from + at, y: -at })) : [],
  ),
});
const areaLimits = (spot: number, scale: number) => ({
  spot,
  nanoLow: -0.125 * scale,
  nanoHigh: 0.25 * scale,
  microLow: -0.5 * spot,
  microHigh: 1.5 * scale,
  firstNanoLow: -0.125,
  firstNanoHigh: 0.25,
  firstMicroLow: -0.5,
  firstMicroHigh: 1.5,
});
const dose = (spot: number, aboveCrossover: number) => ({
  spot,
  aboveCrossover,
  probe: 1,
  intensity: 0.45,
  dose: 12.5,
  time: 29_000_000,
  aperture: 70,
});
const byTilt = { probe: 1, alpha: -999, defocus: -1, beamTilt: 3.25 };
const responses = {
  focusXpx: 2,
  focusXpy: 0.125,
  focusYpx: -0.125,
  focusYpy: 2,
  stigmatorXXpx: 20,
  stigmatorXXpy: 1.5,
  stigmatorXYpx: 1.5,
  stigmatorXYpy: -20,
  stigmatorYXpx: 1.5,
  stigmatorYXpy: -20,
  stigmatorYYpx: -20,
  stigmatorYYpy: -1.5,
};
const comaMatrices = {
  comaXXpx: -0.375,
  comaXXpy: 0.125,
  comaXYpx: 0,
  comaXYpy: -0.125,
  comaYXpx: -0.125,
  comaYXpy: 0,
  comaYYpx: 0.125,
  comaYYpy: -0.4375,
};

interface Kind {
  /** Records that are there before. */
  readonly present: readonly Change[];
  /** Changes as items make them, one result each. */
  readonly results: readonly (readonly Change[])[];
}

/** A row of the file of flyback times. */
const keyOfFlyback = (exposure: number) => ({ binning: 2, xSize: 1024, magIndex: asMagIndex(5), exposure });
const flyback = (exposure: number, microseconds: number) => ({
  ...{ date: '2026/03/04', time: '10:11:12' },
  ...keyOfFlyback(exposure),
  ...{ flyback: microseconds, startup: 0.125 },
});

/** Changes to every kind of record that an item declares, and to every setting of the session. */
export const recordKinds: { readonly [Name in RecordName | 'ISdelayScaleFactor']?: Kind } = {
  ImageShiftMatrix: {
    present: [put('ImageShiftMatrix', { magIndex: asMagIndex(21), camera: cameraIndex(0), ...matrix })],
    results: [
      [put('ImageShiftMatrix', { magIndex: asMagIndex(22), camera: cameraIndex(0), ...matrix })],
      [
        put(
          'ImageShiftMatrix',
          { magIndex: asMagIndex(21), camera: cameraIndex(0), ...matrix, xpx: 11 },
          { sessionMeasured: false },
        ),
      ],
      [remove('ImageShiftMatrix', { magIndex: asMagIndex(21), camera: cameraIndex(0) })],
    ],
  },
  StageToCameraMatrix: {
    present: [
      put('StageToCameraMatrix', { magIndex: asMagIndex(21), camera: cameraIndex(0), ...matrix, absoluteFocus: 0.125 }),
    ],
    results: [
      [
        put('StageToCameraMatrix', {
          magIndex: asMagIndex(22),
          camera: cameraIndex(0),
          ...matrix,
          absoluteFocus: -0.25,
        }),
      ],
      [
        put('StageToCameraMatrix', {
          magIndex: asMagIndex(21),
          camera: cameraIndex(0),
          ...matrix,
          xpx: 11,
          absoluteFocus: 0.5,
        }),
      ],
      [remove('StageToCameraMatrix', { magIndex: asMagIndex(21), camera: cameraIndex(0) })],
    ],
  },
  ImageShiftOffsets: {
    present: [21, 22].map((magIndex) =>
      put('ImageShiftOffsets', { magIndex: asMagIndex(magIndex), eftem: 0, x: magIndex / 8, y: 1 }),
    ),
    results: [
      [
        put('ImageShiftOffsets', { magIndex: asMagIndex(21), eftem: 0, x: 3, y: 4 }),
        remove('ImageShiftOffsets', { magIndex: asMagIndex(22), eftem: 0 }),
        put('ImageShiftOffsets', { magIndex: asMagIndex(21), eftem: 1, x: 5, y: 6 }, { sessionMeasured: false }),
        remove('ImageShiftOffsets', { magIndex: asMagIndex(23), eftem: 1 }, { sessionMeasured: false }),
      ],
      [21, 22].map((magIndex) => remove('ImageShiftOffsets', { magIndex: asMagIndex(magIndex), eftem: 0 })),
    ],
  },
  StandardLMFocus: {
    present: [put('StandardLMFocus', { magIndex: asMagIndex(8), micro: -0.125, nano: -999 })],
    results: [
      [put('StandardLMFocus', { magIndex: asMagIndex(9), micro: 0.25, nano: -999 })],
      [put('StandardLMFocus', { magIndex: asMagIndex(8), micro: -0.125, nano: 0.5 })],
    ],
  },
  NeutralImageShifts: {
    present: [put('NeutralImageShifts', { magIndex: asMagIndex(20), x: 0.125, y: -0.25 })],
    results: [[20, 21].map((index) => put('NeutralImageShifts', { magIndex: asMagIndex(index), x: 0.0625, y: -0.5 }))],
  },
  GIFNeutralIS: {
    present: [],
    results: [[put('GIFNeutralIS', { magIndex: asMagIndex(20), x: 0.0625, y: -0.5 })]],
  },
  FilterMagShifts: {
    present: [put('FilterMagShifts', { magIndex: asMagIndex(20), energyShift: 1.5 })],
    results: [[20, 21].map((index) => put('FilterMagShifts', { magIndex: asMagIndex(index), energyShift: -2.25 }))],
  },
  HitachiBaseFocus: {
    present: [put('HitachiBaseFocus', { magIndex: asMagIndex(1), lensValue: 2_096_640 })],
    results: [
      [2_000_001, 2_100_002].map((lensValue, at) =>
        put('HitachiBaseFocus', { magIndex: asMagIndex(at + 1), lensValue }),
      ),
    ],
  },
  FocusCalibration: {
    present: [put('FocusCalibration', { ...focusCurve, alpha: -999 })],
    results: [
      [put('FocusCalibration', { ...focusCurve, alpha: -999, beamTilt: 2.5 })],
      [remove('FocusCalibration', keyOfFocusCurve), put('FocusCalibration', { ...focusCurve, alpha: 2 })],
    ],
  },
  AstigmatismCalib: {
    present: [put('AstigmatismCalib', { magIndex: asMagIndex(21), ...byTilt, ...responses })],
    results: [
      [put('AstigmatismCalib', { magIndex: asMagIndex(22), ...byTilt, ...responses })],
      [put('AstigmatismCalib', { magIndex: asMagIndex(21), ...byTilt, ...responses, focusXpx: 1.875 })],
    ],
  },
  ComaCalib: {
    present: [put('ComaCalib', { magIndex: asMagIndex(21), ...byTilt, ...comaMatrices })],
    results: [
      [put('ComaCalib', { magIndex: asMagIndex(21), ...byTilt, beamTilt: 10, ...comaMatrices })],
      [put('ComaCalib', { magIndex: asMagIndex(21), ...byTilt, ...comaMatrices, comaYYpy: -0.375 })],
    ],
  },
  CtfAstigCalib: {
    present: [put('CtfAstigCalib', { magIndex: asMagIndex(21), stigmatorChange: 0.5, ...fits })],
    results: [
      [put('CtfAstigCalib', { magIndex: asMagIndex(22), stigmatorChange: 0.25, ...fits })],
      [put('CtfAstigCalib', { magIndex: asMagIndex(21), stigmatorChange: 0.125, ...fits, stigmatorXPlusAngle: 33.5 })],
    ],
  },
  GIFShiftOffset: {
    present: [],
    results: [
      [put('GIFShiftOffset', { fromMagIndex: asMagIndex(18), toMagIndex: asMagIndex(17), x: 0.5, y: -0.25 })],
      [put('GIFShiftOffset', { fromMagIndex: asMagIndex(19), toMagIndex: asMagIndex(18), x: 1.5, y: 0.75 })],
    ],
  },
  FoundPixelSize: {
    present: [put('FoundPixelSize', { ...found, time: 29_000_000 })],
    results: [
      [
        amend(
          'FoundPixelSize',
          { camera: cameraIndex(0), magIndex: asMagIndex(17) },
          { time: 29_000_005 },
          { sessionMeasured: false },
        ),
        put('FoundPixelSize', { ...found, magIndex: asMagIndex(18), time: 29_000_005 }),
      ],
      [put('FoundPixelSize', { ...found, pixelSize: 0.5, time: 29_000_006 })],
      [amend('FoundPixelSize', { camera: cameraIndex(0), magIndex: asMagIndex(17) }, { addedRotation: 90 })],
    ],
  },
  BeamShiftCalibration: {
    // A record that was removed comes back as the last one, as SerialEM keeps them in the order in which they were stored.
    present: [-22, 21].map((magIndex) => put('BeamShiftCalibration', { ...beamShift, magIndex: asMagIndex(magIndex) })),
    results: [
      [put('BeamShiftCalibration', { ...beamShift, magIndex: asMagIndex(23), retain: 1 })],
      [
        remove('BeamShiftCalibration', { magIndex: asMagIndex(21), alpha: -999, probe: 1 }),
        put('BeamShiftCalibration', { ...beamShift, magIndex: asMagIndex(24), alpha: 2 }),
      ],
      [put('BeamShiftCalibration', { ...beamShift, magIndex: asMagIndex(21), xpx: 11 })],
    ],
  },
  SpotIntensities: {
    present: [put('SpotIntensities', { rows: [spotRow(1, 0.5), spotRow(2, 0.25)] })],
    results: [
      [put('SpotIntensities', { rows: [spotRow(1, 0.5), spotRow(2, 0.125)] })],
      [put('SpotIntensities', { rows: [{ ...spotRow(1, 0.5), microIntensity: 0.375 }] })],
      [
        remove('SpotIntensities', { rows: [spotRow(1, 0.5), spotRow(2, 0.25)] }),
        put('SpotIntensities', { rows: [{ ...spotRow(1, 0.5), microRatio: 0, nanoRatio: 1 }] }),
      ],
    ],
  },
  SpotCalAtC2Aperture: {
    present: [],
    results: [[put('SpotCalAtC2Aperture', { aperture1: 70, aperture2: 50, aperture3: 0, aperture4: 0 })]],
  },
  LastC2Aperture: {
    present: [put('LastC2Aperture', { aperture: 70 })],
    results: [[put('LastC2Aperture', { aperture: 50 })]],
  },
  CrossoverIntensity: {
    present: [put('CrossoverIntensity', { spot: 1, micro: 0.4375, nano: 0 })],
    results: [
      [put('CrossoverIntensity', { spot: 2, micro: 0, nano: 0.375 })],
      [put('CrossoverIntensity', { spot: 1, micro: 0.5, nano: 0.25 })],
    ],
  },
  CrossCalAtC2Aperture: { present: [], results: [[put('CrossCalAtC2Aperture', { micro: 70, nano: 0 })]] },
  BeamIntensityTable: {
    present: [put('BeamIntensityTable', intensityTable(3)), put('BeamIntensityTable', intensityTable(4))],
    results: [
      [put('BeamIntensityTable', { ...intensityTable(4), crossover: 0.5 }, { sessionMeasured: false })],
      [put('BeamIntensityTable', intensityTable(5))],
      [remove('BeamIntensityTable', intensityTable(4)), put('BeamIntensityTable', intensityTable(5))],
    ],
  },
  HighFocusMagCal: highFocusKind('HighFocusMagCal'),
  HighFocusISCal: highFocusKind('HighFocusISCal'),
  ParallelIllum: {
    present: [put('ParallelIllum', { intensity: 0.5, spot: 2, probeOrAlpha: 1, crossover: 0.4375 })],
    results: [
      [
        put(
          'ParallelIllum',
          { intensity: 0.5625, spot: 2, probeOrAlpha: 1, crossover: 0.5 },
          { sessionMeasured: false },
        ),
      ],
      [put('ParallelIllum', { intensity: 0.5, spot: 3, probeOrAlpha: -999, crossover: 0 })],
    ],
  },
  BeamSizeCal: {
    present: [put('BeamSizeCal', beamSizes(2, 0.5))],
    results: [
      [put('BeamSizeCal', { ...beamSizes(2, 0.5), size3: 8 })],
      // The other side of crossover keeps its own.
      [put('BeamSizeCal', beamSizes(2, 0.25))],
      [put('BeamSizeCal', beamSizes(3, 0.5))],
    ],
  },
  IntensityToC2Factor: {
    present: [put('IntensityToC2Factor', { micro: 1.125, nano: 1 })],
    results: [[put('IntensityToC2Factor', { micro: 1.25, nano: 1 })]],
  },
  C2SpotOffset: {
    present: [put('C2SpotOffset', { spot: 1, micro: 0.5, nano: 0.25 })],
    results: [
      [put('C2SpotOffset', { spot: 1, micro: 0.75, nano: 0.25 })],
      [1, 2, 3].map((spot) => put('C2SpotOffset', { spot, micro: 0.125, nano: 0.25 * spot })),
    ],
  },
  AlphaBeamShifts: {
    present: [0, 1].map((alpha) => put('AlphaBeamShifts', { alpha, x: alpha, y: -alpha })),
    results: [
      [0, 1, 2].map((alpha) => put('AlphaBeamShifts', { alpha, x: 0.5 * alpha, y: 0.25 })),
      [remove('AlphaBeamShifts', { alpha: 1 }), put('AlphaBeamShifts', { alpha: 0, x: 3, y: 4 })],
    ],
  },
  AlphaBeamTilts: {
    present: [],
    results: [[0, 1].map((alpha) => put('AlphaBeamTilts', { alpha, x: 0.5 * alpha, y: 0.25 }))],
  },
  SpotBeamShifts: {
    present: [put('SpotBeamShifts', spotShifts([2, 3], [0, 0]))],
    results: [[put('SpotBeamShifts', spotShifts([1, 4], [0, 0]))], [put('SpotBeamShifts', spotShifts([1, 4], [2, 5]))]],
  },
  IllumAreaLimits: {
    present: [1, 2].map((spot) => put('IllumAreaLimits', areaLimits(spot, 1))),
    results: [
      [1, 2, 3].map((spot) => put('IllumAreaLimits', areaLimits(spot, 1))),
      [1, 2].map((spot) => put('IllumAreaLimits', areaLimits(spot, 2))),
    ],
  },
  DoseCalibration: {
    present: [put('DoseCalibration', dose(3, 1))],
    results: [
      [put('DoseCalibration', { ...dose(3, 1), dose: 20 })],
      [put('DoseCalibration', dose(4, 0)), remove('DoseCalibration', { spot: 3, aboveCrossover: 1, probe: 1 })],
    ],
  },
  FlybackTime: {
    present: [put('FlybackTime', flyback(1, 300)), put('FlybackTime', flyback(2, 340))],
    results: [
      [put('FlybackTime', { ...flyback(1, 312.5), startup: 0.25 })],
      [remove('FlybackTime', keyOfFlyback(2)), put('FlybackTime', flyback(2.008, 350))],
    ],
  },
  StageStretchXform: {
    present: [],
    results: [[put('StageStretchXform', { xpx: 0.0625, xpy: -1, ypx: 1, ypy: 0 })]],
  },
  ISdelayScaleFactor: { present: [], results: [[session('ISdelayScaleFactor', 0.45)]] },
};
