import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { longestWait } from '../../../support/until';
import { projectFolder } from '../../../support/project-folder';

/** True where the browser from the packages runs. */
export const haveBrowser = process.platform === 'linux' && process.arch === 'x64';

/** True where the tests keep pictures of every state, for people to look at: drawing them takes longer than the rest. */
export const keepsPictures = process.env['EUCENTRIC_PICTURES'] !== undefined;
const pictureFolder = path.join(projectFolder, 'artefacts', 'console');

/** Starts the browser from the packages; its package can only be imported, which jest cannot do. */
export async function launchBrowser(): Promise<Browser> {
  const find = "import chromium from '@sparticuz/chromium'; process.stdout.write(await chromium.executablePath());";
  const executablePath = execFileSync(process.execPath, ['--input-type=module', '-e', find], {
    cwd: projectFolder,
    encoding: 'utf8',
  });
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--headless=shell',
      '--no-zygote',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
      '--disable-background-networking',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
      '--force-color-profile=srgb',
    ],
  });
}

/** A page of a browser of its own, with a list of all errors in it. */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Page & { readonly faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => void faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.setDefaultTimeout(longestWait);
  await page.goto(address);
  return Object.assign(page, { faults });
}

/** Closes the pages of a test: those that stay open go on drawing, and look for a console that is gone. */
export async function closePages(browser: Browser): Promise<void> {
  for (const context of browser.contexts()) await context.close();
}

/** Waits until the page has drawn its present state. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
}

/** The pictures of the guided tour, renewed on request. */
const ofTheTour: Readonly<Record<string, string>> = {
  '02-offer': 'pixel-size',
  '05-running': 'image-shift',
  '09-guide': 'guide',
};

/** Waits until a page is drawn, and keeps a picture of it on request. */
export async function picture(page: Page, name: string): Promise<void> {
  await drawn(page);
  if (!keepsPictures) return;
  mkdirSync(pictureFolder, { recursive: true });
  const taken = path.join(pictureFolder, `${name}.png`);
  await page.screenshot({ path: taken });
  const shown = ofTheTour[name];
  if (shown === undefined) return;
  mkdirSync(path.join(projectFolder, 'docs', 'images'), { recursive: true });
  copyFileSync(taken, path.join(projectFolder, 'docs', 'images', `${shown}.png`));
}
