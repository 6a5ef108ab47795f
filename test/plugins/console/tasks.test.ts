import type { Browser } from 'playwright-core';
import { magIndex, micrometres, rawLensValue } from '../../../core/base';
import { Scope } from '../../../core/devices';
import { cameraOf } from '../../../statistics/support/small-camera';
import { drawnColumn, fluxFor } from '../../../statistics/support/tuning/tuning-world';
import { haveBrowser, launchBrowser, openPage, picture } from './support/browser';
import { serveSite } from './support/console-site';
import { needs } from '../../support/needs';

needs('Linux on x64, for the browser', haveBrowser).describe('tasks in the browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('stand beside the Calibration menu with their reasons, and the history shows plots and changes', async () => {
    await using site = await serveSite({
      magIndex: 26,
      simulator: { ...drawnColumn(1), electronsPerFieldPixelPerSecond: fluxFor(30, 256) },
      edit: cameraOf(512),
    });
    const { kernel, calibrations } = site.instrument;
    const scope = kernel.registry.get(Scope);
    await scope.defocus.write(micrometres(-2));
    calibrations.records('StandardLMFocus').replaceAll([{ magIndex: magIndex(26), micro: 0.001, nano: 0.001 }]);
    const page = await openPage(browser, site.administrator, { viewport: { width: 1920, height: 1080 } });
    const tasks = page.getByRole('region', { name: 'Tasks' });
    await page.getByRole('button', { name: 'Calibration', exact: true }).waitFor();
    expect(await tasks.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Tasks', exact: true }).click();
    await tasks.getByRole('button', { name: 'Set Eucentric Focus' }).waitFor();
    expect(await page.getByRole('button', { name: 'Image Shift', exact: true }).isVisible()).toBe(false);
    // While people search, both are in view under their names.
    await page.locator('#search').fill('astigmatism by ctf');
    await tasks
      .getByRole('button', { name: 'Correct Astigmatism by CTF, cannot run now: needs Astigmatism by CTF first' })
      .waitFor();
    await page
      .getByRole('region', { name: 'Calibration', exact: true })
      .getByRole('button', { name: /^Astigmatism by CTF/ })
      .waitFor();
    await page.locator('#search').fill('');

    await tasks.getByRole('button', { name: 'Measure Defocus by CTF' }).click();
    await page.getByRole('button', { name: 'Start Measure Defocus by CTF' }).click();
    await page.locator('.plot-tiles canvas').waitFor();
    await page
      .locator('.card.outcome')
      .getByText(/^Defocus -[\d.]+ \u00b1/)
      .waitFor();
    await picture(page, 'task-1920');
    await page.setViewportSize({ width: 1024, height: 768 });
    await picture(page, 'task-1024');
    await page.setViewportSize({ width: 1920, height: 1080 });

    await scope.absoluteFocus.write(rawLensValue(0.002));
    await tasks.getByRole('button', { name: 'Set Eucentric Focus' }).click();
    await page.getByRole('button', { name: 'Start Set Eucentric Focus' }).click();
    await page
      .locator('.card.outcome')
      .getByText(/Eucentric focus 0.001 set/)
      .waitFor();
    expect(await scope.absoluteFocus.read()).toBeCloseTo(0.001, 6);
    await page.getByRole('button', { name: 'History' }).click();
    const detail = page.locator('.history .detail');
    await detail.getByText(/^Absolute focus: 0.001, was 0.002\.$/).waitFor();
    await page.locator('.history tbody tr', { hasText: 'Measure Defocus by CTF' }).click();
    await detail.locator('.plot-tiles canvas').waitFor();
    await detail.locator('.plot canvas').first().waitFor();
    await picture(page, 'task-history');
    expect(page.faults).toEqual([]);
  });
});
