'use client';
import { type Upstream, useUpstreams } from './use-upstreams.ts';

/** The upstreams and how they are. */
export function UpstreamList() {
  const { data, error } = useUpstreams();
  if (error) return <p role="alert">{error.message}</p>;
  if (!data) return <p className="quiet">Loading…</p>;
  if (data.length === 0) return <p className="quiet">There are none yet. Add one in gateway.config.ts.</p>;
  return (
    <ul className="rows">
      {data.map((upstream) => (
        <li key={upstream.id}>
          <span>
            <strong>{upstream.id}</strong> <span className="quiet">{upstream.provider}</span>
          </span>
          <State upstream={upstream} />
        </li>
      ))}
    </ul>
  );
}

function State({ upstream: { enabled, failure, knownModels } }: { readonly upstream: Upstream }) {
  if (!enabled) return <span className="quiet">disabled</span>;
  if (failure) return <span className="bad">{failure}</span>;
  return <span className="good">{knownModels === null ? 'asking…' : `${knownModels} models`}</span>;
}
