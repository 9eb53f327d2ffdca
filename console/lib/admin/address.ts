import type { Call, OperationName, RawName } from '@dragoman/core/admin-contract';
import { queryOf } from '../query.ts';

const BASE = '/admin/api/v1';

interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Parameters<typeof queryOf>[0];
}

/** What a call of an operation has to bring; nothing where its contract asks for nothing. */
export type Brought<Name extends OperationName> = keyof Call<Name> extends never
  ? readonly []
  : object extends Call<Name>
    ? readonly [call?: Call<Name>]
    : readonly [call: Call<Name>];

/** The path and the query of a call, below the base: also the key of what SWR keeps of it. */
export function pathOf(name: OperationName, call: object = {}): string {
  const { params = {}, query = {} }: Parts = call;
  const path = name.slice(name.indexOf('/'));
  return (
    path.replaceAll(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? '')) + queryOf(query)
  );
}

/** The address of what a path names. */
export function addressOf(path: string): string {
  return BASE + path;
}

/** The address of a file or a stream. */
export function urlOf<Name extends Extract<RawName, `GET ${string}`>>(
  name: Name,
  ...[call]: Brought<Name>
): string {
  return addressOf(pathOf(name, call));
}
