import { type ChatEvent, defined, type Framing, readCount, type Usage } from '@dragoman/plugin';
import type { PricedModel } from '../limits/prices.ts';
import { isText } from '../trace/capture.ts';
import type { ReplyTap } from '@dragoman/plugin/internal/transport/http';
import { BYTES_OF_MEDIA, contentBytes } from './content-bytes.ts';
import { ReplyTail } from './reply-tail.ts';
import { type CountAs, countJson, countPart, type Found, StreamCount } from './reply-count.ts';
import { BYTES_OF_TOKEN } from './text-tokens.ts';

/** How much of a reply's end is kept to find its usage. */
const TAIL_BYTES = 64 * 1024;

/** If no limit needs an exact count, a long stream is extrapolated from this much of its beginning. */
const SAMPLE_BYTES = 16 * 1024;

const NOTHING: Found = { bytes: 0, hasBegun: false };

/**
 * Counts what an upstream delivers in one call. Bytes are only kept, and decoded when a count is needed: if the upstream
 * reports its usage at the end, nothing is decoded.
 */
export class Meter implements ReplyTap {
  readonly priced: PricedModel;
  /** Whether limits depend on it. */
  readonly #isExact: boolean;
  /** Whether its end was seen. */
  isWhole = false;
  #as: CountAs | undefined;
  #framing: Framing | undefined;
  #headers: Readonly<Record<string, unknown>> | undefined;
  #body: Uint8Array | undefined;
  #tail: ReplyTail | undefined;
  #stream: StreamCount | undefined;
  /** What the reply begins with. */
  #start = '';
  #size = 0;
  #dropped = 0;
  #read = 0;
  #seen = 0;
  #hasBegun = false;
  #reported: Usage | undefined;
  #found: Found | undefined;

  constructor(priced: PricedModel, isExact: boolean) {
    this.priced = priced;
    this.#isExact = isExact;
  }

  /**
   * Sets how to decode the bytes, and how the client reads them if it wants a stream. Without it, the provider decodes
   * them, and they only count if cut off.
   */
  countAs(as: CountAs | undefined, framing?: Framing): void {
    this.#as = as;
    this.#framing = framing;
  }

  /** A new reply begins. Earlier ones of the same call were auxiliary requests of the provider. */
  wants(headers: Readonly<Record<string, unknown>>): boolean {
    this.#headers = headers;
    this.#tail = undefined;
    this.#size = 0;
    return true;
  }

