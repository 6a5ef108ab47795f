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
  keys: z
    .array(
      z.strictObject({
        name: z.string().trim().min(1).max(40).describe('Name of the person or place; others see it at the console.'),
        role: z.enum(['observer', 'operator', 'administrator']).describe('What the key allows.'),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the key is expected, as 64 digits 0-9 a-f')
          .describe('SHA-256 of the key; the key itself stands nowhere. Without its line a key is no longer valid.'),
      }),
    )
    .max(64)
    .default([])
    .describe('Keys that stay the same at every start, beside the new ones that are printed: docs/remote-use.md.'),
  origins: z
    .array(
      z
        .string()
        .regex(/^https?:\/\/[A-Za-z0-9.:[\]-]{1,253}$/, 'an origin such as https://scope.example.org is expected'),
    )
    .max(16)
    .default([])
    .describe('Origins under which a proxy serves the console, such as https://scope.example.org: docs/remote-use.md.'),
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
