import { createHash } from 'node:crypto';
import { bench, type Bench } from './bench';

type Act = (given: Bench) => void;
interface Scene {
  /** Of the image at binning 1, and of another one at binning 2 after it. */
  readonly bytes: string;
  readonly options?: Record<string, unknown>;
  readonly seed?: number;
  /** Makes all cameras other ones. */
  readonly cameras?: Partial<Bench['truth']['cameras'][number]>;
  readonly act?: Act;
  readonly request?: Partial<Parameters<Bench['microscope']['expose']>[0]>;
}

/** Every setting and option that an image depends on, moved in one scene at least. */
const scenes: Readonly<Record<string, Scene>> = {
  'a film at rest': { bytes: 'd55f396edaad8d79 1ccc17cb4a715b0b' },
  'a film of another seed': { bytes: 'c068a52c33cbf396 fb6372bdfa03d1d2', seed: 7 },
  'the usual errors of a stage': {
    bytes: '04ec96bada3a4c8f da60f620fcf87cde',
    options: {
      stageCycleError: [0.05, 0.02],
      stageBacklashMicrometres: 0.3,
      stageRepeatabilityNm: 25,
      stageSettlingFraction: 0.004,
    },
    act: ({ microscope, clock }) => {
      clock.seconds += microscope.moveStage({ x: 1.5, y: -0.7 });
      clock.seconds += microscope.moveStage({ x: 1.1, y: -0.2, z: 1 }) + 0.2;
    },
  },
  'a tilted stage at another height': {
    bytes: '31bee52a88d9b093 6bb49886917e6c79',
    options: { eucentricHeightMicrometres: 12.3 },
    act: ({ microscope, clock }) => {
      clock.seconds += microscope.moveStage({ tilt: 25, z: 14.6 });
    },
  },
  'drift that dies away': {
    bytes: '904289a810b3a649 945b61ff2de7a2ad',
    options: { driftNmPerSecond: [30, -20], driftDecayNmPerSecond: [200, 90], driftDecaySeconds: 9 },
    act: ({ microscope, clock }) => {
      clock.seconds += microscope.moveStage({ x: 0.4 }) + 3;
    },
  },
  'a specimen that charges in low magnification': {
    bytes: '98475f1c33686e3b bf05c2ba867e2600',
    options: { chargingMicrometresLowMagnification: [2, -1], chargingSeconds: 4 },
    act: ({ microscope, clock }) => {
      microscope.setMagnification(4);
      clock.seconds += 3;
    },
  },
  'an image shift that settles': {
    bytes: '7db65918999aaae2 cc63e90cc8b93e96',
    options: {
      imageShiftSettlingFraction: 0.1,
      imageShiftSettlingSeconds: 0.5,
      imageShiftFurtherSettling: [[-0.03, 2]],
      imageShiftHysteresis: 0.004,
      imageShiftCarriesBeam: false,
    },
    act: ({ microscope, clock }) => {
      microscope.setImageShift({ x: 0.6, y: -1.2 });
      clock.seconds += 0.1;
      microscope.setImageShift({ x: 0.7, y: -1 });
    },
  },
  'image shift in low magnification': {
    bytes: '9ce102b408b5cbea a14b45cb9f17414e',
    options: { imageShiftSettlingFractionLowMagnification: 0.05 },
    act: ({ microscope, clock }) => {
      microscope.setMagnification(4);
      microscope.setImageShift({ x: 9, y: 4 });
      clock.seconds += 0.1;
    },
  },
  'a displaced and distorted image': {
    bytes: '79a6d69d5cdc42a8 620672976699d665',
    options: {
      imageOffsetsMicrometres: { 17: [0.5, 0.2] },
      distortionAtEdge: 0.02,
      quadraticDistortionAtEdge: -0.01,
      pixelScaleError: 0.03,
      rotationErrorDegrees: 2,
    },
  },
  'the column set for a filter': {
    bytes: '630e5cde1e3fb544 e4333b7acf2aaf46',
    options: { imageOffsetsEftemMicrometres: { 17: [0.4, -0.3] } },
    act: ({ microscope }) => {
      microscope.setEftem(true);
      microscope.setImageShift({ x: 0.5, y: 0.25 });
    },
  },
  'the column set for the filter before the cameras': {
    bytes: 'ec1f737ecfa7d866 a80b59ef86211586',
    options: { imageOffsetsEftemMicrometres: { 17: [0.4, -0.3] } },
    cameras: { behindFilter: true },
    act: ({ microscope }) => {
      microscope.setEftem(true);
      microscope.setImageShift({ x: 0.5, y: 0.25 });
    },
  },
  'a scanned image out of focus': {
    bytes: 'b1ea3d1dc64c07fa ec4b99c9e134b219',
    cameras: { stem: true },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setDefocus(-3);
    },
  },
  'a shifted beam that is too small': {
    bytes: '90288564eed16242 1048a3a257347f1c',
    options: {
      beamCentreMicrometres: [0.5, -0.4],
      beamShiftToSpecimen: [
        [1.1, 0.2],
        [-0.1, 0.9],
      ],
      beamEdgeSoftness: 0.2,
    },
    act: ({ microscope }) => {
      microscope.setBeamDiameter(7);
      microscope.setBeamShift({ x: 1, y: 0.5 });
      microscope.setSpotSize(4);
    },
  },
  'underfocus at high magnification': {
    bytes: '241714d9a7af4f2b 27f4d3957eee2e85',
    options: { phaseToAmplitudeContrast: 3, voltageKilovolts: 200, focusSpreadNm: 2 },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setDefocus(-3.5);
      microscope.setBeamTilt({ x: 3, y: -2 });
      microscope.normalize('all');
    },
  },
  'focus by the absolute value after a reset': {
    bytes: 'baf650beec35b281 b1d181891abb6f0e',
    options: { phaseToAmplitudeContrast: 3 },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setAbsoluteFocus(-0.001);
      microscope.resetDefocus();
      microscope.setDefocus(-1);
    },
  },
  'a worn cross grating': {
    bytes: '026db7a5ea4fcfbc a32bd079e5e26f03',
    options: {
      specimen: 'cross-grating',
      missingLines: 0.1,
      dirtyBlocks: 0.2,
      linePlacementNm: 4,
      latexSpheresPerSquareMicrometre: 0.3,
    },
  },
  'a bent crystal': {
    bytes: 'a730731aa910772c 1d5641e505a90213',
    options: { specimen: 'catalase', latticeBend: 0.01, catalaseCellContrast: 0.4 },
    act: ({ microscope }) => microscope.setMagnification(28),
  },
  'grid bars about an opening': {
    bytes: 'e563282a14c9796f c4983973e63b40e2',
    options: { specimen: 'grid-bars', openingMicrometres: 60, openingAngleDegrees: 5 },
    act: ({ microscope }) => microscope.setMagnification(4),
  },
  'an unprocessed part of the other camera': {
    bytes: '9bb047772fbd74f8 b9a84ceca08eb719',
    options: { staleDarkCounts: 3, cameraDeadSeconds: 0.02 },
    request: {
      camera: 1,
      area: { left: 40, top: 20, width: 200, height: 160 },
      exposure: 0.1,
      processing: 'unprocessed',
    },
  },
  'counting in super-resolution': {
    bytes: 'bdc6ed10bede0b1e b600f8813df9193c',
    options: { electronsPerFieldPixelPerSecond: 30, staleGainVariation: 0.02 },
    request: { readMode: 'super-resolution', exposure: 0.7 },
  },
  'a blanked beam': {
    bytes: '6b8b50ae6f09fbc9 9f21f4dbc0415acc',
    act: ({ microscope }) => microscope.setBlanked(true),
  },
};

