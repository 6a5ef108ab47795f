import { beamBench, beamImage, momentsOf } from './measure';
import type { Bench } from '../bench';

const rows = (scale: number, degrees: number): [[number, number], [number, number]] => {
  const angle = (degrees * Math.PI) / 180;
  return [
    [scale * Math.cos(angle), -scale * Math.sin(angle)],
    [scale * Math.sin(angle), scale * Math.cos(angle)],
  ];
};
/** Pixels of the first camera for a micrometre, and the direction of specimen X on it, by magnification. */
const views: Readonly<Record<number, readonly [perMicrometre: number, degrees: number]>> = {
  4: [1 / 0.4, -20],
  17: [1 / 0.03, 84],
};

interface Found {
  readonly scale: number;
  readonly degrees: number;
}

/** Scale and turn from beam shift to specimen, by the centre of the beam on the camera for a shift along X. */
function response(given: Bench, magIndex: number, step: number, exposure: number): Found {
  const at = (x: number): { x: number; y: number } => {
    given.microscope.setBeamShift({ x, y: 0 });
    given.clock.seconds += 60;
    return momentsOf(beamImage(given, exposure));
  };
  const [minus, plus] = [at(-step), at(step)];
  const [dx, dy] = [(plus.x - minus.x) / (2 * step), (plus.y - minus.y) / (2 * step)];
  const [perMicrometre, turn] = views[magIndex]!;
  return { scale: Math.hypot(dx, dy) / perMicrometre, degrees: (Math.atan2(dy, dx) * 180) / Math.PI - turn };
}
const expectAlike = ({ scale, degrees }: Found, wanted: Found): void => {
  expect(Math.abs(scale / wanted.scale - 1)).toBeLessThan(0.003);
  expect(Math.abs(((degrees - wanted.degrees + 540) % 360) - 180)).toBeLessThan(0.2);
};

/** Place of the beam on the specimen in micrometres, by its centre on the camera. */
function place(given: Bench): { x: number; y: number } {
  const { x, y } = momentsOf(beamImage(given));
  const [perMicrometre, degrees] = views[17]!;
  const angle = (degrees * Math.PI) / 180;
  return {
    x: (x * Math.cos(angle) + y * Math.sin(angle)) / perMicrometre,
    y: (-x * Math.sin(angle) + y * Math.cos(angle)) / perMicrometre,
  };
}

describe('beam shift', () => {
  const options = {
    beamShiftToSpecimen: rows(1.1, 10),
    beamShiftToSpecimenLowMagnification: rows(14, -25),
    beamShiftScaleNanoprobe: 0.9,
    beamShiftTurnNanoprobeDegrees: 6,
    beamShiftScalesByAlpha: [1, 0.8],
    beamShiftTurnsByAlphaDegrees: [0, 5],
  };

  test('has a matrix of its own outside and in low magnification, in each probe mode and at each alpha', () => {
    const given = beamBench(options);
    const { microscope } = given;
    microscope.setIntensity(0.455);
    expectAlike(response(given, 17, 1.5, 0.01), { scale: 1.1, degrees: 10 });
    microscope.setProbeMode('nano');
    expectAlike(response(given, 17, 1.5, 0.01), { scale: 0.99, degrees: 16 });
    microscope.setAlpha(1);
    microscope.setProbeMode('micro');
    expectAlike(response(given, 17, 1.5, 0.01), { scale: 0.88, degrees: 15 });
    microscope.setAlpha(0);
    microscope.setMagnification(4);
    microscope.setSpotSize(1);
    microscope.setIntensity(0.434);
    expectAlike(response(given, 4, 1.5, 0.0005), { scale: 14, degrees: -25 });
  });

  test('arrives with its settling time', () => {
    const given = beamBench({ beamShiftSettlingFraction: 0.1, beamShiftSettlingSeconds: 2 });
    given.microscope.setIntensity(0.455);
    given.microscope.setBeamShift({ x: 2, y: 0 });
    expect(given.microscope.state.beamShift).toEqual({ x: 2, y: 0 });
    for (const seconds of [0, 1, 3, 20]) {
      given.clock.seconds = seconds;
      expect(Math.abs(place(given).x - 2 * (1 - 0.1 * Math.exp(-(seconds + 0.005) / 2)))).toBeLessThan(0.003);
    }
  });
});

describe('the place of the beam', () => {
  const spots: [number, number][] = [
    [0.8, 0],
    [0.3, -0.2],
    [0, 0.5],
  ];
  const options = {
    spotBeamShiftsMicrometres: spots,
    alphaBeamShiftsMicrometres: [
      [0, 0],
      [-0.6, 0.4],
    ],
    nanoprobeBeamShiftMicrometres: [0.2, 0.7],
    beamCentreMicrometres: [0.1, -0.1],
  };
  const near = (found: { x: number; y: number }, x: number, y: number): void => {
    expect(Math.abs(found.x - x)).toBeLessThan(0.006);
    expect(Math.abs(found.y - y)).toBeLessThan(0.006);
  };

  test('is another one at each spot size, at each alpha and in nanoprobe', () => {
    const given = beamBench(options);
    const { microscope } = given;
    microscope.setIntensity(0.455);
    for (const [spot, [x, y]] of spots.entries()) {
      microscope.setSpotSize(spot + 1);
      microscope.setIntensity(0.437 + 0.003 * (spot + 1));
      near(place(given), x + 0.1, y - 0.1);
    }
    microscope.setAlpha(1);
    near(place(given), 0.1 - 0.6, 0.4 + 0.4);
    microscope.setAlpha(0);
    microscope.setProbeMode('nano');
    microscope.setIntensity(0.5);
    near(place(given), 0.1 + 0.2, 0.4 + 0.7);
  });

  test('is moved by alpha in its direction, too: the tilt displaces a defocused image', () => {
    const displaced = [0, 1].map((alpha) => {
      const { microscope } = beamBench({
        alphaBeamTiltsMilliradians: [
          [0, 0],
          [3, -1],
        ],
      });
      microscope.setAlpha(alpha);
      return microscope.expose({ camera: 0, binning: 1, exposure: 0.01 }).record.tilt;
    });
    expect(displaced[0]).toBeUndefined();
    expect(displaced[1]).toEqual({ x: 0.003, y: -0.001 });
  });

  test('goes with the image when the image is shifted, unless the column brings it back', () => {
    const moved = [true, false].map((imageShiftCarriesBeam) => {
      const given = beamBench({ imageShiftCarriesBeam });
      given.microscope.setIntensity(0.455);
      const before = place(given);
      given.microscope.setImageShift({ x: 1, y: 0 });
      const after = place(given);
      return Math.hypot(after.x - before.x, after.y - before.y);
    });
    expect(moved[0]).toBeLessThan(0.004);
    expect(moved[1]).toBeGreaterThan(0.9);
  });
});
