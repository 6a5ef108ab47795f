/** True while the long statistics run. */
export const verifying = process.env['EUCENTRIC_VERIFY'] !== undefined;
