import { toast } from 'sonner';
import type { RawName } from '@dragoman/core/admin-contract';
import { type Brought, urlOf } from './address.ts';
import { messageOf } from './api-error.ts';
import { callAdmin } from './call.ts';
import { askToConfirm } from './confirmation.ts';

type ExportName = Extract<RawName, `GET ${string}/export`>;

/** Downloads an export. It may need a confirmation, and a plain download cannot ask for one. Reports failures itself. */
export async function download<Name extends ExportName>(name: Name, ...call: Brought<Name>): Promise<void> {
  try {
    const { fresh } = await callAdmin('GET /session');
    if (fresh || (await askToConfirm())) window.open(urlOf(name, ...call), '_self');
  } catch (error) {
    toast.error(messageOf(error));
  }
}
