import { describe, micrometres } from '../../../core/base';
import { Scope } from '../../../core/devices';
import { Calibrations } from '../../../core/store';
import { runItem } from '../../../testing/virtual-instrument';
import { errorsNamed, verdictCounts } from '../../harness/pooling';
import { type Measured, broken, defineTable } from '../../harness/table';
import {
  drawFocusWorld,
  focusColumns,
  focusInstrument,
  storeTrueCurve,
  trueZero,
} from '../../support/focus/focus-worlds';
import { trapCamera } from '../../support/small-camera';

interface Trap {
  readonly simulator?: (seed: number) => Readonly<Record<string, unknown>>;
  /** Factors of the stored curve, along X and Y. */
  readonly curve?: readonly [number, number];
  /** Defocus of the start in micrometres. */
  readonly start?: number;
  readonly hopeless?: true;
}

/** Circumstances that mislead, one a row. */
const traps: Readonly<Record<string, Trap>> = {
  'a weak film of few electrons': {
    simulator: () => ({ electronsPerFieldPixelPerSecond: 6, contrast: 0.04, phaseToAmplitudeContrast: 30 }),
  },
  'a stale gain reference': { simulator: (seed) => ({ staleGainVariation: 0.02 + 0.04 * (seed % 4) }) },
  'a stale gain reference over a weak film': {
    simulator: (seed) => ({ staleGainVariation: 0.02 + 0.04 * (seed % 4), contrast: 0.05 }),
  },
  'the holes of a holey film': {
    simulator: () => ({ specimen: 'holey-film', holeDiameterMicrometres: 0.06, holeSpacingMicrometres: 0.11 }),
    start: -18,
  },
  'a cross-line grating': {
    simulator: (seed) => ({
      specimen: 'cross-grating',
      specimenAngleDegrees: (37 * seed) % 90,
      linesPerMillimetre: 12000,
    }),
    start: -18,
  },
  'a crystal': { simulator: (seed) => ({ specimen: 'catalase', specimenAngleDegrees: (37 * seed) % 90 }) },
  'no specimen': { simulator: () => ({ specimen: 'empty' }), hopeless: true },
  'the edge of the beam in the field': {
    simulator: (seed) => ({ beamDiameterInFields: 0.25 + 0.1 * (seed % 4), beamEdgeSoftness: 0.03 }),
  },
  'a calibration that points the other way': { curve: [-1, -1] },
  'a calibration of another direction': { curve: [1, -1] },
  'a calibration that is 15 % too long': { curve: [1.15, 1.15] },
  'an objective aperture that cuts the tilted beam': {
    simulator: (seed) => ({
      objectiveAperturesMicrometres: [20],
      objectiveApertureMicrometres: 20,
      objectiveFocalLengthMillimetres: 3.3 + 0.7 * (seed % 5),
      objectiveApertureCentreMilliradians: [0.3 * (seed % 3), 0.2],
    }),
  },
};
const item = 'calibrations/tasks/autofocus';

export default defineTable({
  name: 'autofocus-routine-traps',
  about:
    'The task Autofocus where something misleads it: it ends on the target, or refuses with the reason and leaves the focus.',
  item,
  rows: Object.keys(traps),
  seeds: 50,
  seconds: 0.2,
  measure: async (seed, row, camera = trapCamera): Promise<Measured> => {
    const { simulator, curve, start = -7, hopeless } = traps[row]!;
    const drawn = drawFocusWorld(seed, focusColumns.fei);
    const world = { ...drawn, start: 0, simulator: { ...drawn.simulator, ...simulator?.(seed) } };
    await using instrument = await focusInstrument(world, camera);
    const scope = instrument.kernel.registry.get(Scope);
    await storeTrueCurve(world, instrument, { range: 36, levels: 13 });
    if (curve) {
      const [x, y] = curve;
      const records = instrument.kernel.registry.get(Calibrations).records('FocusCalibration');
      records.replaceAll(
        records.all().map((each) => ({
          ...each,
          slopeX: x * each.slopeX,
          slopeY: y * each.slopeY,
          rows: each.rows.map(({ defocus, shiftX, shiftY }) => ({ defocus, shiftX: x * shiftX, shiftY: y * shiftY })),
        })),
      );
    }
    const zero = trueZero(world, instrument);
    await scope.defocus.write(micrometres(zero + start));
    const { result, code, said } = await runItem(instrument, item).then(
      (ended) => ({ ...ended, code: undefined }),
      (error: unknown) => ({
        result: undefined,
        code: (error as { readonly code?: string }).code,
        said: [describe(error)],
      }),
    );
    const off = (await scope.defocus.read()) * 1e6 - zero;
    if (!result)
      return {
        errors: {},
        verdict: code ?? 'without a code',
        notes: said,
        faults: broken({ 'the focus is back': Math.abs(off - start) < 1e-6 }),
      };
    const stated = result.values['defocusError'] as number;
    const verdict = result.quality?.verdict ?? 'without a verdict';
    return {
      errors: { focus: off },
      stated: { focus: stated },
      verdict,
      faults: broken({
        'what is called good is on the target': verdict !== 'good' || Math.abs(off) < Math.max(0.1, 4 * stated),
        'nothing is measured where nothing can be': hopeless === undefined || verdict !== 'good',
      }),
    };
  },
  pool: (measured) => [
    ...verdictCounts(measured),
    {
      name: 'good and on the target:',
      value: errorsNamed(measured, 'focus').filter((each) => Math.abs(each) < 0.1).length,
      unit: `of ${measured.length}`,
      decimals: 0,
    },
  ],
});
