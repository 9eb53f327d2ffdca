/** Chunks of text in each streamed reply. */
export const CHUNKS = 200;

/** A request of about 1 KB. */
const request = {
  model: 'bench',
  messages: [{ role: 'user', content: 'y'.repeat(900) }],
  temperature: 0.5,
};

/** One kind of load, and how much of it makes a round. */
export interface Scenario {
  readonly name: string;
  /** Which of the gateways serves it. */
  readonly way: 'passed through' | 'translated';
  readonly isStream: boolean;
  readonly body: string;
  readonly connections: number;
  readonly requests: number;
}

const whole = { isStream: false, body: JSON.stringify(request), connections: 32, requests: 6000 };
const stream = {
  isStream: true,
  body: JSON.stringify({ stream: true, ...request }),
  connections: 8,
  requests: 100,
};

export const SCENARIOS: readonly Scenario[] = [
  { name: '1 KB, passed through', way: 'passed through', ...whole },
  { name: '1 KB, translated', way: 'translated', ...whole },
  { name: `stream of ${CHUNKS}, passed through`, way: 'passed through', ...stream },
  { name: `stream of ${CHUNKS}, translated`, way: 'translated', ...stream },
];
