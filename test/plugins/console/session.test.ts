import type { Browser } from 'playwright-core';
import { haveBrowser, launchBrowser, openPage, picture } from './support/browser';
import { serveSite } from './support/console-site';

jest.setTimeout(120_000);

(haveBrowser ? describe : describe.skip)(`the console in a browser${haveBrowser ? '' : ' (skipped: its browser runs on Linux on x64 only)'}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('a newcomer finds the pixel size of a grating, corrects the peak with a marker, and saves', async () => {
    await using site = await serveSite({ magIndex: 18, simulator: { specimen: 'cross-grating', seed: 1 } });
    const page = await openPage(browser, site.administrator);

    await page.getByRole('button', { name: 'View', exact: true }).waitFor();
    await picture(page, '01-first-look');
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await page.locator('.stage[data-shown-after]').waitFor();
    await picture(page, '02-grating');
    await page.keyboard.press('/');
    await page.keyboard.type('find pixel');
    await picture(page, '03-search');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Start Find Pixel Size' }).waitFor();
    await picture(page, '04-item');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Result' }).waitFor();
    await page.waitForTimeout(600);
    await picture(page, '05-result');
    expect(page.faults).toEqual([]);
  });
});
