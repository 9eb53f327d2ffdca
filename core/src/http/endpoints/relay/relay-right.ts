import { GatewayError, type RawRequest, type RelayEndpoint } from '@dragoman/plugin';
import { RELAY_LEVELS, type RelayLevel, strictest } from '../../../config/relay.ts';
import type { StoredKey } from '../../../state/state.ts';
import type { Upstream } from '../../../upstreams/upstream.ts';

/** The level that a request needs. */
export type RelayNeed = Exclude<RelayLevel, 'off'>;

/** Whether a relayed request leaves nothing at the upstream, or may read and change its account. */
export function relayNeed({ stateless }: RelayEndpoint, { method, path }: RawRequest): RelayNeed {
  return method === 'POST' && stateless.includes(path) ? 'stateless' : 'all';
}

/** Reads the id of the stored reply that a request is for; `undefined` for every other request. */
export function keptReplyReader({ keptReplies }: RelayEndpoint): (raw: RawRequest) => string | undefined {
  const patterns = keptReplies.map((one) => {
    const [before = '', after = ''] = one.split(':id');
    return { before, after };
  });
  return ({ method, path }) => {
    const asked = `${method} ${path}`;
    for (const { before, after } of patterns) {
      if (!asked.startsWith(before) || !asked.endsWith(after)) continue;
      const id = asked.slice(before.length, asked.length - after.length);
      // Nothing that an upstream could decode or split.
      if (/^[\w-]+$/.test(id)) return id;
    }
    return undefined;
  };
}

/** Whether a request starts work that continues after its reply. */
export function runsLater({ runsLater: paths = [] }: RelayEndpoint, { method, path }: RawRequest): boolean {
  return method === 'POST' && paths.some((one) => `${plainPath(path)}/`.startsWith(`${one}/`));
}

/** A path as the upstream may read it. */
function plainPath(path: string): string {
  try {
    return decodeURIComponent(path).toLowerCase();
  } catch {
    return path.toLowerCase();
  }
}

/** Whether the key and the upstream both allow a request. */
export function mayRelay(need: RelayNeed, key: StoredKey | undefined, upstream?: Upstream): boolean {
  const level = strictest(levelOf(key), upstream?.config.relay ?? 'all');
  return RELAY_LEVELS.indexOf(level) >= RELAY_LEVELS.indexOf(need);
}

/** Files and batches can run models that no request names, so a key limited to certain models has no access to them. */
function levelOf(key: StoredKey | undefined): RelayLevel {
  if (!key) return 'all';
  return strictest(key.relay ?? 'stateless', key.models ? 'stateless' : 'all');
}

/** Names what refuses it: the key, its models, or else the upstream. */
export function notRelayed(
  { method, path }: RawRequest,
  need: RelayNeed,
  key: StoredKey | undefined,
): GatewayError {
  const needs = `needs \`relay: '${need}'\``;
  const reason = mayRelay(need, key)
    ? `: its upstream ${needs}`
    : key?.models && need === 'all' && key.relay === 'all'
      ? ' for a key that is limited to certain models'
      : ` for this key: it ${needs}`;
  return new GatewayError('permission', `${method} ${path} is not allowed${reason}.`, {
    code: 'relay_not_allowed',
  });
}
