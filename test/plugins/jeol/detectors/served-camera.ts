import { VirtualClock, seconds } from '../../../../core/base';
import type { Exposure } from '../../../../core/devices';
import { HttpDetectors } from '../../../../plugins/jeol/detectors/http-wire';
import { type JeolScanModel, jeolScanTraits } from '../../../../plugins/jeol/detectors/model';
import { JeolScanCamera } from '../../../../plugins/jeol/detectors/scan-camera';
import { type DetectorServiceOptions, DetectorServiceStandIn } from '../../../support/jeol-detector-service';

/** A STEM camera of 64 pixels with three detectors, of which ADF1 and BF exclude each other. */
export const smallModel = {
  index: 1,
  name: 'JEOL STEM',
  width: 64,
  height: 64,
  binnings: [1, 2, 4],
  detectors: ['HAADF', 'BF', 'ADF1'],
  exclusive: [['BF', 'ADF1']],
  shortestPixelTime: 0.5,
  pixelTimeStep: 0,
  flyback: 50,
  insertDelay: 0.7,
  selectDelay: 0.7,
  startupDelay: 0.1,
  longestExposure: 60,
  shortestSettling: 0,
} as unknown as JeolScanModel;

/** Counts of a scene that looks different when it is mirrored. */
export const ramp = (detector: string, columns: number, rows: number): readonly number[] =>
  Array.from({ length: columns * rows }, (_, k) => {
    const step = 64 / columns;
    const [x, y] = [((k % columns) + 0.5) * step, (Math.floor(k / columns) + 0.5) * step];
    return 8 * x + 4 * y + (detector === 'HAADF' ? 0 : 2000);
  });

export const whole = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 1,
  area: { left: 0, top: 0, right: 64, bottom: 64 },
  exposure: seconds(0.04096),
  driftSettling: seconds(0),
  processing: 'unprocessed',
  readMode: 'linear',
  ...more,
});

/** The STEM camera on a stand-in of the service. */
export async function servedScans({
  model = smallModel,
  answerLimit = 20,
  imageLimit = 60,
  through = async (port: number) => port,
  ...options
}: Partial<DetectorServiceOptions> & {
  readonly model?: JeolScanModel;
  readonly answerLimit?: number;
  readonly imageLimit?: number;
  readonly through?: (port: number) => Promise<number>;
} = {}) {
  const clock = new VirtualClock();
  const service = new DetectorServiceStandIn({
    pass: (duration) => clock.delay(seconds(duration)),
    picture: ramp,
    ...options,
  });
  const transport = new HttpDetectors({
    host: '127.0.0.1',
    port: await through(await service.start()),
    answerLimit,
    imageLimit,
  });
  const camera = new JeolScanCamera(jeolScanTraits(model), model, transport, clock);
  return {
    clock,
    service,
    transport,
    camera,
    async connect(): Promise<void> {
      await transport.open();
      await camera.connect();
    },
    async dispose(): Promise<void> {
      await camera.stop();
      await transport.close();
      await service.stop();
    },
  };
}
