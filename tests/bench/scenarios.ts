/** Chunks of text in each streamed reply. */
export const CHUNKS = 200;

/** The models of the mock upstream: what a client asks for decides how fast the reply is written. */
export const MODELS = {
  /** As fast as its reader takes it: the most that can go through. */
  fast: 'bench-fast',
  /** A chunk at a time with a pause after each, as from a model: every chunk is read and written on its own. */
  paced: 'bench-paced',
} as const;

/** How long the paced model is silent after each chunk. */
export const PACE_MS = 2;

/** The gateways that are measured, by what becomes of a request in them. */
export const GATEWAYS = {
  /** The upstream speaks the client's protocol, and the bytes pass. */
  passing: { passThrough: true },
  /** Decoded and encoded again, as between two protocols. */
  translating: { passThrough: false },
} as const;

/** One kind of load. A new one is a new row below. */
export interface Scenario {
  readonly name: string;
  readonly gateway: keyof typeof GATEWAYS;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  /** The first requests run on code that is not yet compiled: some twenty thousand of 1 KB have to go by. */
  readonly warmUpSeconds: number;
  /** Events that a whole reply has at least; 0 for JSON. */
  readonly leastEvents: number;
  /** The ratio of processor time that the project aims at. */
  readonly aim?: number;
}

/** About 1 KB. */
const request = {
  model: MODELS.fast,
  messages: [{ role: 'user', content: 'y'.repeat(900) }],
  temperature: 0.5,
};

const whole = {
  path: '/v1/chat/completions',
  body: JSON.stringify(request),
  connections: 32,
  warmUpSeconds: 5,
  leastEvents: 0,
};

const stream = {
  path: '/v1/chat/completions',
  body: JSON.stringify({ ...request, stream: true }),
  connections: 8,
  warmUpSeconds: 0.8,
  leastEvents: CHUNKS,
};

const paced = {
  ...stream,
  body: JSON.stringify({ ...request, model: MODELS.paced, stream: true }),
  connections: 32,
};

export const SCENARIOS: readonly Scenario[] = [
  { name: '1 KB, passed through', gateway: 'passing', ...whole, aim: 1.6 },
  { name: '1 KB, translated', gateway: 'translating', ...whole },
  { name: 'stream at full speed, passed through', gateway: 'passing', ...stream, aim: 1.5 },
  { name: 'stream at full speed, translated', gateway: 'translating', ...stream },
  { name: 'stream at a pace, passed through', gateway: 'passing', ...paced, aim: 1.5 },
  { name: 'stream at a pace, translated', gateway: 'translating', ...paced },
];
