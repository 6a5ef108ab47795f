import { z } from 'zod';
import { cameras } from '../camera/cameras';
import { finite } from '../base/checks';
import { SimulationError } from '../base/errors';
import { fraction, notNegative, pair, positive } from '../base/options';
import { definePart } from '../base/part';
import type { PlaneVector } from '../base/plane';
import { hash, keyOf } from '../base/random';
import { coreOf, type Probe } from '../scan/probe';
import { middleSpot, scanRecords, type ProbeTruth } from '../scan/records';
import type { ScanPlan } from '../scan/scan-request';
import type { StemDetectorState } from '../scan/signal';
import { plannedScan } from '../scan/timing';
import type { ScanTruth } from '../scan/scan-truth';
import { scanNoiseWaves, type Wave } from '../scan/wander';
import { beam } from './condenser/beam';
import { focus } from './focus';
import { magnification } from './lenses/magnification';
import { stage } from './stage';
import { electronWavelength, wavefront } from './wavefront';

const electronsPerPicoampere = 6.241509e6;
const microsecond = 1e-6;

const fieldOf = (view: {
  readonly pixelSize: number;
  readonly width: number;
  readonly height: number;
}): PlaneVector => ({
  x: view.pixelSize * view.width,
  y: view.pixelSize * view.height,
});

/** The times that a planned scan depends on. */
export interface PlannedScan {
  readonly columns: number;
  readonly rows: number;
  /** Seconds on all pixels together. */
  readonly exposure: number;
  readonly binning: number;
  readonly lineSync?: boolean;
}

