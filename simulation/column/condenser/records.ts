import type { PerfectRecord, RecordContext } from '../../base/part';
import { difference, inverted, multiplied, scaled, transformed, type PlaneVector } from '../../base/plane';
import { aberrations } from '../aberrations';
import { imageShift } from '../deflectors/image-shift';
import { magnification, seenPlaces } from '../lenses/magnification';
import { beamDeflection, beamPlace, beamShiftMatrix } from './beam-deflection';
import type { BeamTruth } from './beam-truth';
import { condenser, crossoverOf, spotSizesOf, type CondenserTruth } from './condenser';
import { condenserAperture } from './condenser-aperture';
import { calibratedTables, firstPlaces, intensityTable, smallestBeam, spotRatio } from './intensity-records';
import { intensityOfSpread, shownArea } from './lens-law';
import type { IlluminationSettings } from './settings';
import type { ProbeMode } from '../../base/instrument';

/** Stands in the calibration file for a condition that does not count. */
const unspecified = -999;
const hundred = 100;

const probeNumber = (mode: ProbeMode): number => (mode === 'micro' ? 1 : 0);

/** The records of the illumination that perfect calibrations would store. */
export function beamRecords(truth: BeamTruth, context: RecordContext): readonly PerfectRecord[] {
  const lenses = context.truthOf(condenser);
  return [
    ...beamShiftRecords(truth, context),
    ...spotShiftRecords(truth, context),
    ...alphaRecords(truth, context),
    ...(lenses.hasCrossover ? lensRecords(truth, lenses, context) : []),
  ];
}

const modesOf = ({ instrument: { hasNanoprobe = true } }: RecordContext): readonly ProbeMode[] =>
  hasNanoprobe ? ['micro', 'nano'] : ['micro'];
const alphasOf = ({ instrument: { alphas = 0 } }: RecordContext): readonly number[] =>
  Array.from({ length: alphas }, (_, alpha) => alpha);
const spotsOf = ({ instrument }: RecordContext): readonly number[] =>
  Array.from({ length: spotSizesOf(instrument).count }, (_, k) => k + 1);

/** The beam shift that keeps the beam still on the camera when the image is shifted, at the first magnification of each range. */
function beamShiftRecords(truth: BeamTruth, context: RecordContext): readonly PerfectRecord[] {
  const deflection = context.truthOf(beamDeflection);
  const { views } = context.truthOf(magnification);
  const { toCamera } = context.truthOf(imageShift);
  const alphas = alphasOf(context);
  // A twin of a site has them where the site has measured them.
  const calibrated = new Set(context.instrument.beamShifts?.map(({ magIndex }) => magIndex));
  const imaged = seenPlaces(context).filter(({ scanned }) => !scanned);
  const places = firstPlaces(context).map(
    (first) => imaged.find(({ low, magIndex }) => low === first.low && calibrated.has(magIndex)) ?? first,
  );
  return places.flatMap(({ magIndex, low, key, magnification: written }) =>
    (low ? (['micro'] as const) : modesOf(context)).flatMap((probeMode) =>
      (alphas.length > 0 ? alphas : [unspecified]).map((alpha): PerfectRecord => {
        const settings = { lowMagnification: low, probeMode, alpha: Math.max(0, alpha) };
        const toSpecimen = beamShiftMatrix(deflection, truth.beamShiftToSpecimen, settings);
        const beamToCamera = multiplied(views.get(key)!.specimenToCamera, toSpecimen);
        const matrix = multiplied(inverted(beamToCamera), toCamera.get(key)!);
        return {
          record: 'BeamShiftCalibration',
          magIndex,
          ...matrix,
          alpha,
          probe: probeNumber(probeMode),
          retain: 0,
          magnification: written,
        };
      }),
    ),
  );
}

/** The beam shift that brings the beam to the centre, with the given settings outside low magnification. */
function centring(
  truth: BeamTruth,
  context: RecordContext,
  { spotSize, alpha }: { readonly spotSize: number; readonly alpha: number },
): PlaneVector {
  const deflection = context.truthOf(beamDeflection);
  const settings = { spotSize, alpha, probeMode: modesOf(context)[0]!, lowMagnification: false };
  const place = difference(scaled(truth.centre, -1), beamPlace(deflection, settings));
  return transformed(inverted(beamShiftMatrix(deflection, truth.beamShiftToSpecimen, settings)), place);
}

/** Beam shifts that centre the beam at each spot size; only their differences are used. */
function spotShiftRecords(truth: BeamTruth, context: RecordContext): readonly PerfectRecord[] {
  if (context.truthOf(beamDeflection).spotShifts.every(({ x, y }) => x === 0 && y === 0)) return [];
  const spots = spotsOf(context);
  return [
    {
      record: 'SpotBeamShifts',
      minimumSpot: 1,
      maximumSpot: spots.length,
      secondaryMinimumSpot: 0,
      secondaryMaximumSpot: 0,
      rows: spots.map((spotSize) => centring(truth, context, { spotSize, alpha: 0 })),
    },
  ];
}

