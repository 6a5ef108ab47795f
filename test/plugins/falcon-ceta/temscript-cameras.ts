import { VirtualClock, seconds } from '../../../core/base';
import { FeiCamera } from '../../../plugins/falcon-ceta/camera';
import type { FeiCameraModel } from '../../../plugins/falcon-ceta/camera-model';
import { TemscriptCameras } from '../../../plugins/falcon-ceta/temscript-wire';
import { type StandInCamera, TemscriptStandIn } from '../../support/temscript-stand-in';
import { traits } from './cameras';

/** The mean over a binned pixel of 10 at each column and 100 at each row, counted on the whole chip. */
export function ramp(model: Pick<FeiCameraModel, 'width' | 'height'>): StandInCamera['picture'] {
  return (binning, columns, rows) => {
    const [left, top] = [(model.width - columns * binning) / 2, (model.height - rows * binning) / 2];
    const centre = (binning - 1) / 2;
    return Array.from(
      { length: columns * rows },
      (_, at) =>
        10 * (left + (at % columns) * binning + centre) + 100 * (top + Math.floor(at / columns) * binning + centre),
    );
  };
}

/** A camera over HTTP to a server that stands in for the real one. */
export async function temscriptCamera(
  model: FeiCameraModel,
  options: {
    readonly camera?: Partial<StandInCamera>;
    readonly through?: (port: number) => Promise<number>;
    readonly answerLimit?: number;
  } = {},
) {
  const clock = new VirtualClock();
  let action: (() => void) | undefined;
  const server = new TemscriptStandIn({
    pass: (duration) => clock.delay(seconds(duration)),
    cameras: [
      {
        name: model.scriptingName,
        width: model.width,
        height: model.height,
        binnings: model.binnings,
        startup: model.startupDelay,
        picture: ramp(model),
        ...options.camera,
      },
    ],
    exposing: async () => {
      const now = action;
      action = undefined;
      now?.();
    },
  });
  const own = await server.listen();
  const wire = new TemscriptCameras({
    host: '127.0.0.1',
    port: (await options.through?.(own)) ?? own,
    answerLimit: options.answerLimit ?? 60,
    imageLimit: options.answerLimit ?? 60,
    longestExposure: 30,
  });
  const camera = new FeiCamera(traits(model), model, wire, clock);
  const dispose = async (): Promise<void> => {
    camera.disconnect();
    await wire.close();
    await server.close();
  };
  try {
    await wire.open();
    await camera.connect();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    camera,
    clock,
    wire,
    server,
    dispose,
    exposures: () => server.exposures.length,
    mostAtOnce: () => server.mostAtOnce,
    whileExposing: (next: () => void) => void (action = next),
  };
}
