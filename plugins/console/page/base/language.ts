/**
 * A browser without a proper locale reports a language (en-US@posix) at which formatting fails, and with it the whole
 * page.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
export {};