/** Beam shifts that centre the beam at each alpha, and beam tilts that keep its direction. */
function alphaRecords(truth: BeamTruth, context: RecordContext): readonly PerfectRecord[] {
  const { alphaTilts } = context.truthOf(beamDeflection);
  const toTilt = inverted(context.truthOf(aberrations).beamTiltToSpecimen);
  return alphasOf(context).flatMap((alpha): PerfectRecord[] => [
    {
      record: 'AlphaBeamShifts',
      alpha,
      ...centring(truth, context, { spotSize: truth.referenceSpotSize, alpha }),
    },
    { record: 'AlphaBeamTilts', alpha, ...transformed(toTilt, scaled(alphaTilts[alpha] ?? { x: 0, y: 0 }, -1)) },
  ]);
}

/** The records of lenses with a crossover. */
function lensRecords(truth: BeamTruth, lenses: CondenserTruth, context: RecordContext): readonly PerfectRecord[] {
  const { atStart } = context.truthOf(condenserAperture);
  const modes = modesOf(context);
  const spots = spotsOf(context);
  const ofModes = (value: (mode: ProbeMode) => number): { micro: number; nano: number } => ({
    micro: value('micro'),
    nano: modes.includes('nano') ? value('nano') : 0,
  });
  const at = (spotSize: number, probeMode: ProbeMode, intensity = truth.referenceIntensity): IlluminationSettings => ({
    ...{ intensity, spotSize, probeMode, alpha: 0, lowMagnification: false, aperture: 1 },
  });
  const [spot, probes] = [truth.referenceSpotSize, modes.map((mode) => [mode, probeNumber(mode)] as const)];
  /** The intensity above crossover at which the beam is this much wider than the smallest one. */
  const widened = (mode: ProbeMode, factor: number): number =>
    intensityOfSpread(lenses, at(spot, mode), smallestBeam * factor);
  const probeOrAlpha = (mode: ProbeMode): number => (modes.includes('nano') ? probeNumber(mode) : unspecified);
  return [
    ...spots.map((each): PerfectRecord => ({
      record: 'CrossoverIntensity',
      spot: each,
      ...ofModes((mode) => crossoverOf(lenses, at(each, mode))),
    })),
    { record: 'CrossCalAtC2Aperture', ...ofModes(() => atStart) },
    { record: 'IntensityToC2Factor', ...lenses.readoutFactor },
    ...spots.map((each): PerfectRecord => ({
      record: 'C2SpotOffset',
      spot: each,
      ...(lenses.readoutOffsets[each - 1] ?? { micro: 0, nano: 0 }),
    })),
    ...modes.map((mode): PerfectRecord => {
      const crossover = crossoverOf(lenses, at(spot, mode));
      const intensity = crossover + lenses.parallelBeyondCrossover[mode];
      return { record: 'ParallelIllum', intensity, spot, probeOrAlpha: probeOrAlpha(mode), crossover };
    }),
    ...probes.map(([mode]): PerfectRecord => {
      const wide = [1, Math.sqrt(10), 10];
      const [intensity1, intensity2, intensity3] = wide.map((factor) => widened(mode, factor));
      const [size1, size2, size3] = wide.map((factor) => smallestBeam * factor);
      return {
        record: 'BeamSizeCal',
        probeOrAlpha: probeOrAlpha(mode),
        spot,
        ...{ size1, intensity1, size2, intensity2, size3, intensity3 },
        crossover: crossoverOf(lenses, at(spot, mode)),
        c2Aperture: atStart,
        c1Aperture: -1,
      };
    }),
    ...(calibratedTables(lenses, context, at) ??
      probes.flatMap(([mode, probe]) => intensityTable(lenses, context, { at, spot, mode, probe, atStart }))),
    {
      record: 'SpotIntensities',
      rows: brightestFirst(context).map((each) => ({
        spot: each,
        ...spotRatio(lenses, context, at, each, 'micro'),
        ...(modes.includes('nano')
          ? spotRatio(lenses, context, at, each, 'nano')
          : { nanoRatio: 0, nanoIntensity: 0, nanoCrossover: 0 }),
      })),
    },
    {
      record: 'SpotCalAtC2Aperture',
      aperture1: atStart,
      aperture2: modes.includes('nano') ? atStart : 0,
      aperture3: 0,
      aperture4: 0,
    },
    ...spots.map((each): PerfectRecord => {
      const limit = (mode: ProbeMode, intensity: number): number =>
        shownArea(lenses, at(each, mode, intensity)) / hundred;
      const [nanoLow, nanoHigh] = [limit('nano', 0), limit('nano', 1)];
      const [microLow, microHigh] = [limit('micro', 0), limit('micro', 1)];
      return {
        record: 'IllumAreaLimits',
        spot: each,
        ...{ nanoLow, nanoHigh, microLow, microHigh },
        ...{ firstNanoLow: nanoLow, firstNanoHigh: nanoHigh, firstMicroLow: microLow, firstMicroHigh: microHigh },
      };
    }),
  ];
}

/** The spot sizes from the brightest one. */
function brightestFirst(context: RecordContext): readonly number[] {
  const spots = spotsOf(context);
  return spotSizesOf(context.instrument).brightest === 1 ? spots : [...spots].reverse();
}
