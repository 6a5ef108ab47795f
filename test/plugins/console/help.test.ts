import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { defineItem, definePlugin } from '../../../core/kernel';
import { closePages, haveBrowser, launchBrowser, openPage, picture } from './support/browser';
import { serveSite } from './support/console-site';
import { needs } from '../../support/needs';

needs('Linux on x64, for the browser', haveBrowser).describe('help in the browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(() => closePages(browser));
  afterAll(async () => {
    await browser?.close();
  });

  test('shows the help page of the chosen item', async () => {
    await using site = await serveSite({});
    const page = await openPage(browser, site.administrator);
    await page.getByRole('button', { name: 'Stage Shift', exact: true }).click();
    await page.locator('.help-page summary').click();
    await page.getByRole('heading', { name: 'Specimen and beam' }).waitFor();
    await expect(page.locator('.help li').first().textContent()).resolves.toMatch(/^Detail over/);
    await picture(page, '20-help');
    const over = await page.evaluate(
      'document.querySelector(".card.item").scrollWidth - document.querySelector(".card.item").clientWidth',
    );
    expect(over).toBeLessThanOrEqual(1);
    expect(page.faults).toEqual([]);
  });

  test('shows HTML of a page as text and runs nothing', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'help-'));
    const helpPage = path.join(folder, 'strange.md');
    writeFileSync(
      helpPage,
      '# Strange\n\nA <img src=x onerror="document.title=\'taken\'"> and [a link](javascript:alert(1)) and [a page](https://example.org/).\n\n<script>document.title = "taken"</script>\n',
    );
    const plugin = definePlugin({
      id: 'strange',
      summary: 'Brings an item with a strange help page.',
      apply: (host) =>
        host.menuItem(
          defineItem({
            id: 'strange/strange',
            place: { menu: [], label: 'Strange', summary: 'Is strange.' },
            needs: {},
            helpPage,
            forecast: 'nothing',
            run: () => Promise.resolve(),
          }),
        ),
    });
    await using site = await serveSite({
      plugins: [plugin],
      edit: (yaml) => yaml.replace(/^plugins:$/m, 'plugins:\n  strange: {}'),
    });
    const page = await openPage(browser, site.administrator);
    await page.getByRole('button', { name: 'Strange', exact: true }).click();
    await page.locator('.help-page summary').click();
    await page.locator('.help a').waitFor();
    await expect(page.locator('.help').textContent()).resolves.toContain('<img src=x');
    await expect(page.locator('.help :is(img, script)').count()).resolves.toBe(0);
    await expect(page.locator('.help a').count()).resolves.toBe(1);
    await expect(page.locator('.help a').getAttribute('href')).resolves.toBe('https://example.org/');
    await expect(page.title()).resolves.not.toBe('taken');
    rmSync(folder, { recursive: true });
  });
});
