import type { Browser, Page } from 'playwright-core';
import { needs } from '../../../support/needs';
import { until } from '../../../support/until';
import { closePages, haveBrowser, launchBrowser, openPage } from '../support/browser';
import { type ConsoleSite, serveSite } from '../support/console-site';

const entry = (page: Page, label: string) => page.locator(`.tree .entry[data-label="${label}"]`);

needs('Linux on x64, for the browser', haveBrowser).describe('keys, buffers and the bar in a browser', () => {
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

  test('the menu has one stop for the Tab key, whole or searched', async () => {
    const page = await openPage(browser, site.administrator);
    await entry(page, 'Image Shift').waitFor();
    const stops = () => page.locator('.tree .entry:not([tabindex="-1"])').count();
    expect(await stops()).toBe(1);
    await page.keyboard.press('/');
    await page.locator('#search').fill('stage cals');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'List Stage Cals' }).waitFor();
    expect(await stops()).toBe(1);
    await page.context().close();
  });

  test('"?" lists the keys, Delete removes the marker, and an image is copied to another buffer', async () => {
    const page = await openPage(browser, site.administrator);
    await page.getByRole('button', { name: 'View' }).click();
    await page.locator('.stage[data-image]').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
    await page.getByLabel('Copy the shown image to another buffer').selectOption('E');
    await page.locator('.buffer:not([disabled])', { hasText: 'E' }).click();
    await page.locator('.caption', { hasText: /^E / }).waitFor();
    const drawn = () => page.locator('.stage').getAttribute('data-marked');
    await page.locator('.stage').click();
    await until('the image was marked', async () => (await drawn()) !== null);
    await page.keyboard.press('Delete');
    await until('the marker was removed', async () => (await drawn()) === null);
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  test('the bar is one line high while a run needs an answer, and no name of a setting runs into the next', async () => {
    const page = await openPage(browser, site.administrator);
    await entry(page, 'List IS Vectors').click();
    await page.getByRole('button', { name: 'Start List IS Vectors' }).click();
    await page.locator('.bar .running', { hasText: /[a-z] needs your answer/ }).waitFor();
    for (const [width, height] of [
      [1280, 800],
      [1920, 1080],
      [2560, 1440],
    ] as const) {
      await page.setViewportSize({ width, height });
      const theme = (await page.getByRole('button', { name: 'Light or dark' }).boundingBox())!;
      const stop = (await page.locator('.bar > .stop').boundingBox())!;
      expect({ width, first: theme.y < stop.y + stop.height }).toEqual({ width, first: true });
      const cut = await page.evaluate(`[...document.querySelectorAll('.settings .cell > span')]
        .filter((each) => each.scrollWidth > each.clientWidth + 1)
        .map((each) => each.textContent)`);
      expect({ width, cut }).toEqual({ width, cut: [] });
    }
    await page.keyboard.press('Escape');
    await page.locator('.bar .running', { hasText: 'Idle' }).waitFor();
    await page.context().close();
  });
});
