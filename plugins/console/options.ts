import { z } from 'zod';

const hostName = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'a name or number of this computer is expected');

/** Schema of the site's options for the console. */
export const consoleOptions = z.strictObject({
  host: hostName
    .default('127.0.0.1')
    .describe(
      'Address of this computer on which the console is served; with the default it can be opened on this computer only.',
    ),
  port: z
    .int()
    .min(0)
    .max(65535)
    .default(8790)
    .describe('Port on which the console is served; 0, or one that is taken, lets the system choose.'),
  names: z
    .array(hostName)
    .max(16)
    .default([])
    .describe(
      'Names by which browsers reach this computer, where it is served to others; requests for any other name are refused.',
    ),
});

/** The site's options for the console. */
export type ConsoleOptions = z.output<typeof consoleOptions>;
