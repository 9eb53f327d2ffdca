import { definePlugin, type ObserverSetup, packageVersion, type TraceObserver } from '@dragoman/plugin';
import { type Channel, refusalOf, requestFor } from './channels.ts';
import { Detector, type Rules } from './detect.ts';
import type { Event } from './events.ts';
import { maskSecrets } from './mask.ts';

export interface NotifyOptions {
  /** Where messages go. */
  readonly channels: readonly (Channel | false | '' | undefined)[];
  /** An upstream is down after so many failures in a row. Default 5. */
  readonly downAfter?: number;
  /** Default: half of at least 20 requests within 5 minutes. */
  readonly errorRate?: Partial<Rules['errorRate']>;
  /** The same event of the same subject is told again only after this time, in milliseconds. Default 10 minutes. */
  readonly intervalMs?: number;
}

/** Tells people when an upstream is down or back, when a budget is used up, and when many requests fail. */
export const notify = definePlugin((options: NotifyOptions) => ({
  name: 'notify',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  createObserver: (setup: ObserverSetup) => createNotifier(options, setup),
}));

function createNotifier(options: NotifyOptions, { log, http, now }: ObserverSetup): TraceObserver {
  const { downAfter = 5, errorRate, intervalMs = 600_000 } = options;
  const channels = options.channels.filter((channel) => typeof channel === 'object');
  const detector = new Detector({
    downAfter,
    errorRate: { share: 0.5, windowMs: 300_000, leastRequests: 20, ...errorRate },
  });
  const told = new Map<string, number>();
  const running = new Set<Promise<void>>();

  const isDue = ({ kind, subject }: Event, at: number): boolean => {
    // Whoever was told that it is down wants to know at once that it is back.
    if (kind === 'upstream-recovered') return true;
    const name = `${kind} ${subject}`;
    if (at - (told.get(name) ?? -Infinity) < intervalMs) return false;
    told.set(name, at);
    return true;
  };
  const send = async (channel: Channel, event: Event, at: number): Promise<void> => {
    try {
      const masked = { ...event, text: maskSecrets(event.text) };
      const reply = await http.send(requestFor(channel, { event: masked, at }));
      const body = await reply.body
        .setEncoding('utf8')
        .reduce((all: string, chunk: string) => all + chunk, '');
      const refusal = refusalOf(channel, reply.status, body);
      if (refusal !== undefined) log.warn({ channel: channel.type, refusal }, 'A notification was refused.');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ channel: channel.type, reason }, 'A notification could not be sent.');
    }
  };
  return {
    observe(trace) {
      const at = now();
      for (const event of detector.push(trace, at)) {
        if (!isDue(event, at)) continue;
        for (const channel of channels) {
          const sending = send(channel, event, at).finally(() => running.delete(sending));
          running.add(sending);
        }
      }
    },
    close: async () => {
      await Promise.all(running);
    },
  };
}
