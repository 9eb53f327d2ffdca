import { CopyText } from '../../components/ui/copy-text.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { useAbout } from './use-about.ts';

/** What this gateway is, and the address that clients are given. */
export function AboutFacts() {
  const { data, error, mutate } = useAbout();
  if (!data && !error) return <Skeleton lines={4} />;
  if (!data) {
    return (
      <Notice kind="error" onRetry={() => void mutate()}>
        {error?.message}
      </Notice>
    );
  }
  const { name, version, node, baseUrl, configFile, plugins } = data;
  return (
    <dl className="facts">
      <dt>Name</dt>
      <dd>{name}</dd>
      <dt>Version</dt>
      <dd>
        {version} <span className="quiet">on Node {node}</span>
      </dd>
      <dt>Base URL</dt>
      <dd>
        <CopyText text={baseUrl} />
      </dd>
      {configFile !== null && (
        <>
          <dt>Config file</dt>
          <dd>
            <code>{configFile}</code>
          </dd>
        </>
      )}
      <dt>Plugins</dt>
      <dd>{plugins.map((plugin) => plugin.name).join(', ') || 'none'}</dd>
    </dl>
  );
}
