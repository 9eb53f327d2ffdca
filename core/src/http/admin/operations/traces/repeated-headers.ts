import type { Registry } from '../../../../registry/registry.ts';
import { LEFT_OUT } from '../../../../trace/worker/redact.ts';
import type { HeaderMap } from '@dragoman/plugin';
import type { TraceWithDetail } from './ask-traces.ts';

const USUAL = ['content-type', 'accept', 'user-agent'];

/** The headers of a recorded request that a replay sends again: those that its protocol gives a meaning. */
export function repeatedHeaders(
  { trace, detail }: TraceWithDetail,
  { protocols }: Pick<Registry, 'protocols'>,
): HeaderMap {
  const own = protocols.find(({ name }) => name === trace.protocol)?.clientHeaders ?? [];
  const isRepeated = (name: string): boolean =>
    [...USUAL, ...own].some((one) => (one.endsWith('-') ? name.startsWith(one) : name === one));
  return Object.fromEntries(
    Object.entries(detail.request.headers).filter(([name, value]) => isRepeated(name) && value !== LEFT_OUT),
  );
}
