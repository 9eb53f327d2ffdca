import { SPEAKERS } from '../matrix/upstreams.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

/** A gateway with two scripted servers, each of which is an upstream of every wire. */
export interface UpstreamPair {
  readonly gateway: RunningGateway;
  /** Serves `first-<wire>/m`, and what is asked of the alias `<wire>`. */
  readonly first: MockUpstream;
  /** Serves what is asked of the alias `<wire>` where the first one failed. */
  readonly second: MockUpstream;
  reset(): void;
  close(): Promise<void>;
}

export async function startUpstreamPair(): Promise<UpstreamPair> {
  const [first, second] = [await startMockUpstream(), await startMockUpstream()];
  const at = ({ url }: MockUpstream, id: string) =>
    SPEAKERS.map((speaker) => ({
      ...{ id: `${id}-${speaker.wire}`, ...speaker.config(url), models: { list: ['m'] } },
    }));
  const gateway = await startGateway({
    traces: { record: 'no-bodies' },
    routing: { breaker: { failures: 1000 }, retry: { repeats: 0 } },
    upstreams: [...at(first, 'first'), ...at(second, 'second')],
    aliases: SPEAKERS.map(({ wire }) => ({
      name: wire,
      policy: 'order' as const,
      candidates: [
        { upstream: `first-${wire}`, model: 'm' },
        { upstream: `second-${wire}`, model: 'm' },
      ],
    })),
  });
  return {
    ...{ gateway, first, second },
    reset() {
      first.reset();
      second.reset();
    },
    async close() {
      await gateway.close();
      await Promise.all([first.close(), second.close()]);
    },
  };
}
