import { useState } from 'react';
import { toast } from 'sonner';
import useSWR, { type SWRResponse, useSWRConfig } from 'swr';
import { useTranslations } from 'use-intl';
import { call, messageOf } from '../../lib/api.ts';
import { patched } from '../../lib/patched.ts';
import type { Health, Upstream } from '../../lib/types.ts';

const PATH = '/upstreams';
/** How long a removal can be taken back. */
const UNDO_MS = 6_000;

export const useUpstreams = (): SWRResponse<readonly Upstream[], Error> =>
  useSWR<readonly Upstream[], Error>(PATH, { refreshInterval: 5_000 });

export const useHealth = (): SWRResponse<readonly Health[], Error> =>
  useSWR<readonly Health[], Error>('/health', { refreshInterval: 5_000 });

export interface UpstreamActions {
  change(upstream: Upstream, change: Partial<Upstream>): Promise<void>;
  rest(upstream: Upstream, seconds: number | undefined): Promise<void>;
  /** After a while, unless somebody takes it back. */
  remove(upstream: Upstream): void;
  /** Whether its removal can still be taken back. */
  isLeaving(upstream: Upstream): boolean;
}

export function useUpstreamActions(): UpstreamActions {
  const t = useTranslations('upstreams');
  const { mutate } = useSWRConfig();
  const [leaving, setLeaving] = useState<readonly string[]>([]);
  const stay = (id: string): void => setLeaving((all) => all.filter((one) => one !== id));
  const refresh = async (): Promise<void> => {
    await Promise.all([mutate(PATH), mutate('/health'), mutate('/models')]);
  };
  return {
    isLeaving: ({ id }) => leaving.includes(id),
    async change(upstream, change) {
      try {
        // Shown at once; the gateway's answer takes its place, or the old state when it refuses.
        await mutate(PATH, call<Upstream>('PATCH', `${PATH}/${encodeURIComponent(upstream.id)}`, change), {
          ...patched<Upstream>(upstream.id, change),
        });
      } catch (error) {
        toast.error(messageOf(error));
      }
    },
    async rest(upstream, seconds) {
      const path = `${PATH}/${encodeURIComponent(upstream.id)}`;
      try {
        if (seconds === undefined) await call('POST', `${path}/resume`);
        else await call('POST', `${path}/pause`, { seconds });
        await refresh();
      } catch (error) {
        toast.error(messageOf(error));
      }
    },
    remove(upstream) {
      setLeaving((all) => [...all, upstream.id]);
      const timer = setTimeout(() => {
        void (async () => {
          try {
            await call('DELETE', `${PATH}/${encodeURIComponent(upstream.id)}`);
          } catch (error) {
            toast.error(messageOf(error));
          }
          await refresh();
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
