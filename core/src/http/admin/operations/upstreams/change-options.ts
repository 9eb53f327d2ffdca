import { originsOf } from '../../../../validation/option-urls.ts';
import type { UpstreamConfig } from '../../../../config/upstream.ts';
import type { ProviderType } from '@dragoman/plugin';
import { dropSecrets, maskOptions, mergeOptions, setSecrets } from '../../../../validation/secret-options.ts';
import { AdminError } from '../../admin-error.ts';

type Options = UpstreamConfig['options'];

export interface OptionsChange {
  readonly type: Pick<ProviderType, 'options'>;
  readonly before: Options;
  readonly change: Options;
}

/** The options after a change; omitted secrets are kept. */
export function changeOptions({ type, before, change }: OptionsChange): Options {
  return mergeOptions(type.options, before, { ...before, ...change });
}

/**
 * Secrets are write-only, so they must not be sent to a URL for which they were not entered. Throws an `AdminError` if
 * they would be. `after` are the changed options, parsed and complete.
 */
export function refuseMovedSecrets(given: OptionsChange, after: Options): void {
  const { options: schema } = given.type;
  const addressOf = (options: Options) => originsOf(maskOptions(schema, options)).join(' ');
  if (addressOf(given.before) !== addressOf(after)) refuseKeptSecrets(given, 'since the address changed');
}

/** Throws an `AdminError` if a stored secret would be kept because the change omits it. */
export function refuseKeptSecrets(given: OptionsChange, why: string): void {
  const { options: schema } = given.type;
  const brought = changeOptions({ ...given, before: dropSecrets(schema, given.before) });
  const isBrought = new Set(setSecrets(schema, brought));
  const kept = setSecrets(schema, changeOptions(given)).filter((path) => !isBrought.has(path));
  if (kept.length === 0) return;
  const message = `enter it again, ${why}`;
  throw new AdminError('invalid', 'Secrets must be entered again.', {
    issues: kept.map((path) => ({ path, message })),
  });
}
