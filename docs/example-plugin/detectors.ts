import { type Exposure, type PluginHost, VirtualInstrument } from 'eucentric';
import { VirtualMicroscope } from 'eucentric/simulation';

/** Takes one image: the binned pixels of the area, row after row from the top left. */
export type Detector = (exposure: Exposure, signal: AbortSignal) => Promise<Uint16Array>;

/** The detector behind its HTTP server, which ends the exposure when the request is closed. */
export const httpDetector =
  (server: string): Detector =>
  async ({ binning, area: { left, top, right, bottom }, exposure }, signal) => {
    const wish = new URL('image', server);
    for (const [name, value] of Object.entries({ binning, left, top, right, bottom, exposure }))
      wish.searchParams.set(name, String(value));
    const limit = AbortSignal.timeout(1000 * (exposure + 20));
    const answer = await fetch(wish, { signal: AbortSignal.any([signal, limit]) });
    if (!answer.ok) throw new Error(`its server answered ${answer.status}`);
    return new Uint16Array(await answer.arrayBuffer());
  };

/** Pictures of the virtual microscope, for trying everything without the detector. */
export const virtualDetector =
  (host: Pick<PluginHost, 'need' | 'clock'>, camera: number): Detector =>
  async ({ binning, area: { left, top, right, bottom }, exposure }, signal) => {
    const { microscope } = host.need(VirtualInstrument);
    if (!(microscope instanceof VirtualMicroscope)) throw new Error('there is no virtual microscope');
    const area = { left, top, width: right - left, height: bottom - top };
    // The image is made at the end, so that it holds what the blanker and the screen did meanwhile.
    const atTime = host.clock.now();
    await host.clock.delay(exposure, signal);
    return microscope.expose({ camera, binning, area, exposure, atTime }).data;
  };
