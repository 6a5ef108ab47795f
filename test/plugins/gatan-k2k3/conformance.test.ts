import { type Clock, VirtualClock, seconds } from '../../../core/base';
import { describeCamera, type CameraUnderTest } from '../../../testing';
import type { TurnedBy } from '../../../plugins/gatan-k2k3/camera-model';
import { someTurns } from '../../support/until';
import { bench, propertiesOf } from './setup';

/** A camera over a socket whose pictures are a ramp, so that every pixel is known exactly. */
async function rampCamera(
  lines: Readonly<Record<string, string | number>>,
  turnedBy: TurnedBy = 'server',
  settlesAnyway = 0,
): Promise<CameraUnderTest> {
  let action: (() => void) | undefined;
  const clock: Clock = new VirtualClock();
  const { camera, source, dispose } = await bench(propertiesOf(lines), {
    clock,
    turnedBy,
    exposing: async ({ exposure, settling }, signal) => {
      await clock.delay(seconds(1 + settlesAnyway + settling), signal);
      if (action) {
        const now = action;
        action = undefined;
        now();
        await someTurns();
      }
      await clock.delay(seconds(exposure), signal);
    },
  });
  return {
    camera,
    clock,
    exposures: () => source.requests.length,
    mostAtOnce: () => source.mostAtOnce,
    whileExposing: (next) => (action = next),
    dispose,
  };
}

const facts = { binning: 'mean', noise: 0, binningTolerance: 0, exposure: 0.5, tooLong: 1000 } as const;

describeCamera('A K3', () => rampCamera({}), facts);
describeCamera(
  'A K3 with super-resolution sizes',
  () => rampCamera({ CameraSizeX: 6016, CameraSizeY: 32, RotationAndFlip: 6 }),
  { ...facts, exposure: 0.0106525 },
);
describeCamera('A K3 turned by this program', () => rampCamera({ RotationAndFlip: 3 }, 'this program'), facts);
describeCamera(
  'A K3 turned by DigitalMicrograph',
  () => rampCamera({ RotationAndFlip: 3 }, 'DigitalMicrograph'),
  facts,
);
describeCamera(
  'A K3 whose edges must be multiples',
  () => rampCamera({ CoordsMustBeMultiple: 1, XMustBeMultipleOf: 8 }),
  facts,
);
describeCamera('A K2 Base', () => rampCamera({ K2Type: 2, RotationAndFlip: 2 }), facts);
for (const rotationFlip of [0, 1, 2, 3, 4, 5, 6, 7])
  describeCamera(
    `A K2 Summit turned by ${rotationFlip}`,
    () => rampCamera({ K2Type: 1, RotationAndFlip: rotationFlip, CameraSizeX: 60, Binnings: '1 2 3' }),
    facts,
  );
describeCamera(
  'A OneView',
  () => rampCamera({ K2Type: 0, OneViewType: 1, OnlyOneShutter: 1 }, 'DigitalMicrograph', 0.25),
  facts,
);
describeCamera(
  'A Rio with two shutters',
  () =>
    rampCamera({ K2Type: 0, OneViewType: 2, CoordsMustBeMultiple: 1, XMustBeMultipleOf: 8 }, 'DigitalMicrograph', 0.25),
  facts,
);
describeCamera(
  'An Orius',
  () => rampCamera({ K2Type: 0, DMGainReferenceName: 'Orius', XMustBeMultipleOf: 2 }, 'DigitalMicrograph', 0.25),
  facts,
);
describeCamera(
  'An UltraScan without drift settling',
  () => rampCamera({ K2Type: 0, CanDriveDMDriftSettling: 0, MakesUnsignedImages: 1 }, 'DigitalMicrograph', 0.25),
  facts,
);
