'use client';

import { useTranslations } from 'use-intl';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { AuditPanel } from './audit-panel.tsx';
import { Facts } from './facts.tsx';
import { PluginsPanel } from './plugins-panel.tsx';
import { PasswordForm } from './password-form.tsx';
import { RecordingFacts } from './recording-facts.tsx';
import { SignIns } from './sign-ins.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';

export function SettingsPage() {
  const t = useTranslations('settings');
  const about = useAdmin('GET /about');
  const settings = useAdmin('GET /settings');
  return (
    <div className="grid gap-4">
      <h1 className="text-2xl font-semibold">{t('title')}</h1>
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel title={t('recording')}>
          <Loaded of={settings}>{({ traces }) => <RecordingFacts traces={traces} />}</Loaded>
        </Panel>
        <Panel title={t('password')}>
          <Loaded of={settings}>
            {({ adminPassword, adminToken }) => (
              <div className="grid gap-4">
                {adminPassword.fromEnvironment ? (
                  <Notice kind="hint">{t('passwordFromEnvironment')}</Notice>
                ) : (
                  <PasswordForm isSet={adminPassword.set} />
                )}
                <p className="text-sm text-quiet">{adminToken.set ? t('tokenSet') : t('tokenUnset')}</p>
              </div>
            )}
          </Loaded>
        </Panel>
      </div>
      <SignIns />
      <AuditPanel />
      <PluginsPanel />
      <Panel title={t('about')}>
        <Loaded of={about}>
          {({ name, version, node, baseUrl, configFile, pluginApi }) => (
            <Facts
              facts={[
                [t('version'), `${name} ${version} · Node ${node}`],
                [t('pluginApi'), String(pluginApi)],
                [
                  t('baseUrl'),
                  <code key="url" className="font-mono text-sm">
                    {baseUrl}
                  </code>,
                ],
                [
                  t('configFile'),
                  <code key="file" className="font-mono text-sm">
                    {configFile ?? '–'}
                  </code>,
                ],
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </div>
  );
}