const sha = (data: Uint16Array): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
    .slice(0, 16);

/** The bytes of the two images of a scene. */
function bytesOf({
  options = {},
  seed = 1,
  cameras,
  act = () => undefined,
  request = {},
}: Omit<Scene, 'bytes'>): string {
  const given = bench(options, seed, (truth) => ({
    ...truth,
    cameras: truth.cameras.map((camera) => ({ ...camera, ...cameras })),
  }));
  given.microscope.setMagnification(17);
  act(given);
  const whole = { camera: 0, binning: 1, exposure: 0.5, ...request };
  return [whole, { ...whole, binning: 2 }].map((each) => sha(given.microscope.expose(each).data)).join(' ');
}

describe('the same seed, calls and times give the same bytes', () => {
  test.each(Object.entries(scenes))('of %s', (_, { bytes, ...scene }) => {
    expect(bytesOf(scene)).toBe(bytes);
  });

  test('whatever was refused before', () => {
    const act: Act = ({ microscope }) => {
      microscope.setMagnification(4);
      for (const camera of [1, 7]) expect(() => microscope.expose({ camera, binning: 1, exposure: 1 })).toThrow();
      microscope.setMagnification(17);
    };
    expect(bytesOf({ act })).toBe(scenes['a film at rest']!.bytes);
  });
});
