import { hashPassword } from '../../state/password.ts';
import * as contract from './contract.ts';
import type { AdminDeps } from './deps.ts';
import { defineOperation, type Operation } from './operation.ts';

export const settingsOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/settings',
    summary: 'Shows the settings.',
    access: 'admin',
    response: contract.settingsViewSchema,
    handle: (_, deps) => viewSettings(deps),
  }),
  defineOperation({
    method: 'PATCH',
    path: '/settings',
    summary: 'Changes the settings. An admin password of null removes it.',
    access: 'admin',
    body: contract.settingsChangeSchema,
    response: contract.settingsViewSchema,
    async handle({ body: { adminPassword } }, deps) {
      if (adminPassword !== undefined) await setPassword(adminPassword, deps);
      return viewSettings(deps);
    },
  }),
  defineOperation({
    method: 'PUT',
    path: '/settings/password',
    summary: 'Sets the admin password.',
    access: 'admin',
    body: contract.passwordInputSchema,
    handle: ({ body: { password } }, deps) => setPassword(password, deps),
  }),
];

async function setPassword(password: string | null, { state }: AdminDeps): Promise<void> {
  const hash = password === null ? undefined : await hashPassword(password);
  await state.update(({ settings: { adminPasswordHash: _, ...settings }, ...rest }) => ({
    ...rest,
    settings: hash === undefined ? settings : { ...settings, adminPasswordHash: hash },
  }));
}

function viewSettings({ state, config }: AdminDeps) {
  return {
    adminPassword: { set: state.read().settings.adminPasswordHash !== undefined },
    adminToken: { set: config.admin.token !== undefined },
    traces: config.traces,
  };
}
