import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beamShiftUnits, beamTiltUnits, vector } from '../../../../core/base';
import { LiveImage } from '../../../../core/acquisition';
import { ImageBuffers, LowDose } from '../../../../core/kernel';
import { LowDoseStateFile } from '../../../../core/low-dose';
import { UserSettings } from '../../../../core/user-settings';
import { needs } from '../../../support/needs';
import { until } from '../../../support/until';
import { haveBrowser, launchBrowser, openPage, picture } from '../support/browser';
import { type ConsoleSite, serveSite } from '../support/console-site';

const tinyCamera = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 720').replace('CameraSizeY: 8184', 'CameraSizeY: 512');

needs('Linux on x64, for the browser', haveBrowser).describe('what a page keeps its operator from losing', () => {
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

  test('what a crash has left in the column stands in the panel until the operator says what became of it', async () => {
    const { session } = site.instrument;
    const [lowDose, users] = [session.find(LowDose)!, session.find(UserSettings)!];
    const state = new LowDoseStateFile(path.join(path.dirname(users.file), '.low-dose.json'));
    const left = {
      area: 'View' as const,
      inForce: {
        defocusOffset: -120,
        beamShiftOffset: vector(beamShiftUnits(0), beamShiftUnits(0)),
        beamTiltOffset: vector(beamTiltUnits(0), beamTiltUnits(0)),
      },
      magIndex: 11,
      absoluteFocus: 0.123,
      imageShift: vector(0, 0),
      moving: false,
    };
    const banner = page.locator('.left-behind');
    await state.write(left);
    await page.keyboard.press('d');
    // The panel looks again with any change of Low Dose.
    await users.set('LowDoseBlankWhenDown', true);
    await banner.getByText(/not known whether the defocus offset of -120 .m of View is still in the column/).waitFor();
    expect(await banner.getAttribute('role')).toBe('alert');
    await picture(page, 'crash-banner');
    await banner.getByRole('button', { name: 'It is gone: go on without it' }).click();
    await banner.waitFor({ state: 'hidden' });
    expect([state.read(), lowDose.on]).toEqual([undefined, false]);

    await state.write(left);
    await users.set('LowDoseBlankWhenDown', false);
    await banner.getByRole('button', { name: 'It is still there: take it off with the next area' }).click();
    await banner.waitFor({ state: 'hidden' });
    await until('Low Dose is on in View', async () => lowDose.on && lowDose.area === 'View');
    expect(lowDose.defocusOffset).toBe(-120);
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('Low Dose is off.').waitFor();
    expect(state.read()).toBeUndefined();
  });

  test('a list among the settings has a field for each number, and a wrong one is not sent', async () => {
    const users = site.instrument.session.find(UserSettings)!;
    await page.keyboard.press('u');
    const value = page.locator('.setup-panel.user [data-setting="AutofocusEucenAbsParams"]');
    await value.click();
    const popover = page.locator('.popover');
    await popover.getByLabel('Greatest change of defocus (µm)').fill('12,5');
    await popover.getByLabel('Used (1) or not (0)').fill('x');
    await page.keyboard.press('Enter');
    await popover.getByText('Enter numbers; only the last fields may stay empty.').waitFor();
    expect(users.has('AutofocusEucenAbsParams')).toBe(false);
    await popover.getByLabel('Used (1) or not (0)').fill('1');
    await picture(page, 'list-editor');
    await page.keyboard.press('Enter');
    await popover.waitFor({ state: 'detached' });
    expect(users.get('AutofocusEucenAbsParams')).toEqual([0, 0, -20, 12.5, 1, 1]);
    // The last number of a shift offset may be left out.
    await page.locator('.setup-panel.user [data-setting="LowDoseViewShift"]').click();
    await popover.getByLabel('Y', { exact: true }).fill('0.25');
    await page.keyboard.press('Enter');
    await popover.waitFor({ state: 'detached' });
    expect(users.get('LowDoseViewShift')).toEqual([0, 0.25]);
  });

  test('an unsaved Record image is dropped only when the operator says so', async () => {
    const { session } = site.instrument;
    const buffers = session.find(ImageBuffers)!;
    await session.find(UserSettings)!.set('BuffersToRollOnAcquire', 0);
    await page.keyboard.press('m');
    const take = (set: string) =>
      page.getByRole('group', { name: 'Take an image' }).getByRole('button', { name: set, exact: true }).click();
    await take('Record');
    await until('the image came', async () => buffers.get('A')?.context.parameterSet === 'Record');
    const record = buffers.get('A')!.frame;
    await take('View');
    const dialog = page.getByRole('dialog', { name: 'Drop the Record image?' });
    await dialog.getByText('The Record image in A was not saved and would be dropped.').waitFor();
    await picture(page, 'drop-record');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(buffers.get('A')!.frame).toBe(record);
    await take('View');
    await dialog.getByRole('button', { name: 'Drop it' }).click();
    await until('the next image came', async () => buffers.get('A')?.context.parameterSet === 'View');
  });

  test('a live image stands beside a question that asks for it, with its cross, and ends with the answer', async () => {
    const live = site.instrument.session.find(LiveImage)!;
    await page.locator('#search').fill('Spot Intensity');
    await page
      .getByRole('region', { name: 'Calibration', exact: true })
      .getByRole('button', { name: /^Spot Intensity/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Start Spot Intensity' }).click();
    await page.getByText('A live image (Trial) is in buffer A until you answer.').waitFor();
    await until('the live image runs', async () => live.running === 'Trial' && live.rate.images > 2);
    await page.locator('.buffer canvas[data-image]').first().waitFor();
    await picture(page, 'live-beside-question');
    expect(await page.locator('.bar .running').textContent()).toContain('Spot Intensity');
    await page.locator('.stage').focus();
    await page.keyboard.press('Escape');
    await until('it has ended with the run', async () => live.running === undefined);
    await page.getByText('A live image (Trial) is in buffer A until you answer.').waitFor({ state: 'detached' });
    expect(page.faults).toEqual([]);
  });
});
