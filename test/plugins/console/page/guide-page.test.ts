import type { Browser } from 'playwright-core';
import { cameraIndex, magIndex } from '../../../../core/base';
import { needs } from '../../../support/needs';
import { haveBrowser, launchBrowser, openPage, picture } from '../support/browser';
import { serveSite } from '../support/console-site';

needs('Linux on x64, for the browser', haveBrowser).describe('the guide in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('shows the magnifications of the files, and says where to go for a contradiction', async () => {
    await using site = await serveSite({ magIndex: 22 });
    const { calibrations } = site.instrument;
    for (let index = 18; index < 34; index++) {
      const size = (index === 24 ? 1.5 : 1) * 1.4 ** (index - 18);
      calibrations.imageShift.set(magIndex(index), cameraIndex(0), { xpx: size, xpy: 0, ypx: 0, ypy: size });
    }
    const page = await openPage(browser, site.administrator, { colorScheme: 'light' });
    await page.getByRole('button', { name: 'Guide', exact: true }).click();
    await page.getByText(/In the files at 16 of \d+ magnifications/).waitFor();
    await page.locator('.coverage summary').click();
    await page.locator('.coverage tbody tr').first().waitFor();
    for (const width of [1280, 1920]) {
      await page.setViewportSize({ width, height: 1000 });
      await picture(page, `30-guide-${width}`);
    }
    const again = page.locator('.contradictions button', { hasText: /^Run Image Shift again at \d+x on K3$/ }).first();
    await again.click();
    await page.getByText(/^Go to \d+x on K3 first$/).waitFor();
    expect(page.faults).toEqual([]);
  });
});
