import type { Browser, Page } from 'playwright-core';
import { LiveImage } from '../../../../core/acquisition';
import { LowDose } from '../../../../core/kernel';
import { Settings } from '../../../../core/settings';
import { UserSettings } from '../../../../core/user-settings';
import { needs } from '../../../support/needs';
import { until } from '../../../support/until';
import { haveBrowser, launchBrowser, openPage, picture } from '../support/browser';
import { type ConsoleSite, serveSite } from '../support/console-site';

const tinyCamera = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 720').replace('CameraSizeY: 8184', 'CameraSizeY: 512');

needs('Linux on x64, for the browser', haveBrowser).describe('the setup and the live image in a browser', () => {
  let browser: Browser;
  let site: ConsoleSite;
  let page: Page & { readonly faults: string[] };
  beforeAll(async () => {
    [browser, site] = [await launchBrowser(), await serveSite({ magIndex: 22, speed: 50, edit: tinyCamera })];
    page = await openPage(browser, site.administrator);
    await page.locator('.settings .cell').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  const focused = () => page.evaluate('document.activeElement.dataset.field ?? document.activeElement.id');
  const nothingStandsOver = (name: string) =>
    until(
      () => `nothing stood over in ${name}`,
      async () =>
        (await page.evaluate(
          '[document.documentElement, ...document.querySelectorAll(".page:not([hidden]), .setup-panel:not([hidden]), dialog[open]")].every((each) => each.scrollWidth <= each.clientWidth + 1)',
        )) === true,
    );
  /** Controls that a screen reader could not name. */
  const nameless = () =>
    page.evaluate(`[...document.querySelectorAll('button, input, select, a, [role=application], section, nav, aside, table, dialog')]
      .filter((each) => each.checkVisibility() && !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length))
      .map((each) => each.outerHTML.slice(0, 120))`);
  const everySize = async (name: string): Promise<void> => {
    for (const [width, height] of [
      [1024, 768],
      [1440, 900],
      [2560, 1440],
    ] as const) {
      await page.setViewportSize({ width, height });
      await nothingStandsOver(`${name} at ${width}`);
    }
    await picture(page, `setup-${name}`);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await nameless()).toEqual([]);
  };

  test('a parameter set is changed by keys alone, with what the camera makes of it before it is sent', async () => {
    const settings = site.instrument.session.find(Settings)!;
    const trial = () => settings.parameterSets.get(0 as never)!.Trial;
    await page.keyboard.press('p');
    await page.getByRole('table', { name: 'Parameter sets' }).waitFor();
    // The table is one stop of the Tab key; arrows go to the cells.
    expect(await page.locator('.setup-panel.sets table button.value[tabindex="0"]').count()).toBe(1);
    await page.locator('.setup-panel.sets button.value[tabindex="0"]').focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
    expect(await focused()).toBe('exposure');
    await page.keyboard.press('Enter');
    await page.locator('#set-value').fill('0.257');
    await page.locator('.popover .effect', { hasText: /K3 makes 0\.2\d+ s of it\. Image: 180 × 128 pixels/ }).waitFor();
    expect(trial().exposure).toBe(0.5);
    // Esc closes the editor, and the cell has the focus again.
    await page.keyboard.press('Escape');
    expect(await page.locator('.popover').count()).toBe(0);
    expect(await focused()).toBe('exposure');
    await page.keyboard.press('Enter');
    await page.locator('#set-value').fill('-3');
    await page.locator('.popover .effect', { hasText: 'Exposure needs a number from' }).waitFor();
    await page.locator('#set-value').fill('0.257');
    await page.keyboard.press('Enter');
    await page.getByText('1 value was changed for this session').waitFor();
    expect(trial().exposure).toBe(0.257);
    await everySize('sets');
    await page.getByRole('button', { name: 'Write to the configuration…' }).click();
    await page.locator('.diff .added', { hasText: 'exposure: 0.257' }).waitFor();
    await nothingStandsOver('the difference');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo all changes' }).click();
    await page.getByText('All values are as in simulator.yaml.').waitFor();
    expect(trial().exposure).toBe(0.5);
  });

  test('areas of Low Dose are set, entered and drawn, with its settings beside them', async () => {
    const lowDose = site.instrument.session.find(LowDose)!;
    await page.keyboard.press('d');
    for (const area of ['View', 'Record'])
      await page.getByRole('button', { name: `Set ${area} from the column as it is` }).click();
    await page.getByRole('img', { name: /Areas on the specimen\. View 0\.00 micrometres/ }).waitFor();
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('Low Dose is on; no area was entered yet.').waitFor();
    await page.locator('.low-dose-contents').getByRole('button', { name: 'View', exact: true }).click();
    await page.getByText('Low Dose is on; the column is in View.').waitFor();
    expect(lowDose.area).toBe('View');
    await everySize('low-dose');
    // A setting of Low Dose is changed here as among the user settings.
    await page.locator('.setup-panel.low-dose [data-setting="LowDoseBlankWhenDown"]').click();
    await page.locator('#user-LowDoseBlankWhenDown').selectOption('on');
    await page.keyboard.press('Enter');
    await until('the setting was changed', async () =>
      site.instrument.session.find(UserSettings)!.get('LowDoseBlankWhenDown'),
    );
    await page.locator('.popover').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('Low Dose is off.').waitFor();
    expect(lowDose.on).toBe(false);
  });

  test('a user setting is found, changed, marked and put back', async () => {
    await page.keyboard.press('u');
    await page.locator('#search-settings').fill('target');
    await page.locator('.setup-panel.user [data-setting="TargetDefocus"]').click();
    await page.locator('#user-TargetDefocus').fill('-2.5');
    await page.keyboard.press('Enter');
    const value = page.getByRole('button', { name: 'Target defocus: -2.5 µm, not the default' });
    await value.waitFor();
    await page.locator('#search-settings').fill('');
    await everySize('user');
    await page.getByRole('button', { name: 'Changed only' }).click();
    await page.getByRole('button', { name: 'Target defocus: back to the default' }).click();
    await value.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Changed only' }).click();
  });

  test('a live image is started and ended by keys, with cross, rate and counts, and its marker stays', async () => {
    const live = site.instrument.session.find(LiveImage)!;
    await page.keyboard.press('m');
    await page.keyboard.press('l');
    await page.locator('.buffer canvas[data-image]').waitFor();
    await page.locator('.bar .running', { hasText: 'Live: View' }).waitFor();
    await page.locator('.counts', { hasText: /^mean .* min .* max / }).waitFor();
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'Cross', pressed: true }).waitFor();
    await page.locator('.stage').click();
    const images = live.rate.images;
    await until('more images came', async () => live.rate.images > images + 2);
    expect(await page.locator('.stage').getAttribute('data-marked')).not.toBeNull();
    await picture(page, 'setup-live');
    await page.locator('.stage').focus();
    await page.keyboard.press('Escape');
    await page.locator('.bar .running', { hasText: 'Idle' }).waitFor();
    expect(live.running).toBeUndefined();
    await page.keyboard.press('k');
    expect(page.faults).toEqual([]);
  });

  test('who only watches sees all of it and can change nothing', async () => {
    const observer = await openPage(browser, site.observer);
    await observer.keyboard.press('p');
    await observer.locator('.setup-panel.sets [data-field="exposure"]').first().click({ force: true });
    expect(await observer.locator('.popover').count()).toBe(0);
    for (const name of ['Write to the configuration…', 'Undo all changes', 'Import from SerialEM…'])
      expect(await observer.getByRole('button', { name }).isDisabled()).toBe(true);
    await observer.keyboard.press('d');
    expect(await observer.getByRole('button', { name: 'Switch on' }).isDisabled()).toBe(true);
    await observer.keyboard.press('m');
    expect(await observer.getByRole('button', { name: 'Live', exact: true }).isDisabled()).toBe(true);
    expect(observer.faults).toEqual([]);
    await observer.context().close();
  });
});
