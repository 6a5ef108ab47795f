import {
  alpha,
  block,
  camera,
  f32,
  f64,
  type Field,
  indexedTable,
  int,
  line,
  magIndex,
  magnification,
  matrixElements,
  matrixOf,
  probe,
  type RowOf,
  spot,
  table,
} from './fields';

const perMagAndCamera = { key: ['magIndex', 'camera'], sortedBy: ['magIndex', 'camera'] };
const perMag = { key: ['magIndex'], sortedBy: ['magIndex'] };
const perSpot = { key: ['spot'], sortedBy: ['spot'] };

const highFocus = [
  spot,
  probe,
  f32('defocus'),
  f64('intensity'),
  f32('scale'),
  f32('rotation'),
  f64('crossover', { fallback: 0 }),
  int('aperture', { fallback: 0 }),
  int('magIndex', { minimum: 0, maximum: 119, fallback: 0 }),
] as const;
const highFocusTraits = { key: ['spot', 'probe', 'magIndex', 'defocus', 'intensity'] };
const probeOrAlpha = int('probeOrAlpha', { minimum: -999, maximum: 9 });
const shift = [f32('x'), f32('y')] as const;
const fit = <const Name extends string>(name: Name) =>
  [f32(`${name}Defocus1`), f32(`${name}Defocus2`), f32(`${name}Angle`)] as const;
const limits = <const Name extends string>(name: Name) => [f32(`${name}Low`), f32(`${name}High`)] as const;
const spotsBetween = (from: unknown, to: unknown): number =>
  Number(to) > Number(from) ? Number(to) - Number(from) + 1 : 0;
const optionalSpot = <const Name extends string>(name: Name, fallback?: number): Field<Name, 'int'> =>
  int(name, { minimum: -1, maximum: 13, ...(fallback === undefined ? {} : { fallback }) });
/** Side of the beam crossover: a magnification and spot have one intensity table on each side. */
function sideOfCrossover(values: Readonly<Record<string, unknown>>): string {
  const rows = (values.rows ?? []) as readonly { readonly intensity: number }[];
  const mean = rows.reduce((sum, row) => sum + row.intensity, 0) / rows.length;
  return mean > Number(values.crossover) ? 'above' : 'below';
}
/** Sides of crossover of the ratios of spot sizes in both probe modes: two blocks of them differ in one of these at least. */
export function sidesOfSpots(values: Readonly<Record<string, unknown>>): string {
  const rows = (values.rows ?? []) as readonly Readonly<Record<string, number>>[];
  return ['micro', 'nano']
    .map((probe) => rows.find((row) => row[`${probe}Ratio`]! > 0))
    .map((row, index) => {
      const [intensity, crossover] = ['Intensity', 'Crossover'].map(
        (each) => row?.[`${index === 0 ? 'micro' : 'nano'}${each}`],
      );
      return row ? (crossover! > 0 && intensity! > crossover! ? 'above' : 'below') : 'none';
    })
    .join(' ');
}

/**
 * The records of SerialEMcalibrations.txt, in SerialEM's order. Lengths are in micrometres, image-shift matrices in px
 * per image-shift unit, stage matrices in px per um, angles in degrees. Intensities are the internal value of 0 to 1 at
 * the recorded aperture (um).
 */
