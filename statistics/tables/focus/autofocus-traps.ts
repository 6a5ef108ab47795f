import { cameraIndex } from '../../../core/base';
import { Calibrations } from '../../../core/store';
import type { VirtualInstrumentUnderTest } from '../../../testing/virtual-instrument';
import { largest, verdictCounts } from '../../harness/pooling';
import { type Measured, defineTable } from '../../harness/table';
import {
  type FocusWorld,
  autofocus,
  drawFocusWorld,
  focusColumns,
  measureFocusCalibration,
  trueSwing,
} from '../../support/focus/focus-worlds';
import { trapCamera } from '../../support/small-camera';

interface Trap {
  /** Options of the virtual microscope. */
  readonly simulator?: (seed: number) => Readonly<Record<string, unknown>>;
  readonly world?: (seed: number) => Partial<FocusWorld>;
  readonly prepare?: (instrument: VirtualInstrumentUnderTest, world: FocusWorld) => void;
  /** True where nothing can be measured, so that only a refusal is right. */
  readonly hopeless?: true;
}

/** Circumstances that mislead, one a row. */
const traps: Readonly<Record<string, Trap>> = {
  'a weak film of few electrons, without signal near focus': {
    simulator: () => ({ electronsPerFieldPixelPerSecond: 6, contrast: 0.04, phaseToAmplitudeContrast: 30 }),
    world: () => ({ start: 0 }),
  },
  'a film of next to no contrast': {
    simulator: () => ({ electronsPerFieldPixelPerSecond: 4, contrast: 0.01, phaseToAmplitudeContrast: 14 }),
  },
  'the holes of a holey film': {
    simulator: () => ({ specimen: 'holey-film', holeDiameterMicrometres: 0.06, holeSpacingMicrometres: 0.11 }),
  },
  'a cross-line grating': {
    simulator: (seed) => ({ specimen: 'cross-grating', specimenAngleDegrees: (37 * seed) % 90 }),
  },
  'a crystal': { simulator: (seed) => ({ specimen: 'catalase', specimenAngleDegrees: (37 * seed) % 90 }) },
  'no specimen': { simulator: () => ({ specimen: 'empty' }), hopeless: true },
  'the edge of the beam in the field': {
    simulator: (seed) => ({ beamDiameterInFields: 0.25 + 0.1 * (seed % 4), beamEdgeSoftness: 0.03 }),
  },
  'a stale gain reference': { simulator: (seed) => ({ staleGainVariation: 0.01 + 0.03 * (seed % 4) }) },
  'drift of two pixels an interval': { simulator: () => ({ driftNmPerSecond: [1.2, -0.9] }) },
  'drift that dies away': {
    simulator: (seed) => ({
      driftDecayNmPerSecond: [4, -3],
      driftDecaySeconds: 10 + 10 * (seed % 5),
      driftRestartsOnStageMove: false,
    }),
  },
  'no beam': { simulator: () => ({ electronsPerFieldPixelPerSecond: 1e-6 }), hopeless: true },
  'an earlier calibration that points elsewhere': {
    prepare: (instrument, world) => {
      const wrong = trueSwing(world, instrument, 10);
      const direction = world.direction;
      instrument.kernel.registry
        .get(Calibrations)
        .records('FocusCalibration')
        .put({
          magIndex: world.magIndex as never,
          camera: cameraIndex(0),
          slopeX: -wrong.y / 10,
          slopeY: wrong.x / 10,
          beamTilt: world.tilt,
          direction,
          probe: 1,
          alpha: -999,
          rows: [-40, 0, 40].map((defocus) => ({
            defocus,
            shiftX: (-wrong.y * defocus) / 10,
            shiftY: (wrong.x * defocus) / 10,
          })),
        });
    },
  },
  'an objective aperture that cuts the tilted beam': {
    simulator: (seed) => ({
      objectiveAperturesMicrometres: [20],
      objectiveApertureMicrometres: 20,
      // 1.6 to 3 milliradians around a centre that is off.
      objectiveFocalLengthMillimetres: 3.3 + 0.7 * (seed % 5),
      objectiveApertureCentreMilliradians: [0.3 * (seed % 3), 0.2],
    }),
  },
  'too large a beam tilt for the field': { world: () => ({ tilt: 12 }) },
};

async function measureTrap(
  seed: number,
  { simulator, world: change, prepare, hopeless }: Trap,
  camera: (yaml: string) => string = trapCamera,
): Promise<Measured> {
  const drawn = drawFocusWorld(seed, focusColumns.fei);
  const world = { ...drawn, ...change?.(seed), simulator: { ...drawn.simulator, ...simulator?.(seed) } };
  const measured = await measureFocusCalibration(world, { range: 18, levels: 7 }, camera, {
    ...(prepare && { prepare: (instrument) => prepare(instrument, world) }),
  });
  const stored = measured.verdict === 'good' || measured.verdict === 'doubtful';
  const { percent = 0, presentDefocus = 0, curve = 0 } = measured.errors as Record<string, number>;
  const wrong = stored && (Math.abs(percent) > 0.5 || Math.abs(presentDefocus) > 0.05 || curve > 0.1);
  const said = measured.stated as Record<string, number> | undefined;
  const silent =
    wrong &&
    (Math.abs(percent) > 4 * (said?.['percent'] ?? 0) ||
      Math.abs(presentDefocus) > 4 * (said?.['presentDefocus'] ?? 0));
  return {
    ...measured,
    faults: [
      ...(measured.faults ?? []),
      ...(wrong ? ['what is stored is outside the tolerance'] : []),
      ...(silent ? ['what is stored is silently wrong'] : []),
      ...(hopeless && stored ? ['something was measured where nothing can be'] : []),
    ],
  };
}

export default defineTable({
  name: 'autofocus-traps',
  about:
    'The calibration of Autofocus where something misleads it: it stores what is right, or refuses with the reason.',
  item: autofocus,
  rows: Object.keys(traps),
  seeds: 24,
  seconds: 0.5,
  measure: (seed, row, camera) => measureTrap(seed, traps[row]!, camera),
  pool: (measured) => [
    ...verdictCounts(measured),
    ...(measured.some(({ errors }) => 'percent' in errors)
      ? [
          largest(measured, 'percent', { unit: '% off', atMost: 0.5 }),
          largest(measured, 'presentDefocus', { unit: 'um of present defocus', atMost: 0.05 }),
          largest(measured, 'curve', { unit: 'um of any defocus', atMost: 0.1 }),
        ]
      : []),
  ],
});
