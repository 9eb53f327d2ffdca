import { hashPassword } from '../../../state/password.ts';
import type { Gatekeeper } from '../access/access.ts';
import { AdminError } from '../admin-error.ts';
import { settingsContract } from '../contract/settings-contract.ts';
import type { AdminDeps } from '../deps.ts';
import type { Caller } from '../caller.ts';
import { always, defineOperations, type Operation } from '../operation.ts';

export function settingsOperations(gatekeeper: Gatekeeper): readonly Operation[] {
  /** The old password may be compromised, so all other sign-ins end. */
  const setPassword = async (password: string | null, caller: Caller, deps: AdminDeps): Promise<void> => {
    await storePassword(password, deps);
    gatekeeper.endOthers(caller);
  };
  return defineOperations(settingsContract, {
    'GET /settings': {
      summary: 'Shows the settings.',
      access: 'admin',
      handle: (_, deps) => viewSettings(deps),
    },
    'PATCH /settings': {
      summary:
        'Changes the settings. An admin password of null removes it; a change ends all other sign-ins.',
      access: 'admin',
      confirm: always,
      audit: { snapshot: passwordNow },
      async handle({ body: { adminPassword }, caller }, deps) {
        if (adminPassword !== undefined) await setPassword(adminPassword, caller, deps);
        return viewSettings(deps);
      },
    },
    'PUT /settings/password': {
      summary: 'Sets the admin password, and ends all other sign-ins.',
      access: 'admin',
      confirm: always,
      audit: { snapshot: passwordNow },
      handle: ({ body: { password }, caller }, deps) => setPassword(password, caller, deps),
    },
  });
}

async function storePassword(password: string | null, { state, config }: AdminDeps): Promise<void> {
  if (config.admin.password !== undefined) {
    throw new AdminError(
      'conflict',
      'The admin password is set by DRAGOMAN_ADMIN_PASSWORD. Change it there and restart.',
    );
  }
  const hash = password === null ? undefined : await hashPassword(password);
  await state.update(({ settings: { adminPasswordHash: _, ...settings }, ...rest }) => ({
    ...rest,
    settings: hash === undefined ? settings : { ...settings, adminPasswordHash: hash },
  }));
}

function passwordNow(_: unknown, { state }: AdminDeps): unknown {
  return { adminPassword: { set: state.read().settings.adminPasswordHash !== undefined } };
}

function viewSettings({ state, config }: AdminDeps) {
  const fromEnvironment = config.admin.password !== undefined;
  const set = fromEnvironment || state.read().settings.adminPasswordHash !== undefined;
  return {
    adminPassword: { set, fromEnvironment },
    adminToken: { set: config.admin.token !== undefined },
    traces: config.traces,
  };
}
