import type { UpstreamConfig } from '../config/upstream.ts';
import { bindLog } from '../registry/containment/bound-log.ts';
import { describeThrown } from '../registry/containment/describe-thrown.ts';
import { isDoneWithin } from '../timing/done-within.ts';
import type { Clock, Log, Provider } from '@dragoman/plugin';
import { runAs } from '../registry/containment/plugin-scope.ts';
import { providerProblems } from '../registry/containment/plugin-shape.ts';
import type { Registry } from '../registry/registry.ts';
import { replaceSecrets } from '@dragoman/plugin/internal/text/secret-texts';
import { type KnownSecrets, secretsOf, UpstreamSecrets } from '../state/secrets/known-secrets.ts';
import type { Stores } from '../state/stores/stores.ts';
import type { HttpPools } from '../transport/pools.ts';
import type { Upstream } from './upstream.ts';
import { maskOptions } from '../validation/secret-options.ts';
import { originsOf } from '../validation/option-urls.ts';
import { findTextRules } from './text-rules.ts';
import { createCapabilities } from './upstream-capabilities.ts';

export interface BuildDeps {
  readonly registry: Registry;
  /** Receives the secrets of every upstream that is created. */
  readonly known: KnownSecrets;
  readonly pools: HttpPools;
  readonly stores: Pick<Stores, 'of'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The plugin could not create its provider. The message names the plugin, the upstream and the cause, without secrets. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
}

/** Creates an upstream from its config. Throws a {@link CreateError} if its provider fails. */
export function buildUpstream(
  { registry, known, pools, stores, clock, log: gatewayLog }: BuildDeps,
  config: UpstreamConfig,
  origin: Upstream['origin'],
): Upstream {
  const { id, timeouts } = config;
  const type = registry.provider(config.provider);
  const plugin = registry.pluginOf(config.provider);
  const secrets = new UpstreamSecrets(secretsOf(type.options, config.options), known);
  const scope = { plugin, upstream: id };
  const log = bindLog(gatewayLog, scope);
  const origins = originsOf(maskOptions(type.options, config.options));
  const store = stores.of({ kind: 'upstream', id, type: type.name, origins });
  const gone = new AbortController();
  const { signal } = gone;
  const create = (): Pick<Upstream, 'provider' | 'capabilitiesOf'> => {
    try {
      const http = pools.client({ timeouts, signal, name: id });
      const { now } = clock;
      const redact = (secret: string): void => secrets.learn(secret);
      const setup = { upstreamId: id, log, http, signal, store, clock: { now }, redact };
      const provider = runAs(scope, () => type.create(config.options, setup));
      const [problem] = providerProblems(provider);
      if (problem !== undefined) throw new Error(`create() did not return a valid provider: ${problem}.`);
      return { provider, capabilitiesOf: runAs(scope, () => createCapabilities({ type, config })) };
    } catch (error) {
      runAs(scope, () => gone.abort());
      const message = `The plugin ${plugin} could not create the upstream ${id}: ${causeOf(error)}`;
      throw new CreateError(replaceSecrets(message, secrets), { cause: error });
    }
  };
  const { provider, capabilitiesOf } = create();
  return {
    ...{ config, origin, type, plugin, scope, provider, secrets, log },
    capabilitiesOf,
    textRulesOf: (model) => findTextRules(capabilitiesOf(model), registry.toolFormats),
    close: () => close(provider, { scope, log, gone }),
  };
}

function causeOf(error: unknown): string {
  const described = describeThrown(error);
  return described.startsWith('Error: ') ? described.slice('Error: '.length) : described;
}

/** A provider that does not close in time is abandoned. */
const CLOSE_MS = 2_000;

async function close(
  provider: Provider,
  { scope, log, gone }: Pick<Upstream, 'scope' | 'log'> & { readonly gone: AbortController },
): Promise<void> {
  try {
    const closed = runAs(scope, async () => provider.close?.());
    if (!(await isDoneWithin(CLOSE_MS, closed)))
      log.warn({}, `An upstream did not close within ${CLOSE_MS} ms.`);
  } catch (error) {
    log.warn({ error }, 'An upstream did not close cleanly.');
  } finally {
    runAs(scope, () => gone.abort());
  }
}
