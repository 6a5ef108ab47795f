import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock, cameraIndex, seconds } from 'eucentric';
import { type CameraUnderTest, describeCamera } from 'eucentric/testing';
import { LabCamera } from '../camera';
import { httpDetector } from '../detectors';

const traits = {
  index: cameraIndex(0),
  name: 'Lab camera',
  width: 64,
  height: 48,
  binnings: [1, 2, 4],
  directDetector: false,
  behindFilter: false,
  stem: false,
  shortestExposure: seconds(0.001),
  deadTime: seconds(0),
  startupDelay: seconds(0),
  builtInSettling: seconds(0),
  allowsPostActions: false,
};

/** The camera before a stand-in of its server, which shows a ramp: one count more with each column, two with each row. */
async function rampCamera(): Promise<CameraUnderTest> {
  const clock = new VirtualClock();
  const seen = { exposures: 0, now: 0, mostAtOnce: 0, action: () => {} };
  const expose = async (wish: URLSearchParams): Promise<Uint16Array> => {
    const [binning = 1, left = 0, top = 0, right = 0, bottom = 0, exposure = 0] = [
      'binning',
      'left',
      'top',
      'right',
      'bottom',
      'exposure',
    ].map((name) => Number(wish.get(name)));
    await clock.delay(seconds(exposure));
    const [columns, rows] = [(right - left) / binning, (bottom - top) / binning];
    return Uint16Array.from({ length: columns * rows }, (_, at) => {
      const [x, y] = [left + (at % columns) * binning, top + Math.floor(at / columns) * binning];
      // The sum over a binned pixel is its area times the count in its middle.
      return binning ** 2 * (1 + x + 2 * y + (3 * (binning - 1)) / 2);
    });
  };
  const server = createServer((request, response) => {
    seen.exposures++;
    seen.mostAtOnce = Math.max(seen.mostAtOnce, ++seen.now);
    response.once('close', () => seen.now--);
    seen.action();
    seen.action = () => {};
    void expose(new URL(request.url ?? '', 'http://detector').searchParams).then(({ buffer }) =>
      response.end(new Uint8Array(buffer)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const camera = new LabCamera(
    traits,
    httpDetector(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    clock,
  );
  return {
    camera,
    clock,
    exposures: () => seen.exposures,
    mostAtOnce: () => seen.mostAtOnce,
    whileExposing: (action) => (seen.action = action),
    dispose: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

describeCamera('The camera of our laboratory', rampCamera, {
  binning: 'sum',
  noise: 0,
  binningTolerance: 0,
  exposure: 0.5,
  tooLong: 31,
});
