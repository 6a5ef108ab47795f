import path from 'node:path';
import { degrees, metres, seconds } from '../../../core/base';
import { ImageAcquisition, focusRampFor, scanWithFocusRamp } from '../../../core/acquisition';
import {
  Cameras,
  type Exposure,
  type Frame,
  ProbeModeSelector,
  ScanRotation,
  Scope,
  Stage,
  VirtualInstrument,
} from '../../../core/devices';
import { Optics } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import type { VirtualMicroscope } from '../../../simulation';
import { projectFolder, virtualInstrument } from '../../support/virtual-instrument';

/** A strong probe of 20 mrad on a film, whose focus reads half of what it does to the height. */
const physics = `
  probeCurrentPicoamperes: 150
  probeHalfAnglesMilliradians: [20, 20]
  stemFocusToHeight: [-2, -2]
  stemReadNoiseCounts: 0
  scanStartupSeconds: 0.2
  defocusHysteresisNm: 100`;
const edited = (yaml: string): string =>
  yaml
    .replace(/^simulator:/m, `STEMdefocusToDeltaZ: [-2, -2]\nsimulator:${physics}`)
    .replace(/CameraSize([XY]): 2048/g, 'CameraSize$1: 1024')
    .replace(/StartupDelay: (0\.15|1\.2|0\.2)$/gm, 'StartupDelay: 0.2');

/** Sharpness of the fifths of an image from the top: the mean square of the differences between neighbours along the lines. */
function sharpness({
  data,
  shape: [rows = 0, columns = 0],
}: {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}) {
  return [0, 1, 2, 3, 4].map((part) => {
    let sum = 0;
    let mean = 0;
    const [from, to] = [Math.floor((part * rows) / 5), Math.floor(((part + 1) * rows) / 5)];
    for (let row = from; row < to; row++)
      for (let column = 0; column < columns - 2; column++) {
        const at = row * columns + column;
        sum += (data[at]! - data[at + 2]!) ** 2;
        mean += data[at]!;
      }
    return sum / (mean / columns / (to - from)) ** 2 / (to - from) / columns;
  });
}

test.each(['talos-stem.yaml', 'jeol-digiscan.yaml', 'jeol-stem.yaml'])(
  'on %s a tilted specimen is in focus over the whole field with dynamic focus, and not without',
  async (configuration) => {
    await using instrument = await virtualInstrument({
      configuration: path.join(projectFolder, 'config', configuration),
      edit: edited,
    });
    const { registry } = instrument.kernel;
    const [cameras, scope, stage] = [registry.get(Cameras), registry.get(Scope), registry.get(Stage)];
    const microscope = registry.get(VirtualInstrument).microscope as VirtualMicroscope;
    const scanning = cameras.all.find(({ traits }) => traits.stem)!;
    await cameras.select(scanning.traits.index);
    microscope.setStemDetector('BF', { contrast: 0.1 });
    await stage.move({ tilt: degrees(60) });
    const { width, height, scan } = cameras.selected.traits;
    const place = registry.get(Optics).at({ magIndex: await scope.magIndex.read(), camera: scanning.traits.index });
    // The lines along the tilt axis.
    const rotation = degrees(-(place.rotation!.value * 180) / Math.PI);
    const rotates = registry.has(ScanRotation) ? registry.get(ScanRotation) : undefined;
    if (!scan!.rotates) await rotates!.scanRotation.write(rotation);
    const exposure: Exposure = scanning.fit({
      binning: 8,
      area: { left: 0, top: 0, right: width, bottom: height },
      exposure: seconds(4),
      driftSettling: seconds(0),
      processing: 'unprocessed',
      readMode: 'linear',
      scanning: { detectors: ['BF'], ...(scan!.rotates && { rotation }) },
    });
    const acquisition = registry.get(ImageAcquisition);
    const plain = sharpness((await acquisition.take(exposure)).frame.image);
    const ramp = await focusRampFor(
      {
        scope,
        stage,
        cameras,
        optics: registry.get(Optics),
        settings: registry.get(Settings),
        scanRotation: rotates,
        probeMode: registry.has(ProbeModeSelector) ? registry.get(ProbeModeSelector) : undefined,
      },
      exposure,
    );
    const before = await scope.defocus.read();
    const followed = sharpness((await acquisition.take(exposure, { dynamicFocus: {} })).frame.image);
    const inverted = { ...ramp, base: metres(-Number(ramp.base)), change: metres(-Number(ramp.change)) };
    const around = (expose: () => Promise<Frame>) =>
      scanWithFocusRamp(inverted, { clock: instrument.clock, defocus: scope.defocus }, expose);
    const wrong = sharpness((await acquisition.take(exposure, { around })).frame.image);
    expect(Math.min(...followed) / Math.max(...followed)).toBeGreaterThan(0.75);
    for (const end of [0, 4]) {
      expect(plain[end]! / followed[end]!).toBeLessThan(0.7);
      expect(wrong[end]!).toBeLessThan(plain[end]!);
    }
    expect(Math.abs((await scope.defocus.read()) - before)).toBeLessThan(1e-8);
  },
);
