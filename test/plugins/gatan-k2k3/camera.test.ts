import { seconds } from '../../../core/base';
import type { Exposure } from '../../../core/devices';
import { type Bench, bench, countAt, propertiesOf } from './setup';

let open: Bench | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const full = (width: number, height: number, more: Partial<Exposure> = {}): Exposure => ({
  binning: 1,
  area: { left: 0, top: 0, right: width, bottom: height },
  exposure: seconds(0.5),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'counting',
  ...more,
});

describe('GatanCamera over the socket', () => {
  it('delivers an image of the ramp with the exposure that it was taken with', async () => {
    open = await bench(propertiesOf({}));
    const { camera, clock, source } = open;
    const frame = await camera.acquire(full(64, 48, { binning: 2, driftSettling: seconds(0.3) }));
    expect(frame.image.shape).toEqual([24, 32]);
    expect(frame.image.get(0, 0)).toBe(countAt(1, 1));
    expect(frame.image.get(23, 31)).toBe(countAt(63, 47));
    expect(frame.exposure.exposure).toBeCloseTo(0.5, 1);
    expect(frame.camera).toBe(0);
    expect(frame.began).toBeCloseTo(clock.now() + 1.3, 9);
    expect(source.requests).toHaveLength(1);
    expect(source.requests[0]).toMatchObject({ readMode: 'counting', processing: 'gain normalized', settling: 0.3, width: 32, height: 24 });
  });
});
