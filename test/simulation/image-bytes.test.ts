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
  'a film at rest': { bytes: 'c37b4c8e251fcb57 a773138700e61568' },
  'a film of another seed': { bytes: 'c390ce6958223af1 c4b6f3d9ab170576', seed: 7 },
  'the usual errors of a stage': {
    bytes: 'b338ea5e37aa0adf 92fe5235242a38cd',
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
    bytes: '6b7b17fc853c06ca ab7c208dbda0e1a1',
    options: { eucentricHeightMicrometres: 12.3 },
    act: ({ microscope, clock }) => {
      clock.seconds += microscope.moveStage({ tilt: 25, z: 14.6 });
    },
  },
  'drift that dies away': {
    bytes: '5f5dc2f0c09d5b78 237ddeb1e52d6472',
    options: { driftNmPerSecond: [30, -20], driftDecayNmPerSecond: [200, 90], driftDecaySeconds: 9 },
    act: ({ microscope, clock }) => {
      clock.seconds += microscope.moveStage({ x: 0.4 }) + 3;
    },
  },
  'a specimen that charges in low magnification': {
    bytes: '1cb0615dedf63061 9b581ed2fa866b54',
    options: { chargingMicrometresLowMagnification: [2, -1], chargingSeconds: 4 },
    act: ({ microscope, clock }) => {
      microscope.setMagnification(4);
      clock.seconds += 3;
    },
  },
  'an image shift that settles': {
    bytes: '1a9bf35e1d5c1ffc ee4373b2a3e25c5c',
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
    bytes: '3b9604af83f9321c 264aa88db391cd8a',
    options: { imageShiftSettlingFractionLowMagnification: 0.05 },
    act: ({ microscope, clock }) => {
      microscope.setMagnification(4);
      microscope.setImageShift({ x: 9, y: 4 });
      clock.seconds += 0.1;
    },
  },
  'a displaced and distorted image': {
    bytes: '585f5feb51ea0377 0636e596a6f9d19f',
    options: {
      imageOffsetsMicrometres: { 17: [0.5, 0.2] },
      distortionAtEdge: 0.02,
      quadraticDistortionAtEdge: -0.01,
      pixelScaleError: 0.03,
      rotationErrorDegrees: 2,
    },
  },
  'the column set for a filter': {
    bytes: '52f8802b32d3932f e4333b7acf2aaf46',
    options: { imageOffsetsEftemMicrometres: { 17: [0.4, -0.3] } },
    act: ({ microscope }) => {
      microscope.setEftem(true);
      microscope.setImageShift({ x: 0.5, y: 0.25 });
    },
  },
  'the column set for the filter before the cameras': {
    bytes: '5106ef17ee200559 3864408249a8cae4',
    options: { imageOffsetsEftemMicrometres: { 17: [0.4, -0.3] } },
    cameras: { behindFilter: true },
    act: ({ microscope }) => {
      microscope.setEftem(true);
      microscope.setImageShift({ x: 0.5, y: 0.25 });
    },
  },
  'a scanned image out of focus': {
    bytes: '2769a5e00819a5e9 8a3622f5dca0c3ae',
    cameras: { stem: true },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setDefocus(-3);
    },
  },
  'a shifted beam that is too small': {
    bytes: '5d9d4a62d07d7cf8 1048a3a257347f1c',
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
    bytes: '12aaff4ba7263cce 7fd4b51136e35ba5',
    options: { phaseToAmplitudeContrast: 3, voltageKilovolts: 200, focusSpreadNm: 2 },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setDefocus(-3.5);
      microscope.setBeamTilt({ x: 3, y: -2 });
      microscope.normalize('all');
    },
  },
  'focus by the absolute value after a reset': {
    bytes: '162792e2d78fbf7d 9b5ee52bdb7945ab',
    options: { phaseToAmplitudeContrast: 3 },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setAbsoluteFocus(-0.001);
      microscope.resetDefocus();
      microscope.setDefocus(-1);
    },
  },
  'a worn cross grating': {
    bytes: '9f6d7c12c77d267c d532e47230ea8c6b',
    options: {
      specimen: 'cross-grating',
      missingLines: 0.1,
      dirtyBlocks: 0.2,
      linePlacementNm: 4,
      latexSpheresPerSquareMicrometre: 0.3,
    },
  },
  'a bent crystal': {
    bytes: '70bf181ae2002f03 67b5dabf53fcca97',
    options: { specimen: 'catalase', latticeBend: 0.01, catalaseCellContrast: 0.4 },
    act: ({ microscope }) => microscope.setMagnification(28),
  },
  'grid bars about an opening': {
    bytes: '8197f1e0e4765567 68abb87decd6627e',
    options: { specimen: 'grid-bars', openingMicrometres: 60, openingAngleDegrees: 5 },
    act: ({ microscope }) => microscope.setMagnification(4),
  },
  'an unprocessed part of the other camera': {
    bytes: '7018a52b61188c1c 65ecbe790781976c',
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
