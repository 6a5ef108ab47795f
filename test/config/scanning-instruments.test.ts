import { seconds } from '../../core/base';
import { Cameras, Scope, StemMode } from '../../core/devices';
import { virtualInstrument } from '../support/virtual-instrument';

test.each(['talos-stem.yaml', 'jeol-stem.yaml'])(
  '%s scans an image when its STEM camera is chosen, and forms one again with the other camera',
  async (configuration) => {
    await using instrument = await virtualInstrument({ configuration });
    const { registry } = instrument.kernel;
    const [cameras, { stemMode }] = [registry.get(Cameras), registry.get(StemMode)];
    const scanning = cameras.all.find(({ traits }) => traits.stem)!;
    await cameras.select(scanning.traits.index);
    expect(await stemMode.read()).toBe(true);
    expect(await registry.get(Scope).magIndex.read()).toBeGreaterThan(0);
    const { traits } = cameras.selected;
    const { image, scan } = await cameras.selected.acquire(
      cameras.selected.fit({
        binning: 8,
        area: { left: 0, top: 0, right: traits.width, bottom: traits.height },
        exposure: seconds(0.5),
        driftSettling: seconds(0),
        processing: 'unprocessed',
        readMode: 'linear',
      }),
    );
    expect(image.shape).toEqual([256, 256]);
    expect(scan).toBeDefined();
    const pixels = Array.from(image.data);
    const mean = pixels.reduce((total, each) => total + each, 0) / pixels.length;
    const spread = Math.sqrt(pixels.reduce((total, each) => total + (each - mean) ** 2, 0) / pixels.length);
    expect(mean).toBeGreaterThan(1);
    expect(spread).toBeGreaterThan(0);
    await cameras.select(cameras.all.find((each) => !each.traits.stem)!.traits.index);
    expect(await stemMode.read()).toBe(false);
  },
);
