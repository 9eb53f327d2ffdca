/** Chunks of text in each streamed reply. */
export const CHUNKS = 500;

/** The models of the mock upstream: what a client asks for decides how fast the reply is written. */
export const MODELS = {
  /** As fast as its reader takes it: the most that can go through. */
  fast: 'bench-fast',
  /** A chunk at a time with a pause after each, as from a model: every chunk is read and written on its own. */
  paced: 'bench-paced',
} as const;

/** The same models at an upstream that speaks Anthropic's protocol. */
export const CLAUDE = { fast: 'bench-claude-fast', paced: 'bench-claude-paced' } as const;

/** How long the paced model is silent after each chunk. */
export const PACE_MS = 2;

/** The gateways that are measured, by what becomes of a request in them. */
export const GATEWAYS = {
  /** The upstream speaks the client's protocol, and the bytes pass. */
  passing: { passThrough: true },
  /** Decoded and encoded again, as between two protocols. */
  translating: { passThrough: false },
  /** As `passing`, with all that passes recorded, and metrics. */
  recording: { passThrough: true },
  /** As `passing`, with requests recorded without their bodies, and metrics: how a gateway is unless told otherwise. */
  noting: { passThrough: true },
  /** As `passing`, beside many other upstreams and models. */
  crowded: { passThrough: true },
  /** As `passing`, by one of many upstreams that serve the same model. */
  pooled: { passThrough: true },
  /** As `passing`, with a hook for the requests of other keys. */
  unhooked: { passThrough: true },
  /** With a hook that looks for personal data in each request and reply. */
  guarded: { passThrough: true },
} as const;

/** How many upstreams there are besides, and how many models each of them serves. */
export const CROWD = { upstreams: 199, models: 10 } as const;

/** One kind of load. A new one is a new row below. */
export interface Scenario {
  readonly name: string;
  readonly gateway: keyof typeof GATEWAYS;
  /** Whether earlier versions have no such gateway: it is always measured beside another of this one. */
  readonly isNew?: boolean;
  /** The gateway that it is measured beside; else that is the bare proxy. */
  readonly beside?: keyof typeof GATEWAYS;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  /** The first requests run on code that is not yet compiled: some fifty thousand of 1 KB have to go by. */
  readonly warmUpSeconds: number;
  /** Events that a whole reply has at least; 0 for JSON. */
  readonly leastEvents: number;
  /** How long a process has to be at rest before its processor time is read: what it puts off counts, too. */
  readonly restMs?: number;
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
  warmUpSeconds: 12,
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

/** A client of Anthropic's protocol on an upstream of OpenAI's. */
function fromClaude(load: typeof stream): typeof stream {
  return { ...load, path: '/v1/messages', body: JSON.stringify({ ...parse(load), max_tokens: 1000 }) };
}

/** A client of OpenAI's protocol on an upstream of Anthropic's. */
function toClaude(load: typeof stream, model: string): typeof stream {
  return { ...load, body: JSON.stringify({ ...parse(load), model }) };
}

function parse({ body }: { readonly body: string }): object {
  return JSON.parse(body) as object;
}

/** Traces are safe after half a second. */
const noted = { gateway: 'noting', beside: 'passing', restMs: 700 } as const;
const recorded = { ...noted, gateway: 'recording', aim: 1.25 } as const;

const unhooked = { gateway: 'unhooked', beside: 'passing', isNew: true } as const;
const guarded = { gateway: 'guarded', beside: 'translating', isNew: true } as const;

export const SCENARIOS: readonly Scenario[] = [
  { name: '1 KB, passed through', gateway: 'passing', ...whole, aim: 1.6 },
  { name: '1 KB, recorded, beside unrecorded', ...recorded, ...whole },
  { name: '1 KB, without bodies, beside unrecorded', ...noted, ...whole },
  { name: '1 KB, among 200 upstreams and 2,000 models', gateway: 'crowded', ...whole },
  { name: '1 KB, by a pool of 200 upstreams', gateway: 'pooled', ...whole },
  { name: '1 KB, translated', gateway: 'translating', ...whole },
  { name: '1 KB, a hook for other keys, beside none', ...unhooked, ...whole },
  { name: '1 KB, guarded, beside translated', ...guarded, ...whole },
  { name: 'stream at full speed, passed through', gateway: 'passing', ...stream, aim: 1.5 },
  { name: 'stream at full speed, recorded, beside not', ...recorded, ...stream },
  { name: 'stream at a pace, recorded, beside not', ...recorded, ...paced },
  { name: 'stream at full speed, translated', gateway: 'translating', ...stream },
  { name: 'stream at full speed, a hook for other keys, beside none', ...unhooked, ...stream },
  { name: 'stream at full speed, guarded, beside translated', ...guarded, ...stream },
  { name: 'stream at a pace, passed through', gateway: 'passing', ...paced, aim: 1.5 },
  { name: 'stream at a pace, translated', gateway: 'translating', ...paced },
  { name: 'stream at full speed, Anthropic to OpenAI', gateway: 'passing', ...fromClaude(stream) },
  { name: 'stream at full speed, OpenAI to Anthropic', gateway: 'passing', ...toClaude(stream, CLAUDE.fast) },
  { name: 'stream at a pace, Anthropic to OpenAI', gateway: 'passing', ...fromClaude(paced) },
  { name: 'stream at a pace, OpenAI to Anthropic', gateway: 'passing', ...toClaude(paced, CLAUDE.paced) },
];
