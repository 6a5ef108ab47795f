import { VirtualClock, seconds } from '../../../core/base';
import { parseSettings } from '../../../core/settings';
import { type ParameterSet, SerialEmCamera, traitsOf } from '../../../plugins/serialem/cameras/camera';
import { serialEmCameraModel } from '../../../plugins/serialem/cameras/camera-model';
import { SerialEmScript } from '../../../plugins/serialem/script';
import { SocketSerialEmWire } from '../../../plugins/serialem/socket-wire';
import type { CameraUnderTest } from '../../../testing';
import { Turns } from '../../../wires';
import { StandInCameras } from './stand-in-cameras';
import { SerialEmStandIn } from './stand-in-server';

/** The second of two cameras of a site, behind a SerialEM that stands in for the real one. */
export async function socketCamera(
  lines: Readonly<Record<string, string | number>> = {},
  options: {
    readonly parameterSet?: ParameterSet;
    readonly through?: (port: number) => Promise<number>;
    readonly imageLimit?: number;
  } = {},
): Promise<
  CameraUnderTest & {
    readonly camera: SerialEmCamera;
    readonly cameras: StandInCameras;
    readonly server: SerialEmStandIn;
    readonly clock: VirtualClock;
  }
> {
  const properties = {
    Name: 'Test',
    CameraSizeX: 64,
    CameraSizeY: 48,
    Binnings: '1 2 4',
    XMustBeMultipleOf: 2,
    StartupDelay: 1,
    TietzCameraType: 11,
    ...lines,
  };
  const text = [
    'SerialEMProperties',
    'ActiveCameraList 1 0',
    'CameraProperties 0',
    ...Object.entries(properties).map(([name, value]) => `${name} ${value}`),
    'EndCameraProperties',
    'CameraProperties 1',
    'Name Other',
    'EndCameraProperties',
    '',
  ].join('\n');
  const { settings } = parseSettings(text, 'SerialEMproperties.txt');
  const camera = settings.cameras.find(({ name }) => name === 'Test')!;
  const model = serialEmCameraModel(camera, settings.cameras, 300);
  const clock = new VirtualClock();
  const pass = (duration: number): Promise<void> => clock.delay(seconds(duration));
  const listed = { width: model.width, height: model.height, unit: model.binningUnit, startup: model.startupDelay };
  const cameras = new StandInCameras([{ width: 10, height: 10 }, listed], pass);
  const server = new SerialEmStandIn({ pass, cameras });
  const own = await server.listen();
  const wire = new SocketSerialEmWire({
    host: '127.0.0.1',
    port: (await options.through?.(own)) ?? own,
    connectLimit: 60,
    answerLimit: options.imageLimit ?? 60,
  });
  await wire.open();
  const made = new SerialEmCamera(traitsOf(model, camera), model, {
    script: new SerialEmScript(wire),
    clock,
    turns: new Turns('The exposure'),
    parameterSet: options.parameterSet ?? 'Record',
    imageLimit: options.imageLimit ?? 60,
  });
  return {
    camera: made,
    cameras,
    server,
    clock,
    exposures: () => cameras.taken.length,
    mostAtOnce: () => cameras.mostAtOnce,
    whileExposing: (action) => (cameras.action = action),
    dispose: async () => {
      await wire.close();
      await server.close();
    },
  };
}
