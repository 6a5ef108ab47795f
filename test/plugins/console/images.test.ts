import type { Browser, Page } from 'playwright-core';
import { cameraIndex, magIndex, seconds } from '../../../core/base';
import type { Frame } from '../../../core/devices';
import { image } from '../../../imaging';
import { tellFigures } from '../../support/figures';
import { haveBrowser, launchBrowser, openPage } from './support/browser';
import { type ConsoleSite, serveSite } from './support/console-site';

jest.setTimeout(120_000);

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

/** Waits for the page's report on the image on its screen: number, completeness, time, and size of the finest part. */
async function shown(page: Page, fits: (said: readonly string[]) => boolean): Promise<readonly string[]> {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    const said = ((await page.locator('.stage').getAttribute('data-shown-at')) ?? '').split(' ');
    if (said.length === 4 && fits(said)) return said;
  }
  throw new Error('The image is not shown.');
}

(haveBrowser ? describe : describe.skip)(
  `images in the browser${haveBrowser ? '' : ' (skipped: its browser runs on Linux on x64 only)'}`,
  () => {
    let browser: Browser;
    let site: ConsoleSite;
    beforeAll(async () => {
      [browser, site] = [await launchBrowser(), await serveSite({ magIndex: 22 })];
    });
    afterAll(async () => {
      await browser.close();
      await site[Symbol.asyncDispose]();
    });

    const small = { width: 1280, height: 800 };
    const large = { width: 2560, height: 1440 };
    test.each([
      [1024, 'whole', small, 100],
      [4096, 'whole', small, 400],
      [4096, 'whole', large, 400],
      [4096, 'at 1:1', small, 400],
      [4096, 'at 1:1', large, 400],
    ] as const)(
      'one of %i pixels a side, shown %s on a screen of %o, is there with all that the screen can show %i ms after it arrived',
      async (side, look, viewport, limit) => {
        const page = await openPage(browser, site.administrator, { viewport });
        await page.locator('.settings .cell').first().waitFor();
        const quick: number[] = [];
        const complete: number[] = [];
        for (let seed = 0; seed < 6; seed++) {
          const before = (await page.locator('.stage').getAttribute('data-shown-at')) ?? '';
          const frame = frameOf(side, seed);
          const added = Date.now();
          site.instrument.session.buffers.add(frame, { magIndex: magIndex(22), magnification: 8100 });
          // The earlier image that a page shows at first is not the one to wait for.
          const isNew = ([number, , at]: readonly string[]): boolean =>
            number !== before.split(' ')[0] && Number(at) >= added;
          const [, , at] = await shown(page, isNew);
          const [, , last, size] = await shown(page, (said) => isNew(said) && said[1] === 'complete');
          // The first image is only there for a close look.
          if (seed > 0 || look === 'whole') {
            quick.push(Number(at) - added);
            complete.push(Number(last) - added);
            const reduction = Number(size!.split('/')[1]);
            if (look === 'at 1:1') expect(reduction).toBe(1);
          } else {
            await page.keyboard.press('1');
            await shown(page, ([, kind, , each]) => kind === 'complete' && each!.endsWith('/1'));
          }
        }
        const [first, all] = [quick, complete].map((each) => each.map((time) => time.toFixed(0)).join(', '));
        tellFigures(
          `${side} x ${side} ${look} on ${viewport.width} x ${viewport.height}: ${first} ms from arrival to screen, with all that the screen can show after ${all} ms`,
        );
        // Other programs on the machine may delay single ones.
        expect(Math.min(...complete)).toBeLessThan(limit);
        expect(page.faults).toEqual([]);
        await page.context().close();
      },
    );

    test('counts under the cursor are those of the pixel, though the image is shown reduced', async () => {
      const page = await openPage(browser, site.administrator);
      await page.locator('.settings .cell').first().waitFor();
      const frame = frameOf(4096, 7);
      site.instrument.session.buffers.add(frame, { magIndex: magIndex(22), magnification: 8100 });
      await shown(page, ([, kind, , size]) => kind === 'complete' && !size!.endsWith('/1'));
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

    test('can be zoomed and moved fluently with 4096 pixels a side', async () => {
      const page = await openPage(browser, site.administrator);
      await page.locator('.settings .cell').first().waitFor();
      site.instrument.session.buffers.add(frameOf(4096, 99), { magIndex: magIndex(22), magnification: 8100 });
      await shown(page, ([, kind]) => kind === 'complete');
      const rates: number[] = [];
      for (let round = 0; round < 3; round++) {
        const rate = await page.evaluate(`new Promise((resolve) => {
        const stage = document.querySelector('.stage');
        const { left, top } = stage.getBoundingClientRect();
        const began = performance.now();
        let frames = 0;
        const step = () => {
          frames += 1;
          stage.dispatchEvent(new WheelEvent('wheel', { deltaY: frames % 40 < 20 ? -60 : 60, clientX: left + 200, clientY: top + 150, cancelable: true }));
          if (frames < 60) requestAnimationFrame(step);
          else resolve((1000 * frames) / (performance.now() - began));
        };
        requestAnimationFrame(step);
      })`);
        rates.push(rate as number);
      }
      tellFigures(
        `zoom at ${rates.map((rate) => rate.toFixed(0)).join(', ')} frames a second, drawn without a graphics card`,
      );
      expect(Math.max(...rates)).toBeGreaterThan(20);
      expect(page.faults).toEqual([]);
      await page.context().close();
    });
  },
);
