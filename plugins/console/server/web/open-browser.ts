import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const keptMilliseconds = 60_000;

/**
 * Starts the browser of the desktop with an address; false without a screen. Errors are ignored, because the person has
 * the address anyway. Everybody on the computer can read the list of processes, so the browser is given a file that leads
 * to the address and that nobody else may read.
 */
export function openBrowser(address: string): boolean {
  const { platform, env } = process;
  const hasScreen =
    platform === 'win32' ||
    platform === 'darwin' ||
    env['DISPLAY'] !== undefined ||
    env['WAYLAND_DISPLAY'] !== undefined;
  if (!hasScreen) return false;
  try {
    const file = redirectFile(address);
    const [program, given] =
      platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', file]]
        : platform === 'darwin'
          ? ['open', [file]]
          : ['xdg-open', [file]];
    const child = spawn(program, given, { stdio: 'ignore', detached: true, env });
    child.on('error', () => {});
    child.unref();
    return true;
  } catch {
    return false;
  }
}

/** A file that leads a browser to an address; it goes away after a minute, or with the program. */
function redirectFile(address: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-open-'));
  const file = path.join(folder, 'console.html');
  const target = address.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${target}"><title>Eucentric</title>\n`,
    { mode: 0o600, flag: 'wx' },
  );
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', remove);
  setTimeout(remove, keptMilliseconds).unref();
  return file;
}
