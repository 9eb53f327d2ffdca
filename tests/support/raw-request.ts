import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface RawRequestInput {
  readonly method?: string;
  /** Sent as it is; `fetch` would resolve dots and encode. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends a request whose path stays as it is written. */
export async function sendRaw(
  url: string,
  { method = 'POST', path, headers = {}, body }: RawRequestInput,
): Promise<RawReply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: { ...headers } }, (response) => {
      text(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }),
        reject,
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
