import { type Clock, seconds } from '../../../core/base';
import type { CameraArea } from '../../../core/devices';
import type { VirtualMicroscope } from '../../../simulation';
import type { CameraModel } from '../camera-model';
import { groupOf } from '../detectors';
import type { DigiScanModel } from '../digiscan-model';
import { chipSize, chipTurn } from '../geometry';
import type { Picture, PictureRequest, PictureSource, StandInCamera, StandInKind } from '../picture-source';
import { undoRotateFlip } from '../rotate-flip';
import { VirtualScans } from './virtual-scans';

const largestCount = 65535;

/** Pictures of the virtual microscope, as the chips of its cameras see them; exposures take their time on the program's clock. */
export class VirtualPictures implements PictureSource {
  readonly cameras: readonly StandInCamera[];
  readonly scans: VirtualScans | undefined;
  private readonly models: ReadonlyMap<number, CameraModel>;

  /** @param models of the site's cameras, whose numbers say their places in the server */
  constructor(
    private readonly microscope: VirtualMicroscope,
    private readonly clock: Clock,
    models: readonly CameraModel[],
    scan?: DigiScanModel,
  ) {
    this.scans = scan && new VirtualScans(microscope, clock, scan);
    this.models = new Map(models.map((model) => [model.number, model]));
    const count = Math.max(0, ...models.map((model) => model.number + 1));
    this.cameras = Array.from({ length: count }, (_, number) => {
      const model = this.models.get(number);
      return model
        ? { name: model.name, ...chipSize(model), kind: kindOf(model) }
        : { name: 'none', width: 0, height: 0 };
    });
  }

  async expose(request: PictureRequest, signal: AbortSignal): Promise<Picture> {
    const model = this.models.get(request.camera)!;
    const { frame } = request;
    // Frames follow each other without a pause; what comes before an exposure comes before its first one.
    if (!frame || frame.place === 0)
      await this.clock.delay(
        seconds(
          this.microscope.requestExposure(model.index, {
            startup: model.startupDelay,
            builtIn: model.builtInSettling,
          }) +
            request.settling +
            (frame?.count ?? 0) * model.startupPerFrame,
        ),
        signal,
      );
    // The image is made at the end, so that it holds what the blanker and the screen did meanwhile.
    const began = this.clock.now();
    await this.clock.delay(seconds(request.exposure), signal);
    const { left, top, right, bottom } = userArea(request.area, model);
    const unit = model.pixelsPerPhysical;
    const { width, height, data } = this.microscope.expose({
      camera: model.index,
      // The virtual camera counts in super-resolution pixels, too, so that binning alone says how large a pixel is.
      binning: ((request.area.right - request.area.left) / request.width) * unit,
      area: { left: left * unit, top: top * unit, width: (right - left) * unit, height: (bottom - top) * unit },
      exposure: request.dark ? 0 : request.exposure,
      readMode: request.readMode === 'linear' ? 'linear' : 'counting',
      // Without the corrections of the camera itself a K2 counts what its dark and gain make of it.
      processing:
        model.detector === 'K2 Summit' && request.readMode !== 'linear' && !request.correctedInCamera
          ? 'unprocessed'
          : request.processing,
      atTime: began,
    });
    const counted = request.readMode !== 'linear' && model.detector !== 'K3' && request.scaling !== 1;
    const counts = counted
      ? data.map((electrons) => Math.min(largestCount, Math.round(electrons * request.scaling)))
      : data;
    return undoRotateFlip({ width, height, data: counts }, chipTurn(model));
  }
}

/** The kind of camera that the server takes a detector for. */
export function kindOf({ detector }: CameraModel): StandInKind {
  const group = groupOf(detector);
  return group === 'direct' ? (detector === 'K3' ? 'K3' : 'K2') : group;
}

/** An area of the chip as the operator sees it, in physical pixels: what the camera server does to a picture, done to its corners. */
function userArea({ left, top, right, bottom }: CameraArea, model: CameraModel): CameraArea {
  let { width, height } = chipSize(model);
  let area =
    chipTurn(model) >= 4 ? { left: width - right, top, right: width - left, bottom } : { left, top, right, bottom };
  for (let turn = 0; turn < chipTurn(model) % 4; turn++) {
    area = { left: area.top, top: width - area.right, right: area.bottom, bottom: width - area.left };
    [width, height] = [height, width];
  }
  return area;
}
