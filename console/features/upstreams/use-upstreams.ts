import { useState } from 'react';
import { toast } from 'sonner';
import type { SWRResponse } from 'swr';
import { useTranslations } from 'use-intl';
import { type ApiError, messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import { usePatch } from '../../lib/admin/use-patch.ts';
import type { Health, Upstream } from '../../lib/admin/types.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';
import { useRefresh } from '../../lib/admin/use-refresh.ts';

/** How long a removal can be taken back. */
const UNDO_MS = 6_000;

export const useUpstreams = (): SWRResponse<readonly Upstream[], ApiError> =>
  useAdmin('GET /upstreams', {}, { refreshInterval: 5_000 });

export const useHealth = (): SWRResponse<readonly Health[], ApiError> =>
  useAdmin('GET /health', {}, { refreshInterval: 5_000 });

export interface UpstreamActions {
  change(upstream: Upstream, change: Pick<Upstream, 'enabled'>): Promise<void>;
  rest(upstream: Upstream, seconds: number | undefined): Promise<void>;
  /** After a while, unless somebody takes it back. */
  remove(upstream: Upstream): void;
  /** Whether its removal can still be taken back. */
  isLeaving(upstream: Upstream): boolean;
}

export function useUpstreamActions(): UpstreamActions {
  const t = useTranslations('upstreams');
  const patch = usePatch('GET /upstreams');
  const refresh = useRefresh();
  const [leaving, setLeaving] = useState<readonly string[]>([]);
  const stay = (id: string): void => setLeaving((all) => all.filter((one) => one !== id));
  const refreshAll = () => refresh('GET /upstreams', 'GET /health', 'GET /models');
  return {
    isLeaving: ({ id }) => leaving.includes(id),
    async change({ id }, change) {
      try {
        // Shown at once; the gateway's answer takes its place, or the old state when it refuses.
        await patch({ id, ...change }, callAdmin('PATCH /upstreams/:id', { params: { id }, body: change }));
      } catch (error) {
        toast.error(messageOf(error));
      }
    },
    async rest({ id }, seconds) {
      const params = { id };
      try {
        if (seconds === undefined) await callAdmin('POST /upstreams/:id/resume', { params });
        else await callAdmin('POST /upstreams/:id/pause', { params, body: { seconds } });
        await refreshAll();
      } catch (error) {
        toast.error(messageOf(error));
      }
    },
    remove(upstream) {
      setLeaving((all) => [...all, upstream.id]);
      const timer = setTimeout(() => {
        void (async () => {
          try {
            await callAdmin('DELETE /upstreams/:id', { params: { id: upstream.id } });
          } catch (error) {
            toast.error(messageOf(error));
          }
          await refreshAll();
          stay(upstream.id);
        })();
      }, UNDO_MS);
      toast(t('removed', { id: upstream.id }), {
        duration: UNDO_MS,
        action: {
          label: t('undo'),
          onClick: () => {
            clearTimeout(timer);
            stay(upstream.id);
          },
        },
      });
    },
  };
}
