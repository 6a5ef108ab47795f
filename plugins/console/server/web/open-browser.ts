import { spawn } from 'node:child_process';

/**
 * Starts the browser of the desktop with an address; false without a screen. Errors are ignored, because the person has
 * the address anyway.
 */
export function openBrowser(address: string): boolean {
  const { platform, env } = process;
  const hasScreen =
    platform === 'win32' ||
    platform === 'darwin' ||
    env['DISPLAY'] !== undefined ||
    env['WAYLAND_DISPLAY'] !== undefined;
  if (!hasScreen) return false;
  const [program, given] =
    platform === 'win32'
      ? ['rundll32', ['url.dll,FileProtocolHandler', address]]
      : platform === 'darwin'
        ? ['open', [address]]
        : ['xdg-open', [address]];
  try {
    const child = spawn(program, given, { stdio: 'ignore', detached: true });
    child.on('error', () => {});
    child.unref();
    return true;
  } catch {
    return false;
  }
}
