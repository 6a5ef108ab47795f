import type { Browser, Page } from 'playwright-core';
import { condense, microscopeOf } from '../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../statistics/support/small-camera';
import { needs } from '../../support/needs';
import { until } from '../../support/until';
import { closePages, haveBrowser, launchBrowser, openPage, picture } from './support/browser';
import { serveSite } from './support/console-site';

/** A number that the card says of the live image. */
async function told(page: Page, name: string): Promise<readonly number[]> {
  const text = await page.locator('.beside-numbers dt', { hasText: name }).locator('+ dd').innerText();
  return (text.match(/-?[\d.]+/g) ?? []).map(Number);
}

needs('Linux on x64, for the browser', haveBrowser).describe('the beam beside a question', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(() => closePages(browser));
  afterAll(() => browser.close());

  test('is drawn over the live image with its numbers, and moves with the settings beside them', async () => {
    await using site = await serveSite({
      configuration: 'talos-ceta.yaml',
      magIndex: 25,
      edit: (yaml) => coarseCamera(8)(yaml).replace(/^NumberOfSpotSizes: \d+/m, 'NumberOfSpotSizes: 3'),
      simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.002, pixelScaleError: 0 },
    });
    const { instrument } = site;
    const microscope = microscopeOf(instrument);
    microscope.setSpotSize(3);
    await condense(instrument, 0.45);
    const page = await openPage(browser, site.administrator, {
      colorScheme: 'dark',
      viewport: { width: 1920, height: 1080 },
    });
    const item = page.getByRole('button', { name: 'Spot Beam Shifts', exact: true });
    await item.click();
    await page.locator('.card.item .start').click();
    await page.getByText('Dimmest spot size to calibrate').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.beside-numbers dt', { hasText: 'Diameter' }).waitFor();
    const [diameter = NaN] = await told(page, 'Diameter');
    expect(diameter / microscope.state.beamDiameter).toBeCloseTo(1, 1);
    const [before = NaN] = await told(page, 'From the middle');
    await page.locator('.stage[data-shown-at]').waitFor();
    await picture(page, 'beam-beside-1920');

    // The setting beside the question moves the beam, and the card follows.
    const setting = page.locator('[data-beside$="-x"]').first();
    await setting.click();
    const shifted = microscope.state.beamShift.x + 0.15 * microscope.state.beamDiameter;
    await page.locator('form.popover input').fill(String(shifted));
    await page.keyboard.press('Enter');
    await until(
      () => 'the beam moved',
      async () => Math.abs((await told(page, 'From the middle'))[0]! - before) > 0.05 * diameter,
    );
    expect(microscope.state.beamShift.x).toBeCloseTo(shifted, 3);
    for (const [width, height] of [
      [1024, 768],
      [2560, 1440],
    ] as const) {
      await page.setViewportSize({ width, height });
      await picture(page, `beam-beside-${width}`);
    }
    await page.getByRole('button', { name: 'End here' }).click();
    await page.locator('.beside').waitFor({ state: 'hidden' });
    expect(page.faults).toEqual([]);
  });
});
