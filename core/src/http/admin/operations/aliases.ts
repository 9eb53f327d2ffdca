import { regexProblem } from '../../../config/sections/aliases.ts';
import { isPattern } from '../../../catalogue/alias-patterns.ts';
import type { KnownAlias } from '../../../catalogue/aliases.ts';
import { AdminError } from '../admin-error.ts';
import { aliasContract } from '../contract/alias-contract.ts';
import type { AdminDeps } from '../deps.ts';
import { defineOperations } from '../operation.ts';

export const aliasOperations = defineOperations(aliasContract, {
  'GET /aliases': {
    summary: 'Lists the aliases and their candidates.',
    access: 'admin',
    handle: (_, deps) => Promise.all(deps.aliases.list().map((known) => view(known, deps))),
  },
  'PUT /aliases': {
    summary: 'Adds or replaces an alias. It takes effect at once.',
    access: 'admin',
    audit: {
      target: ({ body }) => `/aliases/${body.name}`,
      snapshot: ({ body }, deps) => aliasNow(body.name, deps),
    },
    refusals: ['read-only'],
    async handle({ body }, deps) {
      const problem = regexProblem(body.name);
      if (problem !== undefined) {
        const issues = [{ path: 'name', message: problem }];
        throw new AdminError('invalid', 'Invalid alias.', { issues });
      }
      refuseReadOnly(body.name, deps);
      await deps.state.update((state) => {
        const others = state.aliases.filter(({ name }) => name !== body.name);
        return { ...state, aliases: [...others, body] };
      });
      return view(find(body.name, deps), deps);
    },
  },
  'DELETE /aliases/:name': {
    summary: 'Removes an alias.',
    access: 'admin',
    audit: { snapshot: ({ params: { name } }, deps) => aliasNow(name, deps) },
    refusals: ['read-only'],
    async handle({ params: { name } }, deps) {
      find(name, deps);
      refuseReadOnly(name, deps);
      await deps.state.update((state) => ({
        ...state,
        aliases: state.aliases.filter((alias) => alias.name !== name),
      }));
    },
  },
});

function aliasNow(name: string, { aliases }: AdminDeps): unknown {
  return aliases.list().find(({ alias }) => alias.name === name)?.alias;
}

function find(name: string, { aliases }: AdminDeps): KnownAlias {
  const known = aliases.list().find(({ alias }) => alias.name === name);
  if (!known) throw new AdminError('not-found', `There is no alias ${JSON.stringify(name)}.`);
  return known;
}

function refuseReadOnly(name: string, { aliases }: AdminDeps): void {
  if (!aliases.list().some(({ alias, origin }) => alias.name === name && origin === 'file')) return;
  const message = `The alias ${JSON.stringify(name)} is declared in the config file; change it there.`;
  throw new AdminError('read-only', message);
}

async function view({ alias, origin }: KnownAlias, deps: AdminDeps) {
  return { ...alias, origin, resolved: await resolved(alias.name, alias.enabled, deps) };
}

async function resolved(name: string, isEnabled: boolean, { catalogue }: AdminDeps) {
  if (!isEnabled || isPattern(name)) return [];
  try {
    const { candidates } = await catalogue.resolve(name, undefined);
    return candidates.map(({ upstream, model }) => ({ upstream: upstream.config.id, model }));
  } catch {
    return [];
  }
}
