import { readFileSync } from 'node:fs';

/** The text of a new `gateway.config.ts`: with the keys that the environment has, and the offline `echo` in any case. */
export const newConfig = readFileSync(new URL('../template/gateway.config.ts', import.meta.url), 'utf8');
