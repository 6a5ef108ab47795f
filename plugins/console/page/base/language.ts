/** A browser started without a proper locale calls its language something (en-US@posix) that formatting, and with it the whole page, would trip over. */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
export {};
