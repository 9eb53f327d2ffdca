import type { Prompt } from './prompt.ts';

/** What a link or a preset holds: no key, no answer. */
export interface Saved {
  readonly prompt: Prompt;
  readonly models: readonly string[];
}

/** What was run in this browser, the latest first. */
export interface PastRun extends Saved {
  /** Milliseconds since 1970. */
  readonly at: number;
}

export const MAX_PAST = 20;

/** Longer pictures would not fit in an address. */
const MAX_IMAGE = 32 * 1024;

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();
}

/** Large pictures fit neither in an address nor in what a browser keeps. */
export function withoutImages({ prompt, models }: Saved): Saved {
  const messages = prompt.messages.map((message) =>
    message.role === 'user'
      ? { ...message, images: message.images.filter((image) => image.length < MAX_IMAGE) }
      : message,
  );
  return { prompt: { ...prompt, messages }, models };
}

/** A fragment for the address: it never reaches a server, nor its logs. */
export async function toFragment(saved: Saved): Promise<string> {
  const text = JSON.stringify(withoutImages(saved));
  const packed = new Uint8Array(
    await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw')),
  );
  let binary = '';
  for (const byte of packed) binary += String.fromCodePoint(byte);
  return `p=${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** `undefined` where the fragment is none of ours. */
export async function fromFragment(fragment: string): Promise<Saved | undefined> {
  const text = new URLSearchParams(fragment.replace(/^#/, '')).get('p');
  if (text === null) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (letter) => letter.codePointAt(0) ?? 0);
    return JSON.parse(
      new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw'))),
    ) as Saved;
  } catch {
    return undefined;
  }
}
