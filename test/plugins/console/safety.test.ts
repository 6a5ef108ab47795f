import type { Browser, Page } from 'playwright-core';
import { Screen } from '../../../core/devices';
import { needs } from '../../support/needs';
import { until } from '../../support/until';
import { partOfCamera } from '../../support/virtual-instrument';
import { closePages, haveBrowser, launchBrowser, openPage, picture } from './support/browser';
import { type ConsoleSite, holdUntilStopped, serveSite } from './support/console-site';

const sizes = [
  [1093, 614],
  [1024, 768],
  [1280, 800],
  [1920, 1080],
  [2560, 1440],
] as const;
const stop = (page: Page) => page.locator('.bar > button.stop');
const panel = (page: Page) => page.getByRole('complementary', { name: 'Run and result' });
const choose = (page: Page, label: string) => page.locator(`.tree .entry[data-label="${label}"]`);

/** Parts of STOP and of the bar that are off the screen, or covered by something else. */
const outOfReach = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const missing = [];
    const button = document.querySelector('.bar > button.stop');
    const box = button.getBoundingClientRect();
    if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight) missing.push('STOP is off the screen');
    if (button.scrollWidth > button.clientWidth + 1) missing.push('STOP is cut');
    for (const [x, y] of [[box.left + 3, box.top + 3], [box.right - 3, box.bottom - 3]])
      if (!button.contains(document.elementFromPoint(x, y))) missing.push('STOP is covered');
    for (const each of document.querySelectorAll('.bar > *')) {
      const { right, width } = each.getBoundingClientRect();
      if (width > 0 && right > innerWidth + 1) missing.push(each.className + ' is off the screen');
    }
    if (document.documentElement.scrollWidth > innerWidth) missing.push('the page is wider than the window');
    return missing;
  })()`);

needs('Linux on x64, for the browser', haveBrowser).describe('in a browser', () => {
  let browser: Browser;
  let site: ConsoleSite;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(() => closePages(browser));
  afterAll(() => browser.close());
  beforeEach(async () => (site = await serveSite({ magIndex: 22, edit: partOfCamera })));
  afterEach(() => site[Symbol.asyncDispose]());

  test('STOP is on the screen at every size, idle and in a run, with other browsers beside it', async () => {
    const page = await openPage(browser, site.administrator);
    await page.locator('.settings .cell').first().waitFor();
    await openPage(browser, site.observer);
    await openPage(browser, site.operator);
    await page.getByText('2 other browsers').waitFor();
    await page.locator('.bar .tag.simulated', { hasText: 'Simulation' }).waitFor();
    const everywhere = async (name: string): Promise<void> => {
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        let missing: string[] = [];
        await until(
          () => `STOP was in reach at ${width} x ${height}, ${name}: ${missing.join(', ')}`,
          async () => (missing = await outOfReach(page)).length === 0,
        );
        await picture(page, `safety-${name}-${width}`);
      }
    };
    await everywhere('idle');
    holdUntilStopped(site, 2);
    await choose(page, 'Mag IS Offsets').click();
    await choose(page, 'Image Shift').click();
    await page.locator('.card.item .start').click();
    await page.locator('.card.run').waitFor();
    await everywhere('run');
    await page.setViewportSize({ width: 1093, height: 614 });
    await stop(page).click();
    await page.locator('.bar .running', { hasText: 'Idle' }).waitFor();
    expect(page.faults).toEqual([]);
  });

  test('on a narrow screen the panel lies over the image, opens for what is chosen, and closes', async () => {
    const page = await openPage(browser, site.administrator, { viewport: { width: 1024, height: 768 } });
    await page.locator('.settings .cell').first().waitFor();
    expect(await panel(page).isVisible()).toBe(false);
    const wide = (await page.locator('.middle').boundingBox())!.width;
    expect(wide).toBeGreaterThan(700);
    await choose(page, 'Image Shift').click();
    await panel(page).waitFor();
    await page.getByRole('button', { name: 'Panel' }).click();
    await panel(page).waitFor({ state: 'hidden' });
    expect((await page.locator('.middle').boundingBox())!.width).toBe(wide);
  });

  test('Esc in the search leaves the search and the run goes on; Esc elsewhere stops the run', async () => {
    const page = await openPage(browser, site.administrator);
    await choose(page, 'Image Shift').click();
    holdUntilStopped(site, 2);
    await page.locator('.card.item .start').click();
    await page.locator('.card.run').waitFor();
    const search = page.locator('#search');
    for (const typed of ['stage', '']) {
      await search.click();
      await search.fill(typed);
      await page.keyboard.press('Escape');
      expect(await search.inputValue()).toBe('');
    }
    expect(await page.evaluate('document.activeElement.id')).not.toBe('search');
    expect(site.instrument.runner.running).toBe('Image Shift');
    await page.locator('.stage').focus();
    await page.keyboard.press('Escape');
    await page.locator('.bar .running', { hasText: 'Idle' }).waitFor();
    expect(site.instrument.runner.running).toBeUndefined();
  });

  test('no click by itself lowers the screen or blanks the beam: it opens an editor, which says what that does', async () => {
    const page = await openPage(browser, site.administrator);
    const screen = site.instrument.kernel.registry.get(Screen).screenDown;
    const cell = page.locator('[data-setting="screen"]');
    const editor = page.locator('form.popover');
    await cell.dblclick();
    await cell.click();
    await editor.getByText('no beam reaches the cameras').waitFor();
    await picture(page, 'safety-screen');
    await page.keyboard.press('Enter');
    await editor.waitFor({ state: 'hidden' });
    expect(await screen.read()).toBe(false);
    await cell.click();
    await editor.locator('select').selectOption('on');
    await editor.getByRole('button', { name: 'Set' }).click();
    await page.locator('[data-setting="screen"] .value', { hasText: 'down' }).waitFor();
    expect(await screen.read()).toBe(true);
    await page.locator('.log', { hasText: 'Screen: up -> down, by Administrator' }).waitFor();
    for (const name of await page.locator('[data-setting="beam"] .value').allInnerTexts())
      expect(name).not.toMatch(/\.\.\.$/);
  });

  test('an exposure shows, dims the image before it, and ends with STOP or Esc', async () => {
    const page = await openPage(browser, site.administrator);
    const clock = site.instrument.clock as { delay: typeof site.instrument.clock.delay };
    const { delay } = clock;
    // Time stands still in an exposure until it is stopped.
    site.instrument.kernel.hooks.willAcquire.tapPromise('test', async (exposure) => {
      clock.delay = (_, signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => {
            clock.delay = delay;
            reject(signal.reason as Error);
          }),
        );
      return exposure;
    });
    for (const end of [() => stop(page).click(), () => page.keyboard.press('Escape')]) {
      await page.getByRole('button', { name: 'View', exact: true }).click();
      await page.locator('.action-note', { hasText: 'View image' }).waitFor();
      await page.locator('.bar .running', { hasText: 'View image' }).waitFor();
      await picture(page, 'safety-exposure');
      await end();
      await page.locator('.action-note').waitFor({ state: 'hidden' });
      await page.locator('.notice-box', { hasText: 'stopped' }).waitFor();
    }
  });

  test('who loses control sees by whom until the message is closed', async () => {
    const anna = await openPage(browser, site.administrator, { viewport: { width: 1024, height: 768 } });
    await anna.locator('.role.in-control').waitFor();
    const bert = await openPage(browser, site.operator);
    await bert.getByText('is in control').waitFor();
    await bert.getByRole('button', { name: 'Take over control' }).click();
    await anna.locator('.notice-box', { hasText: /Operator \d+ \(operator\) took control/ }).waitFor();
    expect(await outOfReach(anna)).toEqual([]);
    await picture(anna, 'safety-control-lost-1024');
  });
});
