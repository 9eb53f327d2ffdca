import { BrandMark } from './brand.tsx';

/** What the gateway is for, in one line. */
export function FlowPicture() {
  return (
    <div className="flow" role="img" aria-label="Clients talk to Dragoman, Dragoman talks to upstreams">
      <span className="flow-end">Clients</span>
      <span className="flow-line" />
      <BrandMark size={48} />
      <span className="flow-line" />
      <span className="flow-end">Upstreams</span>
    </div>
  );
}