/** The scan generator, the probe and the detectors of a scanning microscope. */
export const scan = definePart({
  name: 'scan',
  options: {
    scanStartupSeconds: notNegative.default(0).describe('Seconds from the request for a scan to its first pixel.'),
    scanStartupSpreadSeconds: notNegative
      .default(0)
      .describe('Half width of the even spread of these seconds from one scan to the next.'),
    flybackMicroseconds: notNegative.default(50).describe('Microseconds from the end of a line to the next one.'),
    flybackMicrosecondsPerSecond: z
      .number()
      .default(0)
      .describe('Microseconds by which the flyback grows with each second that a scan spends on its pixels.'),
    flybackMicrosecondsPerSecondBeyond: z
      .number()
      .default(0)
      .describe('The same for scans longer than flybackKneeSeconds, for the seconds beyond these.'),
    flybackKneeSeconds: positive.default(1e6).describe('Seconds on the pixels up to which the first growth holds.'),
    flybackSpecialExposures: z
      .array(z.tuple([positive, positive]))
      .default([])
      .describe('Seconds on the pixels about which the flyback is another one, each with the factor there.'),
    flybackGrowthPerBinning: z
      .number()
      .min(-0.5)
      .default(0)
      .describe('Share by which the flyback grows with each doubling of the binning.'),
    flybackGrowthPerMagIndex: z
      .number()
      .min(-0.008)
      .default(0)
      .describe('Share by which the flyback grows with each mag index.'),
    lineSyncMarginMicroseconds: notNegative
      .default(10)
      .describe('Microseconds added to the flyback where lines wait for the mains.'),
    mainsHertz: positive.default(50).describe('Frequency of the mains.'),
    scanHumNm: pair
      .default([0, 0])
      .describe('Amplitude with which the mains displace the probe along the lines of a scan and across them.'),
    scanNoiseNm: notNegative
      .default(0)
      .describe(
        'Rms displacement of the probe along either axis by noise, whose amplitude falls with the root of the frequency.',
      ),
    scanNoiseHertz: positive.default(500).describe('Highest frequency of that noise.'),
    scanLagFieldShare: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .describe(
        'Displacement of the probe against the direction of the scan at the start of the flyback, as a share of the width of the field.',
      ),
    scanLagMicroseconds: positive.default(30).describe('Microseconds in which that displacement falls to 1/e.'),
    scanDelayMicroseconds: notNegative.default(0).describe('Microseconds by which the probe is behind the scan.'),
    scanRotationStepDegrees: notNegative.default(0).describe('Steps in which the scan can be turned; 0 for any angle.'),
    probeHalfAnglesMilliradians: z
      .tuple([positive, positive])
      .default([10, 1])
      .describe('Half angle of the probe in nanoprobe and in microprobe.'),
    probeSourceNm: notNegative.default(0.2).describe('Width of the image of the source in the probe.'),
    probeCurrentPicoamperes: notNegative
      .default(100)
      .describe('Current of the probe at spot size 5; it is halved with each one above.'),
    stemFocusToHeight: pair
      .default([1, 1])
      .describe('Micrometres of height for one of defocus in a scanned image, in nanoprobe and in microprobe.'),
    stemFocusToHeightCurvature: pair
      .default([0, 0])
      .describe('Micrometres of height for the square of a defocus in micrometres, in nanoprobe and in microprobe.'),
    stemFocusPerSpotMicrometres: z
      .number()
      .default(0)
      .describe('Micrometres by which the probe is focused higher with each spot size above 5.'),
    stemScatteredShare: fraction.default(0.3).describe('Share of the electrons of a probe that the film scatters.'),
    stemReadNoiseCounts: notNegative.default(3).describe('Standard deviation of the read noise of a scanned pixel.'),
    stemInsertionSeconds: notNegative
      .default(0)
      .describe('Seconds for which a detector sees nothing after it was inserted.'),
  },
  // Flyback and start-up as instruments show them; scan noise of 0.02 to 0.2 nm is that of a good room and of a poor one.
  draw: (random) => ({
    scanStartupSeconds: random.between(0.02, 0.2),
    scanStartupSpreadSeconds: random.between(0, 0.02),
    flybackMicroseconds: random.between(50, 600),
    flybackMicrosecondsPerSecond: random.between(0, 200),
    flybackKneeSeconds: random.between(3, 8),
    flybackMicrosecondsPerSecondBeyond: random.between(0, 100),
    flybackSpecialExposures: [
      [3, random.between(1.2, 1.35)],
      [6, random.between(1.2, 1.35)],
    ],
    flybackGrowthPerBinning: random.between(-0.05, 0.05),
    flybackGrowthPerMagIndex: random.between(-0.002, 0.002),
    scanHumNm: [random.between(0.02, 0.3), random.between(0.02, 0.3)],
    scanNoiseNm: random.between(0.02, 0.2),
    scanLagFieldShare: random.between(0.002, 0.05),
    scanLagMicroseconds: random.between(15, 60),
    scanDelayMicroseconds: random.between(0, 30),
    probeHalfAnglesMilliradians: [random.between(5, 25), random.between(0.5, 4)],
    probeSourceNm: random.between(0.1, 0.5),
    stemFocusToHeight: [random.eitherSign(0.8, 1.2), random.uniform() < 0.5 ? random.eitherSign(0.8, 1.2) : 30],
    stemFocusPerSpotMicrometres: random.between(-0.2, 0.2),
    stemInsertionSeconds: random.between(1, 3),
  }),

  truth(options, random): ScanTruth {
    const mainsPhase = random.uniform();
    const phases = [random.uniform(), random.uniform()] as const;
    const wavesOf = (axis: 0 | 1): readonly Wave[] => [
      ...(options.scanHumNm[axis] === 0
        ? []
        : [{ frequency: options.mainsHertz, amplitude: options.scanHumNm[axis] / 1000, phase: phases[axis] }]),
      ...scanNoiseWaves(random, options.scanNoiseNm / 1000, options.scanNoiseHertz),
    ];
    const probeOf = (mode: 0 | 1): ProbeTruth => ({
      halfAngle: options.probeHalfAnglesMilliradians[mode] / 1000,
      focusToHeight: options.stemFocusToHeight[mode],
      focusCurvature: options.stemFocusToHeightCurvature[mode],
    });
    return {
      timing: {
        startup: options.scanStartupSeconds,
        startupSpread: options.scanStartupSpreadSeconds,
        flyback: options.flybackMicroseconds * microsecond,
        flybackSlope: options.flybackMicrosecondsPerSecond * microsecond,
        flybackSlopeBeyond: options.flybackMicrosecondsPerSecondBeyond * microsecond,
        flybackKnee: options.flybackKneeSeconds,
        flybackIntervals: options.flybackSpecialExposures,
        flybackPerDoubling: options.flybackGrowthPerBinning,
        flybackPerMagIndex: options.flybackGrowthPerMagIndex,
        syncMargin: options.lineSyncMarginMicroseconds * microsecond,
        mains: options.mainsHertz,
        mainsPhase,
      },
      lag: { share: options.scanLagFieldShare, time: options.scanLagMicroseconds * microsecond },
      delay: options.scanDelayMicroseconds * microsecond,
      waves: [wavesOf(0), wavesOf(1)],
      rotationStep: options.scanRotationStepDegrees,
      probe: { nano: probeOf(0), micro: probeOf(1) },
      source: options.probeSourceNm / 1000,
      focusPerSpot: options.stemFocusPerSpotMicrometres,
      current: options.probeCurrentPicoamperes * electronsPerPicoampere,
      signal: {
        scatteredShare: options.stemScatteredShare,
        readNoise: options.stemReadNoiseCounts,
        insertion: options.stemInsertionSeconds,
      },
    };
  },

  start(truth, { key, now, of, truthOf }) {
    let scanning = false;
    let rotation = 0;
    let scans = 0;
    const detectors = new Map<string, StemDetectorState>();
    const usual: StemDetectorState = { inserted: true, brightness: 0.5, contrast: 0.5, since: -Infinity };
    const lenses = of(magnification);
    const illumination = of(beam);
    const { optics } = of(wavefront);
    const mode = (): ProbeTruth => truth.probe[illumination.readings().probeMode];
    const wavelength = electronWavelength(optics.kilovolts);
    const state = (name: string): StemDetectorState => detectors.get(name) ?? usual;
    const change = (name: string, changed: Partial<StemDetectorState>): void => {
      detectors.set(name, { ...state(name), ...changed });
    };
    const turned = (degrees: number): number =>
      truth.rotationStep > 0 ? Math.round(degrees / truth.rotationStep) * truth.rotationStep : degrees;
    return {
      truth,
      /** A probe as it is formed, without its defocus. */
      probe: (): Probe => {
        const { halfAngle } = mode();
        return { halfAngle, core: coreOf(truth.source, halfAngle, wavelength, optics.sphericalAberration * 1000) };
      },
      /**
       * Defocus of the probe on the specimen in micrometres.
       * @param focus defocus of the lens, and @param height of the specimen, micrometres
       */
      defocusOf(focus: number, height: number): number {
        const { focusToHeight, focusCurvature } = mode();
        const spot = illumination.readings().spotSize;
        return height + focus * (focusToHeight + focus * focusCurvature) - truth.focusPerSpot * (spot - middleSpot);
      },
      /** Electrons per second. */
      current: (): number => {
        let current = truth.current;
        const steps = illumination.readings().spotSize - middleSpot;
        for (let step = 0; step < Math.abs(steps); step++) current *= steps > 0 ? 0.5 : 2;
        return current;
      },
      /** Degrees, as the generator does it. @param asked as it stands by default */
      rotation: (asked = rotation): number => turned(asked),
      detector: state,
      /** False for a detector that was inserted too short a time before. */
      sees: (name: string, time: number): boolean => time >= state(name).since + truth.signal.insertion,
      commands: {
        /** Makes the column form a probe and scan it, or an image again. */
        setScanning(on: boolean): void {
          scanning = on;
          lenses.scan(on);
        },
        /** Turns the scan, degrees counter-clockwise. */
        setScanRotation(degrees: number): void {
          rotation = finite('scan rotation', degrees);
        },
        setStemDetectorInserted(name: string, inserted: boolean): void {
          if (inserted !== state(name).inserted) change(name, { inserted, since: now() });
        },
        /** Sets brightness and contrast of a detector, 0 to 1. */
        setStemDetector(name: string, values: { readonly brightness?: number; readonly contrast?: number }): void {
          for (const [what, value] of Object.entries(values)) {
            if (!(value >= 0 && value <= 1))
              throw new SimulationError(
                'simulation/bad-value',
                `The ${what} of the detector ${name} cannot be set to ${value}`,
                'Pass a number from 0 to 1.',
              );
            change(name, { [what]: value });
          }
        },
        /** Times of a scan that is requested now; `expose` takes them. */
        planScan({ columns, rows, exposure, binning, lineSync = false }: PlannedScan): ScanPlan {
          const chance = ((hash(scans++, keyOf(key, 5)) >>> 0) + 0.5) / 4294967296;
          const magIndex = lenses.selected().index;
          return plannedScan(truth.timing, { columns, rows, exposure, binning, magIndex, lineSync }, now(), chance);
        },
      },
      readings: () => ({
        scanning,
        /** Degrees, as asked for. */
        scanRotation: rotation,
        /** Of the scanning cameras' detectors that were changed. */
        stemDetectors: Object.fromEntries(detectors),
        /** Width and height of the field of a whole scan, micrometres. */
        scannedField: fieldOf(lenses.reference()),
        /** Times that a scan generator reports: its shortest flyback, and the mains. */
        scanGenerator: { flybackMicroseconds: truth.timing.flyback / microsecond, mainsHertz: truth.timing.mains },
        /** Radians; half of the cone of electrons. */
        convergenceAngle: mode().halfAngle,
      }),
      /** True for a camera that scans. */
      isScanned: (camera: number): boolean => truthOf(cameras).some((each) => each.index === camera && each.stem),
    };
  },

  perfect: ({ probe }, { truthOf }) =>
    truthOf(cameras).some(({ stem }) => stem) ? scanRecords(probe, { ...truthOf(focus), ...truthOf(stage) }) : [],
});
