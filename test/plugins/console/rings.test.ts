import type { Browser } from 'playwright-core';
import { cameraIndex, magIndex, nanometres, seconds } from '../../../core/base';
import { drawTask, render } from '../../../statistics/ctf-images';
import { haveBrowser, launchBrowser, openPage, picture } from './support/browser';
import { serveSite } from './support/console-site';
import { needs } from '../../support/needs';

/** A micrograph of carbon whose rings are known, 512 pixels wide; written without the fitter. */
function micrograph(side: number) {
  const task = drawTask('carbon', 1);
  const scene = { ...task.scene, rows: side, columns: side };
  const frame = {
    image: render(scene),
    camera: cameraIndex(0),
    began: seconds(0),
    exposure: {
      binning: 1,
      area: { left: 0, top: 0, right: side, bottom: side },
      exposure: seconds(1),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'linear',
    },
  } as const;
  const context = {
    magIndex: magIndex(22),
    magnification: 8100,
    pixelSize: nanometres(scene.pixel / 10),
    title: 'Carbon',
    conditions: { highTensionKilovolts: scene.kilovolts },
  };
  return { scene, frame, context };
}

needs('a browser', haveBrowser).describe('Thon rings on the transform of an image', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('f shows the fit, a click on a ring its defocus, and the table goes to the clipboard', async () => {
    const { scene, frame, context } = micrograph(512);
    const lens = `FFTZeroParams: [${scene.sphericalAberration / 1e7}, 5, ${scene.amplitudeContrast}]`;
    await using site = await serveSite({ edit: (yaml) => `${yaml}\n${lens}\n` });
    site.instrument.session.buffers.add(frame as never, context);
    const page = await openPage(browser, site.administrator, {
      colorScheme: 'dark',
      viewport: { width: 1920, height: 1080 },
    });
    await page.locator('.stage[data-shown-at]').waitFor();
    await page.keyboard.press('f');
    const card = page.getByRole('region', { name: 'Thon rings' });
    await card.locator('.summary', { hasText: /Defocus -[\d.]+ \u00b1 [\d.]+/ }).waitFor();
    const [, found = '', error = ''] = /Defocus (-[\d.]+) \u00b1 ([\d.]+)/.exec(
      await card.locator('.summary').innerText(),
    )!;
    expect(Math.abs(Number(found) + scene.defocus / 1e4)).toBeLessThan(4 * Number(error));
    await card.locator('.plot canvas').waitFor();
    await picture(page, 'rings-1920');

    // The third zero along X, where the scene has it: the click has to say the mean defocus.
    const { width, height, x, y } = (await page.locator('.stage .drawing').boundingBox())!;
    const scale = Math.min(width, height) / 512;
    const wavelength = 12.2643 / Math.sqrt(1e3 * scene.kilovolts + 0.97845e-6 * (1e3 * scene.kilovolts) ** 2);
    const along = scene.defocus + scene.astigmatism[0];
    const constant = 3 - Math.asin(scene.amplitudeContrast) / Math.PI;
    const linear = wavelength * along;
    const square = 0.5 * scene.sphericalAberration * wavelength ** 3;
    const frequency = Math.sqrt((2 * constant) / (linear + Math.sqrt(linear ** 2 - 4 * square * constant)));
    await page.mouse.click(x + width / 2 + scale * (0.5 + frequency * scene.pixel * 512), y + height / 2 + scale * 0.5);
    const chosen = card.locator('.ring-clicked button[aria-pressed=true]');
    await chosen.waitFor();
    const [, ring, defocus] = /(\d): (-[\d.]+)/.exec(await chosen.innerText())!;
    expect(ring).toBe('3');
    // One pixel of the screen at this ring.
    expect(Math.abs(Number(defocus) + scene.defocus / 1e4)).toBeLessThan(
      0.01 + (2 * scene.defocus) / 1e4 / (scale * frequency * scene.pixel * 512),
    );
    await page.setViewportSize({ width: 1024, height: 768 });
    await picture(page, 'rings-1024');
    await page.getByRole('button', { name: 'Panel' }).click();
    await picture(page, 'rings-1024-panel');

    // An expected range without the truth: no defocus is given.
    await card.getByLabel('Least underfocus in micrometres').fill('8');
    await card.getByLabel('Largest underfocus in micrometres').fill('9');
    await card.getByLabel('Largest underfocus in micrometres').press('Tab');
    await card.locator('.hint', { hasText: 'outside of the expected 8.00 \u00b5m to 9.00 \u00b5m' }).waitFor();
    await expect(card.locator('.ring-fits tbody tr').count()).resolves.toBe(2);
    await expect(card.locator('.ring-fits tbody tr').nth(1).innerText()).resolves.toContain('A: Carbon');
    expect(page.faults).toEqual([]);
  });
});
