import { z } from 'zod';
import { BrowserConsole, definePlugin } from '../../core/kernel';
import { consoleOptions } from './options';
import type * as ServerModule from './server';

/**
 * The operator's console in a browser: the menu, images, runs with progress and plots, results, history and a guide for
 * the first setup.
 */
export default definePlugin<z.infer<typeof consoleOptions>>({
  id: 'console',
  summary: 'Operator console in a browser.',
  options: consoleOptions,
  apply(host) {
    const stored = new Set<(item: string) => void>();
    host.hooks.didStore.tap(({ item }) => {
      for (const listen of stored) listen(item);
    });
    const provided: BrowserConsole = {
      serve: (session, signal, options = {}) => {
        // A program that only runs an item never loads a web server.
        const { serveConsole } = require('./server') as typeof ServerModule;
        const onStored = (listen: (item: string) => void): (() => void) => {
          stored.add(listen);
          return () => void stored.delete(listen);
        };
        return serveConsole(
          { session, options: host.options, clock: host.clock, log: host.log, onStored },
          signal,
          options,
        );
      },
    };
    host.provide(BrowserConsole, provided);
  },
});