  /** Takes the bytes of the reply. */
  push(chunk: Uint8Array): void {
    if (this.#size === 0) this.#start = firstLetter(chunk);
    this.#size += chunk.length;
    this.#tail ??= new ReplyTail(TAIL_BYTES);
    for (const dropped of this.#tail.push(chunk)) this.#drop(dropped);
  }

  #drop(chunk: Uint8Array): void {
    this.#dropped += chunk.length;
    if (!this.#isStream || (!this.#isExact && this.#read >= SAMPLE_BYTES)) return;
    this.#read += chunk.length;
    this.#openStream().push(chunk);
  }

  /** The last bytes, as text. */
  text(): string {
    return this.#tail?.bytes().toString('utf8') ?? '';
  }

  /** Counts an event that was decoded for the client. */
  observe(event: ChatEvent): void {
    this.#hasBegun = true;
    if (event.type === 'block-delta' && !this.#isExact) this.#seen += event.delta.length;
    else this.#seen += contentBytes(event);
    if ('usage' in event) this.report(event.usage);
  }

  /** Takes the usage that the upstream reported so far. */
  report(usage: Usage | undefined): void {
    if (usage) this.#reported = this.#reported ? { ...this.#reported, ...usage } : usage;
  }

  /** The reply is complete. `body` is all of it, if it was read at once. */
  end(body?: Uint8Array): void {
    this.isWhole = true;
    this.#body = body;
  }

  /** Whether the upstream reported the usage of the whole reply, so that nothing has to be decoded. */
  get isReported(): boolean {
    const usage = this.#reported;
    if (!this.isWhole || !usage || !(usage.input > 0)) return false;
    // Some servers report 0 for an answer, although only a rerank has none.
    return usage.output > 0 || (typeof this.#as !== 'object' && this.#seen === 0);
  }

  /** The usage of the call; `undefined` if the upstream did not begin to answer. */
  usage(inputOf: () => number): Usage | undefined {
    const reported = this.#reported && sound(this.#reported);
    if (this.isReported) return reported;
    const { bytes, hasBegun, usage } = (this.#found ??= this.#count());
    if (!hasBegun && !this.isWhole && !reported) return undefined;
    const begun = usage && sound(usage);
    return {
      ...begun,
      ...reported,
      input: reported?.input || begun?.input || inputOf(),
      output: Math.max(reported?.output ?? 0, begun?.output ?? 0, Math.ceil(bytes / BYTES_OF_TOKEN)),
      estimated: true,
    };
  }

  get #isJson(): boolean {
    return this.#start === '{' || this.#start === '[';
  }

  /** The framing of a stream of JSON: a reply may be one object or list all the same. */
  get #jsonFraming(): Framing | undefined {
    const expected = this.#framing === 'ndjson' ? '{' : '[';
    return this.#framing !== 'sse' && this.#start === expected ? this.#framing : undefined;
  }

  get #isStream(): boolean {
    if (this.#as === undefined) return false;
    if (this.#isJson) return this.#jsonFraming !== undefined;
    return this.#as !== 'text' || /^text\/event-stream\b/i.test(String(this.#headers?.['content-type']));
  }

  #openStream(): StreamCount {
    return (this.#stream ??= new StreamCount(this.#as ?? 'text', this.#jsonFraming ?? 'sse'));
  }

  #count(): Found {
    if (this.#hasBegun) return { bytes: this.#seen, hasBegun: true };
    if (this.#as === undefined) return this.#countUndecoded();
    if (this.#isStream) return this.#countStream();
    if (this.#as === 'text' && !isText(this.#headers ?? {})) return this.#all(BYTES_OF_MEDIA);
    if (!this.#isJson) return this.#as === 'text' ? this.#all(this.#size) : NOTHING;
    if (this.#body) return countJson(Buffer.from(this.#body).toString('utf8'), this.#as);
    if (this.#dropped === 0) return countJson(this.text(), this.#as);
    // JSON this long is an image or audio, unless it is a chat reply.
    return this.#all(this.#as === 'text' ? BYTES_OF_MEDIA : this.#size);
  }

  /** The provider decodes replies to events; only one that was cut off early yields none. */
  #countUndecoded(): Found {
    if (this.isWhole || !this.#isJson) return NOTHING;
    return this.#dropped > 0 ? this.#all(this.#size) : countPart(this.text());
  }

  #all(bytes: number): Found {
    return { bytes, hasBegun: this.#size > 0 };
  }

  #countStream(): Found {
    const stream = this.#openStream();
    const tail = this.#tail?.bytes() ?? Buffer.alloc(0);
    if (this.#isExact || this.#size <= SAMPLE_BYTES) return stream.end(tail, this.isWhole);
    const part = tail.subarray(0, Math.max(0, SAMPLE_BYTES - this.#read));
    stream.push(part);
    this.#read += part.length;
    const { found } = stream;
    return { ...found, bytes: (found.bytes * this.#size) / this.#read };
  }
}

function firstLetter(chunk: Uint8Array): string {
  return String.fromCharCode(chunk.find((byte) => byte > 0x20) ?? 0);
}

/** A usage with valid counts. */
function sound(usage: Usage): Usage {
  const { input, output, cacheRead, cacheWrite } = usage;
  const isSound = [input, output, cacheRead ?? 0, cacheWrite ?? 0].every(
    (count) => readCount(count) === count,
  );
  if (isSound) return usage;
  return defined({
    input: readCount(input) ?? 0,
    output: readCount(output) ?? 0,
    cacheRead: readCount(cacheRead),
    cacheWrite: readCount(cacheWrite),
  });
}
