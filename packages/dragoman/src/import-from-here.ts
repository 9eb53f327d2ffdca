import { registerHooks } from 'node:module';

/** What a config file may import without a `node_modules` of its own. */
const OURS = /^(?:dragoman|zod|@dragoman\/[^/]+)(?:\/|$)/;

/**
 * Lets config files import our packages where none are installed, as after `npx dragoman` in an empty folder. What is
 * installed there wins. `here` is the URL of a module of this package.
 */
export function importFromHere(here: string): void {
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ERR_MODULE_NOT_FOUND' || !OURS.test(specifier)) throw error;
        return next(specifier, { ...context, parentURL: here });
      }
    },
  });
}
