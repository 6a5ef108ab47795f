import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { cameraIndex, imageShiftUnits, magIndex as asMagIndex } from '../../../core/base';
import { Scope } from '../../../core/devices';
import { ScriptedOperator } from '../../../core/kernel';
import { ImageShiftControl } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { until } from '../../support/until';
import { trueImageShift } from '../../support/virtual-instrument';
import { closePages, haveBrowser, keepsPictures, launchBrowser, openPage, picture } from './support/browser';
import { type ConsoleSite, holdUntilStopped, serveSite } from './support/console-site';
import { needs } from '../../support/needs';

const result = (page: Page) => page.getByRole('region', { name: 'Result' });
const running = (page: Page) => page.locator('.bar .running');

/** Chooses an item by typing a part of its name and starts it, with keys alone. */
async function start(page: Page, typed: string, label: string): Promise<void> {
  await page.locator('#search').fill('');
  await page.keyboard.press('/');
  await page.locator('#search').fill(typed);
  await page.keyboard.press('Enter');
  await page.locator('.card.item .start', { hasText: label }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
}

/** Takes an image and waits until it is on the screen. */
async function take(page: Page, set: 'View' | 'Trial' | 'Record'): Promise<void> {
  const before = await page.locator('.stage').getAttribute('data-image');
  await page.getByRole('button', { name: set, exact: true }).click();
  await page.locator(`.stage[data-image]:not([data-image="${before ?? ''}"])`).waitFor();
}

/** The page, and pictures in light and dark on request, on the smallest screen and on a large one; nothing may be cut off beside them. */
async function everywhere(page: Page, name: string): Promise<void> {
  for (const [width, height] of [
    [1280, 800],
    [2560, 1440],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of keepsPictures ? (['light', 'dark'] as const) : (['light'] as const)) {
      await page.emulateMedia({ colorScheme });
      let over: unknown[] = [];
      // Plots take their new size a little after the page.
      await until(
        () => `nothing stood over in ${name}, by pixels: ${over.join(', ')}`,
        async () => {
          over = await page.evaluate(
            '[document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll(".side .card, .detail .card")].map((each) => each.scrollWidth - each.clientWidth)].filter((over) => over > 1)',
          );
          return over.length === 0;
        },
      );
      await picture(page, `${name}-${colorScheme}-${width}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Controls that a screen reader could not name. */
const nameless = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('button, input, select, a, [role=application], section, nav, aside')]
    .filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length))
    .map((each) => each.outerHTML.slice(0, 120))`);

/** Matrices without error at all magnifications, so that every item can run. */
function calibrateAll({ instrument }: ConsoleSite): void {
  for (let magIndex = 17; magIndex <= 36; magIndex++)
    instrument.calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(0), trueImageShift(instrument, magIndex), {
      sessionMeasured: false,
    });
}

/** A quarter of the camera along each side. */
const smallCamera = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 2880').replace('CameraSizeY: 8184', 'CameraSizeY: 2048');

/** Images of 360 by 256 pixels, which are measured quickly. */
const tinyCamera = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 1440').replace('CameraSizeY: 8184', 'CameraSizeY: 1024');

needs('Linux on x64, for the browser', haveBrowser).describe('the console in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(() => closePages(browser));
  afterAll(() => browser.close());

  test('a newcomer finds the pixel size of a grating, corrects the peak with a marker, and saves', async () => {
    await using site = await serveSite({
      magIndex: 17,
      simulator: { specimen: 'cross-grating', seed: 1 },
      edit: smallCamera,
    });
    const page = await openPage(browser, site.administrator, { colorScheme: 'dark' });
    await page.locator('.settings .cell').first().waitFor();
    expect(page.url()).not.toContain('token');
    await picture(page, '01-first-look');
    expect(await nameless(page)).toEqual([]);
    await take(page, 'View');
    await start(page, 'find pixel', 'Start Find Pixel Size');
    await page.getByText('Write this value into').waitFor();
    // The value and the line of the file stand where the question is.
    await expect(page.locator('.question .lines').innerText()).resolves.toMatch(
      /RotationAndPixel of camera 0 at mag index 17: [^]*\n\+ +- \[17, 999, 999, 0\.\d+\]/,
    );
    await picture(page, '02-offer');
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await result(page).waitFor();
    await expect(result(page).innerText()).resolves.toMatch(
      /Pixel size 0\.\d+ ± [\d.]+ nm at 2250x[^]*Kept in the short-term file and in the history/,
    );
    await expect(result(page).getByText('Everything is in the calibration file').count()).resolves.toBe(0);
    await picture(page, '02-pixel-size');

    // The peak that was found is marked; the test selects another one, two repeats away.
    await start(page, 'try again', 'Start Try Again with Marker');
    await page.getByText('Mark a point on the image in A').waitFor();
    const box = (await page.locator('.stage').boundingBox())!;
    const use = page.getByRole('button', { name: 'Use this point' });
    await page.mouse.click(box.x + 0.5 * box.width + 16, box.y + 0.5 * box.height + 0.105 * box.height);
    await picture(page, '03-marker');
    await use.click();
    await Promise.race([result(page).waitFor(), page.getByRole('button', { name: 'No', exact: true }).click()]);
    await result(page).waitFor();
    const again = await result(page).innerText();
    expect(again).toMatch(/Pixel size|did not succeed/);
    await start(page, 'save', 'Start Save Calibrations');
    await page
      .getByText(/Calibrations saved to .*SerialEMcalibrations/)
      .first()
      .waitFor();
    expect(page.faults).toEqual([]);
  });

  test('image shift: plots while it runs, STOP in the middle, a result beside the earlier one, history and restore', async () => {
    await using site = await serveSite({ magIndex: 22, edit: smallCamera });
    const { instrument } = site;
    holdUntilStopped(site, 10);
    const page = await openPage(browser, site.administrator, { colorScheme: 'dark' });
    const before = await instrument.session.find(Scope)!.imageShift.read();
    await page.getByRole('button', { name: 'Image Shift', exact: true }).click();
    await page.locator('.forecast dl').waitFor();
    await picture(page, '04-item');
    await start(page, 'image shift', 'Start Image Shift');
    await page.getByText(/Is there detail all over the field/).waitFor();
    await picture(page, '04-question');
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.locator('.progress-text', { hasText: 'Image shift: image 6 of 9' }).waitFor();
    await page.locator('.plots .plot canvas').first().waitFor();
    await picture(page, '05-running');
    await page.keyboard.press('Escape');
    await result(page).getByRole('heading', { name: 'was stopped' }).waitFor();
    expect(await instrument.session.find(Scope)!.imageShift.read()).toEqual(before);
    expect(instrument.calibrations.imageShift.get(asMagIndex(22), cameraIndex(0))).toBeUndefined();
    await picture(page, '06-stopped');
    expect(page.faults).toEqual([]);
  });

  test('a whole calibration, repeated: what it replaces, the history, a value restored, the guide and the configuration', async () => {
    await using site = await serveSite({ magIndex: 22, edit: tinyCamera });
    const { instrument } = site;
    const page = await openPage(browser, site.administrator, { colorScheme: 'light' });
    for (const _ of ['first', 'second']) {
      await start(page, 'image shift', 'Start Image Shift');
      await page.getByRole('button', { name: 'Yes' }).click();
      await result(page).waitFor();
      await result(page)
        .getByText(/Image shift calibrated at 8100x/)
        .waitFor();
    }
    await expect(result(page).locator('.brackets .change').count()).resolves.toBe(4);
    await expect(result(page).locator('.matrix dl').innerText()).resolves.toMatch(
      /X axis\s+[\d.]+ nm per unit at -?[\d.]+°[^]*Axis ratio\s+[\d.]+\s+Skew\s+-?[\d.]+°/,
    );
    await result(page).locator('.trend canvas').waitFor();
    await picture(page, '07-result-light');
    await expect(result(page).locator('.brackets caption').innerText()).resolves.toBe('Matrix (px per unit)');
    await everywhere(page, '17-result');
    const measured = instrument.calibrations.imageShift.get(asMagIndex(22), cameraIndex(0))!;
    // Where Administrator mode is off, the card that cannot save switches it on.
    await instrument.session.run('calibrations/administration/administrator', { port: new ScriptedOperator() });
    await result(page).getByText('Administrator mode is off').waitFor();
    await result(page).getByRole('button', { name: 'Turn on Administrator mode' }).click();
    await result(page).getByText('Administrator mode is off').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Save calibrations' }).click();
    await page
      .getByText(/Calibrations saved to/)
      .first()
      .waitFor();
    expect(readFileSync(instrument.calibrations.path, 'latin1')).toMatch(/ImageShiftMatrix/);

    await page.getByRole('button', { name: 'History', exact: true }).click();
    await page.locator('.history .entries tbody tr').nth(1).waitFor();
    await page.locator('.history .entries tbody tr').nth(1).locator('button').click();
    await page.locator('.history .detail caption', { hasText: 'Matrix (px per unit)' }).waitFor();
    await page
      .locator('.history .detail dd', { hasText: /[\d.]+ nm per unit at -?[\d.]+°/ })
      .first()
      .waitFor();
    await picture(page, '08-history');
    await page.locator('.history .entries tbody tr').nth(0).locator('button').click();
    await page.locator('.history .trend canvas').waitFor();
    await everywhere(page, '18-history');
    await page.locator('.history .entries tbody tr').nth(1).locator('button').click();
    await page.getByRole('button', { name: 'Restore this value' }).click();
    await page.getByText('The value is restored').waitFor();
    expect(instrument.calibrations.imageShift.get(asMagIndex(22), cameraIndex(0))).not.toEqual(measured);
    await page.locator('.notice-box').getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: 'Guide', exact: true }).click();
    const item = page.locator('.guide-item', { has: page.getByRole('button', { name: 'Image Shift', exact: true }) });
    await item.getByText('In part', { exact: true }).waitFor();
    await page
      .locator('.guide-item', { hasText: 'by Image Shift' })
      .getByRole('button', { name: 'IS from Scratch' })
      .waitFor();
    await picture(page, '09-guide');
    await item.getByRole('button', { name: 'Image Shift' }).click();
    await page.locator('.card.item h2', { hasText: 'Image Shift' }).waitFor();
    await page.getByRole('button', { name: 'Configuration', exact: true }).click();
    await page.getByText('The configuration has no problems.').waitFor();
    await picture(page, '10-configuration');
    expect(page.faults).toEqual([]);
  });

  test('offsets between magnifications with NextMag and a right-drag', async () => {
    await using site = await serveSite({ magIndex: 20, edit: smallCamera });
    calibrateAll(site);
    const page = await openPage(browser, site.administrator, { colorScheme: 'dark' });
    await start(page, 'mag is', 'Start Mag IS Offsets');
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.getByText(/Take a Trial image after every change/).waitFor();
    await page.getByRole('button', { name: 'Yes' }).click();
    const next = page.getByRole('button', { name: 'NextMag' });
    await next.waitFor();
    await next.click();
    await page.locator('.cell[data-setting=magnification]', { hasText: '3700x' }).waitFor();
    await next.waitFor();
    await page.locator('.stage .caption', { hasText: '3700x' }).waitFor();
    const control = site.instrument.session.find(ImageShiftControl)!;
    const before = await control.net.read();
    const box = (await page.locator('.stage').boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down({ button: 'right' });
    await page.mouse.move(x + 60, y - 30, { steps: 4 });
    await picture(page, '11-offsets');
    await page.mouse.up({ button: 'right' });
    // The image area gives room to the tools of a live image as soon as that begins, which may be during the drag.
    const shown = (await page.locator('.stage').boundingBox())!;
    await page.getByText('Image shift follows the drag').waitFor();
    const after = await control.net.read();
    // The specimen follows: the new image shift moves the image, in pixels of the camera with Y up, as far as the
    // drag did.
    const { xpx, xpy, ypx, ypy } = trueImageShift(site.instrument, 19);
    const [byX, byY] = [after.x - before.x, after.y - before.y];
    const frame = site.instrument.session.buffers.get('A')!.frame;
    const scale = Math.min(shown.width / frame.image.shape[1]!, shown.height / frame.image.shape[0]!);
    const perPixel = frame.exposure.binning / scale;
    expect(-(xpx * byX + xpy * byY) / perPixel).toBeCloseTo(60, 0);
    expect(-(ypx * byX + ypy * byY) / perPixel).toBeCloseTo(30, 0);
    await page.getByRole('button', { name: 'End' }).click();
    await page.getByLabel(/Magnification at which the offset is zero/).waitFor();
    await page.keyboard.press('Enter');
    await result(page)
      .getByText(/offsets recorded at 2 magnifications/i)
      .waitFor();
    await picture(page, '12-offsets-result');
    expect(page.faults).toEqual([]);
  });

  test('several questions of an item stand in one panel with one OK; what is out of its limits is said at its place', async () => {
    await using site = await serveSite({ magIndex: 22, edit: smallCamera });
    const page = await openPage(browser, site.administrator);
    await page.getByRole('button', { name: 'Set IS Delay Factor', exact: true }).click();
    await page
      .locator('.forecast', { hasText: '0 to 1400' })
      .getByText(/what is measured/)
      .waitFor();
    await picture(page, '07-forecast');
    await page.getByRole('button', { name: 'Set Cycle Lengths', exact: true }).click();
    await page.getByText('Takes no images, moves nothing.').waitFor();
    await start(page, 'cycle lengths', 'Start Set Cycle Lengths');
    const form = page.locator('form.question');
    const [x, y] = [
      form.getByLabel('Cycle length of the stage error in X'),
      form.getByLabel('Cycle length of the stage error in Y'),
    ];
    await y.waitFor();
    expect(await page.locator('form.question').count()).toBe(1);
    expect(await form.getByRole('button', { name: 'OK' }).count()).toBe(1);
    await x.fill('61.5');
    await y.fill('0');
    await picture(page, '07-several-questions');
    await page.keyboard.press('Enter');
    await form.getByText('Must be at least 0.1.').waitFor();
    await y.fill('72');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await result(page).getByText('Stage cycles of 61.5 and 72 \u00b5m.').waitFor();
    const settings = site.instrument.session.find(Settings)!;
    expect([settings.get('StageCycleLengthX'), settings.get('StageCycleLengthY')]).toEqual([61.5, 72]);
    expect(page.faults).toEqual([]);
  });

  test('two browsers see the same; one is in control; a reload in the middle loses nothing', async () => {
    await using site = await serveSite({ magIndex: 22, edit: smallCamera });
    holdUntilStopped(site, 3);
    const first = await openPage(browser, site.administrator);
    await running(first).getByText('Idle').waitFor();
    const second = await openPage(browser, site.operator);
    const third = await openPage(browser, site.observer);
    await second.getByRole('button', { name: 'Take over control' }).waitFor();
    await start(first, 'image shift', 'Start Image Shift');
    await first.getByRole('button', { name: 'Yes' }).waitFor();
    await second.getByText(/The one in control answers/).waitFor();
    await first.reload();
    await first.getByRole('button', { name: 'Yes' }).waitFor();
    // An operator asks an administrator who runs something, and gets control when it is given.
    await second.getByRole('button', { name: /Take (over )?control/ }).click();
    await first
      .getByText(/asks for control/)
      .first()
      .waitFor();
    await first.getByRole('button', { name: /^Give control/ }).click();
    await second.getByRole('button', { name: 'Yes' }).click();
    await second.locator('.run progress').waitFor();
    await third.locator('.run progress').waitFor();
    await second.reload();
    await second.locator('.run .progress-text', { hasText: /image \d+ of/ }).waitFor();
    await picture(second, '13-after-reload');
    await expect(third.locator('.bar .stop').isDisabled()).resolves.toBe(true);
    // Every operator may stop a run, in control or not.
    await first.keyboard.press('Escape');
    await result(third).getByRole('heading', { name: 'was stopped' }).waitFor();
    await picture(third, '14-observer');
    expect([...first.faults, ...second.faults, ...third.faults]).toEqual([]);
  });

  test('what is set in the page is set at the microscope, and what it refuses is said', async () => {
    await using site = await serveSite({
      magIndex: 22,
      edit: (yaml) => smallCamera(yaml).replace('Record: { binning: 2', 'Record: { binning: 4'),
    });
    const scope = site.instrument.session.find(Scope)!;
    const page = await openPage(browser, site.administrator, {
      colorScheme: 'dark',
      viewport: { width: 2560, height: 1440 },
    });
    const set = async (setting: string, value: string): Promise<void> => {
      await page.locator(`.cell[data-setting=${setting}]`).click();
      await page.locator('.popover input').fill(value);
      await page.keyboard.press('Enter');
    };
    await set('defocus', '-3.5');
    await page.locator('.cell[data-setting=defocus]', { hasText: '-3.50' }).waitFor();
    expect(await scope.defocus.read()).toBeCloseTo(-3.5e-6, 9);
    await set('image-shift-x', '900');
    await page.locator('.notice-box', { hasText: /limit/ }).waitFor();
    expect((await scope.imageShift.read()).x).toBeCloseTo(imageShiftUnits(0), 3);
    await page.keyboard.press('Escape');
    await take(page, 'Record');
    await page.keyboard.press('f');
    await page.locator('.stage .caption', { hasText: 'transform' }).waitFor();
    await page.locator('.stage[data-shown-at*=complete]').waitFor();
    await picture(page, '15-fourier-wide');
    await page.keyboard.press('f');
    const box = (await page.locator('.stage').boundingBox())!;
    await page.keyboard.down('Shift');
    await page.mouse.move(box.x + 300, box.y + 300);
    await page.mouse.down();
    await page.mouse.move(box.x + 700, box.y + 420, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await page.locator('.profile canvas').waitFor();
    await picture(page, '16-profile-wide');
    expect(page.faults).toEqual([]);
  });
});
