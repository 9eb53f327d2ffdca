import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import type { Hook } from '../../lib/admin/types.ts';
import { useRefresh } from '../../lib/admin/use-refresh.ts';

export interface HookActions {
  change(hook: Hook, change: Partial<Pick<Hook, 'enabled' | 'shadow'>>): Promise<void>;
  /** Puts a hook before or after its neighbour. */
  move(all: readonly Hook[], hook: Hook, step: -1 | 1): Promise<void>;
  remove(hook: Hook): Promise<void>;
}

/** The hooks that can be moved; those of the config file come first. */
export const movable = (all: readonly Hook[]): readonly Hook[] =>
  all.filter(({ origin }) => origin === 'state');

export function useHookActions(): HookActions {
  const t = useTranslations('hooks');
  const refresh = useRefresh();
  const attempt = async (call: Promise<unknown>): Promise<boolean> => {
    try {
      await call;
      return true;
    } catch (error) {
      toast.error(messageOf(error));
      return false;
    } finally {
      await refresh('GET /hooks');
    }
  };
  return {
    async change({ id }, body) {
      await attempt(callAdmin('PATCH /hooks/:id', { params: { id }, body }));
    },
    async move(all, hook, step) {
      const ids = movable(all).map(({ id }) => id);
      const at = ids.indexOf(hook.id);
      ids.splice(at, 1);
      ids.splice(at + step, 0, hook.id);
      await attempt(callAdmin('PUT /hooks/order', { body: { ids } }));
    },
    async remove({ id }) {
      if (await attempt(callAdmin('DELETE /hooks/:id', { params: { id } })))
        toast.success(t('removed', { id }));
    },
  };
}
