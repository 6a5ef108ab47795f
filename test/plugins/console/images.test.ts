import type { Browser, Page } from 'playwright-core';
import { cameraIndex, magIndex, seconds } from '../../../core/base';
import type { Frame } from '../../../core/devices';
import { image } from '../../../imaging';
import { Times, tellFigures } from '../../support/figures';
import { until } from '../../support/until';
import { verifying } from '../../../testing/verifying';
import { closePages, haveBrowser, launchBrowser, openPage } from './support/browser';
import { type ConsoleSite, serveSite } from './support/console-site';
import { needs } from '../../support/needs';

/** An image with structure at every scale, another one for every seed. */
function frameOf(side: number, seed: number): Frame {
  const data = new Uint16Array(side * side);
  const pattern = Uint16Array.from(
    { length: 2 * side },
    (_, at) => 1000 + 400 * Math.sin((at + seed) / 7) + ((at * 37) % 97),
  );
  // Each row is the pattern from another place on.
  for (let row = 0; row < side; row++)
    data.set(pattern.subarray((row * 13) % side, ((row * 13) % side) + side), row * side);
  const exposure = {
    binning: 1,
    area: { left: 0, top: 0, right: side, bottom: side },
    exposure: seconds(1),
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: 'linear',
  } as const;
  return { image: image(data, side, side), exposure, camera: cameraIndex(0), began: seconds(0) };
}

/** The page's report on the image on its screen. */
interface Shown {
  readonly number: number;
  readonly complete: boolean;
  /** When it was drawn, by the clock of the machine. */
  readonly at: number;
  /** Columns of the finest part that was sent. */
  readonly columns: number;
  /** Pixels of the image on a side of one that was sent. */
  readonly reduction: number;
}

/** The last image that any page has shown; the image of a page that opens is not newer. */
let last = 0;

/** Waits until a page shows a newer image than all before, in the requested way. */
async function shown(page: Page, fits: (said: Shown) => boolean = () => true): Promise<Shown> {
  let said: Shown | undefined;
  await until('the image was shown', async () => {
    const text = (await page.locator('.stage').getAttribute('data-shown-at')) ?? '';
    const parts = /^(\d+) (\w+) (\d+) (\d+)x\d+\/(\d+)$/.exec(text);
    if (!parts) return false;
    const [number, at, columns, reduction] = [1, 3, 4, 5].map((part) => Number(parts[part])) as [
      number,
      number,
      number,
      number,
    ];
    said = { number, complete: parts[2] === 'complete', at, columns, reduction };
    return number > last && fits(said);
  });
  return said!;
}
const complete = (said: Shown): boolean => said.complete;

needs('Linux on x64, for the browser', haveBrowser).describe('images in the browser', () => {
  let browser: Browser;
  let site: ConsoleSite;
  beforeAll(async () => {
    [browser, site] = [await launchBrowser(), await serveSite({ magIndex: 22 })];
  });
  afterEach(() => closePages(browser));
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  /** The first image on a page and those after it, which the long statistics time. */
  const images = verifying ? 6 : 2;
  const small = { width: 1280, height: 800 };
  const large = { width: 2560, height: 1440 };
  test.each([
    [1024, 'whole', small],
    [4096, 'whole', small],
    [4096, 'whole', large],
    [4096, 'at 1:1', small],
    [4096, 'at 1:1', large],
  ] as const)(
    'one of %i pixels a side, shown %s on a screen of %o, comes with all that the screen can show and not much more',
    async (side, look, viewport) => {
      const page = await openPage(browser, site.administrator, { viewport });
      await page.locator('.settings .cell').first().waitFor();
      const [first, all] = [new Times(), new Times()];
      for (let seed = 0; seed < images; seed++) {
        const frame = frameOf(side, seed);
        const [isThere, isComplete] = [first.begin(), all.begin()];
        site.instrument.session.buffers.add(frame, { magIndex: magIndex(22), magnification: 8100 });
        isThere((await shown(page)).at);
        const { at, columns, reduction } = await shown(page, complete);
        isComplete(at);
        if (look === 'whole') expect(columns).toBeLessThanOrEqual(2 * viewport.width);
        // The first image is there for a close look, and those after it are shown in the same way.
        if (look === 'at 1:1' && seed > 0)
          expect({ reduction, fits: columns <= 2 * viewport.width }).toEqual({ reduction: 1, fits: true });
        if (look === 'at 1:1' && seed === 0) {
          await page.keyboard.press('1');
          await shown(page, (said) => said.complete && said.reduction === 1);
        }
        ({ number: last } = await shown(page));
      }
      const what = `${side} x ${side} ${look} on ${viewport.width} x ${viewport.height}`;
      first.tell(`${what}, from arrival to screen`);
      all.tell(`${what}, to all that the screen can show`);
      expect(page.faults).toEqual([]);
      await page.context().close();
    },
  );

  test('counts under the cursor are those of the pixel, though the image is shown reduced', async () => {
    const page = await openPage(browser, site.administrator);
    await page.locator('.settings .cell').first().waitFor();
    const frame = frameOf(4096, 7);
    site.instrument.session.buffers.add(frame, { magIndex: magIndex(22), magnification: 8100 });
    ({ number: last } = await shown(page, (said) => said.complete && said.reduction > 1));
    const { x, y, width, height } = (await page.locator('.stage').boundingBox())!;
    for (const [across, down] of [
      [0.5, 0.5],
      [0.61, 0.33],
    ] as const) {
      await page.mouse.move(x + across * width, y + down * height);
      const reading = page.locator('.reading', { hasText: /^\d+, \d+: \d/ });
      await reading.waitFor();
      const [, column, row, counts] = /^(\d+), (\d+): ([\d.]+)$/.exec((await reading.textContent())!)!;
      expect(Number(counts)).toBe(frame.image.get(Number(row), Number(column)));
    }
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  test('can be zoomed with 4096 pixels a side, at every frame that the browser draws', async () => {
    const page = await openPage(browser, site.administrator);
    await page.locator('.settings .cell').first().waitFor();
    site.instrument.session.buffers.add(frameOf(4096, 99), { magIndex: magIndex(22), magnification: 8100 });
    const before = await shown(page, complete);
    const rates: number[] = [];
    for (let round = 0; round < (verifying ? 3 : 1); round++) {
      const rate = await page.evaluate(`new Promise((resolve) => {
        const stage = document.querySelector('.stage');
        const { left, top } = stage.getBoundingClientRect();
        let frames = 0;
        let began;
        const step = (time) => {
          began ??= time;
          frames += 1;
          stage.dispatchEvent(new WheelEvent('wheel', { deltaY: frames % 40 < 20 ? -60 : 60, clientX: left + 200, clientY: top + 150, cancelable: true }));
          if (frames < 60) requestAnimationFrame(step);
          else resolve((1000 * (frames - 1)) / (time - began));
        };
        requestAnimationFrame(step);
      })`);
      rates.push(rate as number);
    }
    tellFigures(
      `zoom at ${rates.map((rate) => rate.toFixed(0)).join(', ')} frames a second, drawn without a graphics card`,
    );
    // Nearer than before, it comes in finer detail.
    await shown(page, (said) => said.complete && said.reduction < before.reduction);
    expect(page.faults).toEqual([]);
    await page.context().close();
  });
});
