import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { type Upstream, useUpstreams } from './use-upstreams.ts';

export function UpstreamList() {
  const { data, error, mutate } = useUpstreams();
  if (!data && !error) return <Skeleton lines={2} />;
  return (
    <>
      {error && (
        <Notice kind="error" onRetry={() => void mutate()}>
          {data ? `This list is not up to date: ${error.message}` : error.message}
        </Notice>
      )}
      {data?.length === 0 && (
        <Notice kind="hint">
          No upstreams yet, so there are no models. Name one in <code>gateway.config.ts</code> or run{' '}
          <code>./dragoman upstreams add --help</code>.
        </Notice>
      )}
      {data && data.length > 0 && (
        <ul className="rows">
          {data.map((upstream) => (
            <UpstreamRow key={upstream.id} upstream={upstream} />
          ))}
        </ul>
      )}
    </>
  );
}

function UpstreamRow({ upstream }: { readonly upstream: Upstream }) {
  const { id, provider, origin, failure } = upstream;
  return (
    <li>
      <div className="row-main">
        <strong>{id}</strong>
        <span className="quiet">
          {provider} · {origin === 'file' ? 'from the config file' : 'added at run time'}
        </span>
        {failure !== null && <span className="row-failure">{failure}</span>}
      </div>
      <Status upstream={upstream} />
    </li>
  );
}

function Status({ upstream: { enabled, failure, knownModels } }: { readonly upstream: Upstream }) {
  if (!enabled) return <span className="status status-off">Disabled</span>;
  if (failure !== null) return <span className="status status-bad">Failing</span>;
  if (knownModels === null) return <span className="status status-off">Asking for models</span>;
  return (
    <span className="status status-good">
      {knownModels} {knownModels === 1 ? 'model' : 'models'}
    </span>
  );
}
