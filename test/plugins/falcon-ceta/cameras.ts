import { VirtualClock, cameraIndex, seconds } from '../../../core/base';
import type { CameraTraits } from '../../../core/devices';
import { FeiCamera } from '../../../plugins/falcon-ceta/camera';
import type { FeiCameraModel } from '../../../plugins/falcon-ceta/camera-model';
import type { FeiCameraFound } from '../../../plugins/falcon-ceta/transport';
import { RampWire } from './ramp-wire';

export const ceta: FeiCameraModel = {
  index: cameraIndex(0),
  name: 'Ceta',
  scriptingName: 'BM-Ceta',
  detector: 'Ceta',
  width: 64,
  height: 64,
  binnings: [1, 2, 4],
  counts: false,
  normalizedOnly: false,
  readoutInterval: undefined,
  countedGroup: 1,
  shortestExposure: 0.011,
  shortestSettling: 0.075,
  startupDelay: 0.8,
  retractable: false,
  insertionDelay: 5,
};
export const falcon4: FeiCameraModel = {
  ...ceta,
  name: 'Falcon',
  scriptingName: 'BM-Falcon',
  detector: 'Falcon 4',
  counts: true,
  normalizedOnly: true,
  readoutInterval: 0.004021,
  countedGroup: 7,
  shortestExposure: 0.011,
  shortestSettling: 0.075,
};

export const traits = (model: FeiCameraModel): CameraTraits => ({
  index: model.index,
  name: model.name,
  width: model.width,
  height: model.height,
  binnings: model.binnings,
  directDetector: model.counts,
  behindFilter: false,
  stem: false,
  shortestExposure: seconds(model.shortestExposure),
  deadTime: seconds(0),
  startupDelay: seconds(model.startupDelay),
  builtInSettling: seconds(0),
  allowsPostActions: false,
});

/** A camera whose pictures are a ramp. */
export async function rampCamera(model: FeiCameraModel, found?: FeiCameraFound) {
  const clock = new VirtualClock();
  const wire = new RampWire(clock, model, found);
  const camera = new FeiCamera(traits(model), model, wire, clock);
  await wire.open();
  await camera.connect();
  const dispose = async (): Promise<void> => {
    camera.disconnect();
    await wire.close();
  };
  return {
    camera,
    clock,
    wire,
    dispose,
    exposures: () => wire.shots.length,
    mostAtOnce: () => wire.mostAtOnce,
    whileExposing: (action: () => void) => void (wire.action = action),
  };
}
