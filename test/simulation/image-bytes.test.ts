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
  'a film at rest': { bytes: 'bd48532c1d3e218c 4be4ea8966a1ea43' },
  'a film of another seed': { bytes: '1950b1eb31186128 96d2cde783de22a1', seed: 7 },
  'the usual errors of a stage': {
    bytes: '598f164849bd269f aed938775aaad205',
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
    bytes: 'd85005dd46c18104 9ffde72e72da8628',
    options: { eucentricHeightMicrometres: 12.3 },
    act: ({ microscope, clock }) => {
      clock.seconds += microscope.moveStage({ tilt: 25, z: 14.6 });
    },
  },
  'drift that dies away': {
    bytes: '192406dee1f7eead 7a418b080b2624e8',
    options: { driftNmPerSecond: [30, -20], driftDecayNmPerSecond: [200, 90], driftDecaySeconds: 9 },
    act: ({ microscope, clock }) => {
      clock.seconds += microscope.moveStage({ x: 0.4 }) + 3;
    },
  },
  'a specimen that charges in low magnification': {
    bytes: 'f4c67a7b513bbc71 3d60d5aea32e663b',
    options: { chargingMicrometresLowMagnification: [2, -1], chargingSeconds: 4 },
    act: ({ microscope, clock }) => {
      microscope.setMagnification(4);
      clock.seconds += 3;
    },
  },
  'an image shift that settles': {
    bytes: '2dc4a37ceea45973 22ca1e7f0848e3e8',
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
    bytes: '8a146867ed412bc0 87b2174e10bc2e49',
    options: { imageShiftSettlingFractionLowMagnification: 0.05 },
    act: ({ microscope, clock }) => {
      microscope.setMagnification(4);
      microscope.setImageShift({ x: 9, y: 4 });
      clock.seconds += 0.1;
    },
  },
  'a displaced and distorted image': {
    bytes: 'fceae13b991dfd9b 447880c4e93496e2',
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
    bytes: '320cbce68bcfa23f 82450b9f7c219d6d',
    options: { imageOffsetsEftemMicrometres: { 17: [0.4, -0.3] } },
    cameras: { behindFilter: true },
    act: ({ microscope }) => {
      microscope.setEftem(true);
      microscope.setImageShift({ x: 0.5, y: 0.25 });
    },
  },
  'a scanned image out of focus': {
    bytes: 'e850c42b883e93a8 b5869aaaefb7dcac',
    cameras: { stem: true },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setDefocus(-3);
    },
  },
  'a shifted beam that is too small': {
    bytes: '12312216642e5fda 1048a3a257347f1c',
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
    bytes: 'a6560674b7370a33 f24ea0e2ee25987f',
    options: { phaseToAmplitudeContrast: 3, voltageKilovolts: 200, focusSpreadNm: 2 },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setDefocus(-3.5);
      microscope.setBeamTilt({ x: 3, y: -2 });
      microscope.normalize('all');
    },
  },
  'focus by the absolute value after a reset': {
    bytes: 'c0f2cd5e06bc7c66 ceacbb22fd1f43c9',
    options: { phaseToAmplitudeContrast: 3 },
    act: ({ microscope }) => {
      microscope.setMagnification(28);
      microscope.setAbsoluteFocus(-0.001);
      microscope.resetDefocus();
      microscope.setDefocus(-1);
    },
  },
  'a worn cross grating': {
    bytes: '33b5ebc3e188f956 a6bf421ab457805b',
    options: {
      specimen: 'cross-grating',
      missingLines: 0.1,
      dirtyBlocks: 0.2,
      linePlacementNm: 4,
      latexSpheresPerSquareMicrometre: 0.3,
    },
  },
  'a bent crystal': {
    bytes: '81ccd703590d6e5b 35dbbc7b09e0a315',
    options: { specimen: 'catalase', latticeBend: 0.01, catalaseCellContrast: 0.4 },
    act: ({ microscope }) => microscope.setMagnification(28),
  },
  'grid bars about an opening': {
    bytes: '852a045e3a20048b 1db1ac4ad9024ca0',
    options: { specimen: 'grid-bars', openingMicrometres: 60, openingAngleDegrees: 5 },
    act: ({ microscope }) => microscope.setMagnification(4),
  },
  'an unprocessed part of the other camera': {
    bytes: '6aa6102ea7bacd17 65ecbe790781976c',
    options: { staleDarkCounts: 3, cameraDeadSeconds: 0.02 },
    request: {
      camera: 1,
      area: { left: 40, top: 20, width: 200, height: 160 },
      exposure: 0.1,
      processing: 'unprocessed',
    },
  },
  'counting in super-resolution': {
    bytes: '9547bceae97aea06 91cd402aef207008',
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
