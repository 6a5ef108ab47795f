import type { Browser } from 'playwright-core';
import { longestWait } from '../../support/until';
import { haveBrowser, launchBrowser } from './support/browser';
import { type ConsoleSite, serveSite } from './support/console-site';
import { needs } from '../../support/needs';

needs('Linux on x64, for the browser', haveBrowser).describe('the page', () => {
  let site: ConsoleSite;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([serveSite(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  test.each(['en-US@posix', 'C', 'de-DE'])('works in a browser that calls its language %s', async (language) => {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(longestWait);
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => void faults.push(message));
    await page.addInitScript(
      `Object.defineProperty(navigator, 'language', { value: '${language}', configurable: true })`,
    );
    await page.goto(site.observer);
    await page.locator('.settings .cell').first().waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
