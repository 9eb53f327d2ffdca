import type { JsonObject, Log } from '@dragoman/plugin';
import type { ResolvedConfig } from '../config/resolved.ts';
import type { Registry } from '../registry/registry.ts';
import { type AuditLog, GATEWAY } from './audit-log.ts';
import { configChanges } from './config-changes.ts';
import type { AuditInput } from './entry.ts';

/** Entries of the gateway itself. These events cannot be refused, so a failure to write them is only reported. */
export interface GatewayEntries {
  started(detail: JsonObject): Promise<void>;
  stopped(): Promise<void>;
  /** The client key that the first start creates, without its hash. */
  madeKey(key: { readonly id: string }): Promise<void>;
  /** A change of the config file that took effect. */
  reloaded(before: ResolvedConfig, after: ResolvedConfig): Promise<void>;
}

export interface GatewayEntriesDeps {
  readonly audit: AuditLog;
  readonly registry: Registry;
  readonly log: Log;
}

export function createGatewayEntries({ audit, registry, log }: GatewayEntriesDeps): GatewayEntries {
  const note = async (operation: string, more: Partial<AuditInput> = {}): Promise<void> => {
    try {
      await audit.append({ kind: 'note', actor: GATEWAY, operation, outcome: 'done', ...more });
    } catch (error) {
      log.error({ error }, 'The audit log cannot be written.');
    }
  };
  return {
    started: (detail) => note('gateway start', { detail }),
    stopped: () => note('gateway stop'),
    madeKey: (key) => note('POST /keys', { target: `/keys/${key.id}`, after: key }),
    async reloaded(before, after) {
      const changes = configChanges(before, after, registry);
      if (changes) await note('configuration reload', { ...changes, target: after.file ?? 'configuration' });
    },
  };
}
