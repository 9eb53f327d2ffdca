import { addressOf, call } from './api.ts';
import { askToConfirm } from './confirmation.ts';
import type { Session } from './types.ts';

/** Downloads a resource. Exports may need a confirmation, and a plain download cannot ask for one. */
export async function download(path: string): Promise<void> {
  const { fresh } = await call<Session>('GET', '/session');
  if (fresh || (await askToConfirm())) window.open(addressOf(path), '_self');
}
