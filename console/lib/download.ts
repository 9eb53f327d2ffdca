import { toast } from 'sonner';
import { addressOf, call, messageOf } from './api.ts';
import { askToConfirm } from './confirmation.ts';
import type { Session } from './types.ts';

/** Downloads a resource. Exports may need a confirmation, and a plain download cannot ask for one. Reports failures itself. */
export async function download(path: string): Promise<void> {
  try {
    const { fresh } = await call<Session>('GET', '/session');
    if (fresh || (await askToConfirm())) window.open(addressOf(path), '_self');
  } catch (error) {
    toast.error(messageOf(error));
  }
}