export const mainLayouts = {
  ImageShiftMatrix: table([magIndex, camera, ...matrixElements, magnification(3)], perMagAndCamera),
  StageToCameraMatrix: line(
    [magIndex, camera, ...matrixElements, f64('absoluteFocus', { fallback: 0, lead: '   ' }), magnification(3)],
    perMagAndCamera,
  ),
  HighFocusMagCal: line(highFocus, highFocusTraits),
  HighFocusISCal: line(highFocus, { ...highFocusTraits, since: '2023-01' }),
  ParallelIllum: line([f64('intensity'), spot, probeOrAlpha, f64('crossover')], {
    key: ['spot', 'probeOrAlpha'],
    since: '2025-03',
  }),
  BeamSizeCal: line(
    [
      probeOrAlpha,
      spot,
      f32('size1'),
      f64('intensity1'),
      f32('size2'),
      f64('intensity2'),
      f32('size3'),
      f64('intensity3'),
      f64('crossover'),
      int('c2Aperture'),
      int('c1Aperture', { fallback: -1 }),
    ],
    {
      key: ['probeOrAlpha', 'spot'],
      // There is one on each side of crossover.
      keyBeside: (values) => (Number(values.intensity1) > Number(values.crossover) ? 'above' : 'below'),
      since: '2026-02',
    },
  ),
  IntensityToC2Factor: line([f32('micro'), f32('nano', { fallback: 1 })]),
  C2SpotOffset: line([spot, f32('micro'), f32('nano', { fallback: 0 })], perSpot),
  CrossoverIntensity: line([spot, f64('micro'), f64('nano', { fallback: 0 })], perSpot),
  CrossCalAtC2Aperture: line([int('micro'), int('nano', { fallback: 0 })]),
  FocusCalibration: block(
    [
      magIndex,
      camera,
      f32('slopeX'),
      f32('slopeY'),
      f64('beamTilt', { decimals: 2 }),
      int('direction', { minimum: 0, maximum: 3, fallback: 0 }),
      int('probe', { minimum: 0, maximum: 1, fallback: 1 }),
      int('alpha', { minimum: -999, maximum: 9, fallback: -999 }),
      magnification(3),
    ],
    [f32('defocus'), f32('shiftX'), f32('shiftY')],
    { countAt: 5, key: ['magIndex', 'camera', 'direction', 'probe', 'alpha'] },
  ),
  STEMnormalizedSlope: line([f32('nano'), f32('micro')]),
  STEMconvAngle: line([f64('nano'), f64('micro')], { since: '2025-09' }),
  STEMfocusVersusZ: block([spot, probe], [f32('stageZ'), f32('defocus'), f32('absoluteFocus')], {
    countAt: 0,
    maxRows: 31,
    key: ['spot', 'probe'],
  }),
  AstigmatismCalib: line(
    [
      magIndex,
      probe,
      alpha,
      f32('defocus'),
      f32('beamTilt'),
      ...matrixOf('focus'),
      ...matrixOf('stigmatorX'),
      ...matrixOf('stigmatorY'),
      magnification(3),
    ],
    { key: ['magIndex', 'probe', 'alpha'] },
  ),
  ComaCalib: line(
    [
      magIndex,
      probe,
      alpha,
      f32('defocus'),
      f32('beamTilt'),
      ...matrixOf('comaX'),
      ...matrixOf('comaY'),
      magnification(3),
    ],
    { key: ['magIndex', 'probe', 'alpha', 'beamTilt'], keyWithin: { beamTilt: 0.011 } },
  ),
  CtfAstigCalib: line(
    [
      magIndex,
      f32('stigmatorChange'),
      ...fit('stigmatorXMinus'),
      ...fit('stigmatorXPlus'),
      ...fit('stigmatorYMinus'),
      ...fit('stigmatorYPlus'),
      magnification(3),
    ],
    { key: ['magIndex'] },
  ),
  BeamIntensityTable: block(
    [
      magIndex,
      spot,
      int('flags'),
      f64('crossover', { fallback: 0 }),
      int('aperture', { fallback: 0 }),
      int('probe', { minimum: 0, maximum: 1, fallback: 1 }),
      magnification(3),
    ],
    [f32('counts'), f64('intensity')],
    { countAt: 0, key: ['magIndex', 'spot', 'probe'], keyBeside: sideOfCrossover },
  ),
  BeamShiftCalibration: line(
    [
      int('magIndex', { minimum: -119, maximum: 119 }),
      ...matrixElements,
      int('alpha', { minimum: -999, maximum: 9, fallback: -999 }),
      int('probe', { minimum: 0, maximum: 1, fallback: 1 }),
      int('retain', { minimum: 0, maximum: 1, fallback: 0 }),
      magnification(2),
    ],
    {
      key: ['magIndex', 'alpha', 'probe'],
      olderForm: { items: 4, fields: ['xpx', 'xpy', 'ypx', 'ypy'], others: { magIndex: 0 } },
    },
  ),
  StageStretchXform: line([...matrixElements]),
  FilterMagShifts: table([magIndex, f32('energyShift')], perMag),
  NeutralImageShifts: table([magIndex, ...shift], perMag),
  GIFNeutralIS: table([magIndex, ...shift], perMag),
  ImageShiftOffsets: table([magIndex, int('eftem', { minimum: 0, maximum: 1 }), f64('x'), f64('y')], {
    key: ['eftem', 'magIndex'],
    sortedBy: ['eftem', 'magIndex'],
  }),
  GIFShiftOffset: line([
    int('fromMagIndex', { minimum: 1, maximum: 119 }),
    int('toMagIndex', { minimum: 1, maximum: 119 }),
    f64('x'),
    f64('y'),
  ]),
  HitachiBaseFocus: table([magIndex, int('lensValue')], perMag),
  AlphaBeamShifts: indexedTable('alpha', 0, [...shift]),
  CameraISOffset: line([camera, ...shift], { key: ['camera'], sortedBy: ['camera'] }),
  AlphaBeamTilts: indexedTable('alpha', 0, [...shift]),
  SpotBeamShifts: block(
    [
      optionalSpot('minimumSpot'),
      optionalSpot('maximumSpot'),
      optionalSpot('secondaryMinimumSpot', 0),
      optionalSpot('secondaryMaximumSpot', 0),
    ],
    [f64('x'), f64('y')],
    {
      rowCount: (fields) =>
        spotsBetween(fields.minimumSpot, fields.maximumSpot) +
        spotsBetween(fields.secondaryMinimumSpot, fields.secondaryMaximumSpot),
    },
  ),
  SpotIntensities: block(
    [],
    [
      spot,
      f32('microRatio'),
      f64('microIntensity', { fallback: 0 }),
      f64('microCrossover', { fallback: 0 }),
      f32('nanoRatio', { fallback: 0 }),
      f64('nanoIntensity', { fallback: 0 }),
      f64('nanoCrossover', { fallback: 0 }),
    ],
    { countAt: 0, sharedValue: 'microIntensity', keyBeside: sidesOfSpots },
  ),
  SpotCalAtC2Aperture: line([
    int('aperture1'),
    int('aperture2'),
    int('aperture3', { fallback: 0 }),
    int('aperture4', { fallback: 0 }),
  ]),
  IllumAreaLimits: indexedTable(
    'spot',
    1,
    [...limits('nano'), ...limits('micro'), ...limits('firstNano'), ...limits('firstMicro')],
    { separator: ' ' },
  ),
  StandardLMFocus: line([magIndex, f64('micro'), f64('nano', { fallback: -999 }), magnification(1)], perMag),
} as const;

/** The name of a record of SerialEMcalibrations.txt. */
export type MainRecordName = keyof typeof mainLayouts;
/** Values of each record of SerialEMcalibrations.txt. */
export type MainRecords = { readonly [Name in MainRecordName]: RowOf<(typeof mainLayouts)[Name]> };
