import { Panel } from '../components/ui/panel.tsx';
import { AboutFacts } from './about/about-facts.tsx';
import { UpstreamList } from './upstreams/upstream-list.tsx';

export function Overview() {
  return (
    <div className="stack">
      <h1>Gateway</h1>
      <Panel title="About">
        <AboutFacts />
      </Panel>
      <Panel title="Upstreams">
        <UpstreamList />
      </Panel>
    </div>
  );
}
