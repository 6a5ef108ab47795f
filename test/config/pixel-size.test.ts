import { magIndex as asMagIndex } from '../../core/base';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Cameras, Scope } from '../../core/devices';
import { ImageAcquisition, cameraArea } from '../../core/acquisition';
import { Optics } from '../../core/optics';
import { Settings } from '../../core/settings';
import { SimulatedTruth } from '../../plugins/simulator';
import { projectFolder, runItem, virtualInstrument } from '../support/virtual-instrument';

const folder = path.join(projectFolder, 'config');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
/** Micrometres between the lines of a grating with 2160 of them a millimetre. */
const spacing = 1000 / 2160;
/** About this number of lines across the field is the target. */
const targetLines = 15;

test.each(files)('config/%s: Find Pixel Size finds the true size of a pixel to 0.1 %', async (file) => {
  await using instrument = await virtualInstrument({
    configuration: path.join(folder, file),
    simulator: { seed: 4, specimen: 'cross-grating', specimenAngleDegrees: 31, driftNmPerSecond: [0, 0] },
  });
  const { registry } = instrument.kernel;
  const { traits } = registry.get(Cameras).selected;
  const optics = registry.get(Optics);
  const { pixelsPerPropertyPixel: perPixel = 1 } = registry
    .get(Settings)
    .cameras.find(({ index }) => index === traits.index)!;
  const truths = registry
    .get(SimulatedTruth)
    .records.filter(({ record, camera }) => record === 'StageToCameraMatrix' && camera === traits.index);
  const lines = (magIndex: number): number =>
    (1e6 *
      optics.at({ magIndex: asMagIndex(magIndex), camera: traits.index }).pixelSize!.value *
      Math.min(traits.width, traits.height)) /
    spacing;
  const distance = (magIndex: number): number => Math.abs(Math.log(lines(magIndex) / targetLines));
  const { magIndex, xpx, xpy, ypx, ypy } = truths
    .map((truth) => truth as unknown as Readonly<Record<'magIndex' | 'xpx' | 'xpy' | 'ypx' | 'ypy', number>>)
    .reduce((best, truth) => (distance(truth.magIndex) < distance(best.magIndex) ? truth : best));
  await registry.get(Scope).magIndex.write(asMagIndex(magIndex));
  const { Record } = registry.get(Settings).parameterSets.get(traits.index)!;
  // This number of pixels is enough for that number of lines.
  const binning =
    traits.binnings.findLast((each) => Math.min(traits.width, traits.height) / each >= 500) ?? Record.binning;
  await registry.get(ImageAcquisition).take({ ...Record, binning, area: cameraArea(Record.area, traits) });
  const { result } = await runItem(instrument, 'calibrations/pixel-size/find-pixel-size');
  const truth = (1000 * perPixel) / Math.sqrt(Math.abs(xpx * ypy - xpy * ypx));
  const { pixelSize, stored } = result!.values as { pixelSize: number; stored: boolean };
  expect({ verdict: result!.quality!.verdict, stored }).toEqual({ verdict: 'good', stored: true });
  expect(Math.abs(100 * (pixelSize / truth - 1))).toBeLessThan(0.1);
  expect(instrument.calibrations.shortTerm('FoundPixelSize').all()).toEqual([
    expect.objectContaining({ camera: traits.index, magIndex }),
  ]);
});
