import { createHmac, randomUUID } from 'node:crypto';
import { encodeUrlPart, type HttpRequest, withoutSlash } from '@dragoman/plugin';
import type { Event } from './events.ts';

export type Channel =
  | {
      readonly type: 'webhook';
      readonly url: string;
      /** Signs the body: `x-dragoman-signature: sha256=…`. */
      readonly secret?: string;
    }
  | {
      readonly type: 'feishu';
      /** Of a custom bot. */
      readonly url: string;
      /** Of a bot whose messages are signed. */
      readonly secret?: string;
    }
  | {
      readonly type: 'matrix';
      /** `https://matrix.example.org` */
      readonly homeserver: string;
      /** `!abc:example.org` */
      readonly room: string;
      readonly token: string;
    };

export interface Message {
  readonly event: Event;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The request by which a channel learns of an event. */
export function requestFor(channel: Channel, message: Message): HttpRequest {
  switch (channel.type) {
    case 'webhook':
      return webhook(channel, message);
    case 'feishu':
      return feishu(channel, message);
    case 'matrix':
      return matrix(channel, message);
  }
}

/** Why a channel did not take a message; `undefined` when it did. */
export function refusalOf({ type }: Channel, status: number, body: string): string | undefined {
  if (status < 200 || status >= 300) return `status ${status}`;
  if (type !== 'feishu') return undefined;
  // Feishu refuses with status 200 and a code that is not 0.
  const code = /"(?:code|StatusCode)"\s*:\s*(\d+)/.exec(body)?.[1];
  return code === undefined || code === '0' ? undefined : `code ${code}`;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

function webhook(
  { url, secret }: Extract<Channel, { type: 'webhook' }>,
  { event, at }: Message,
): HttpRequest {
  const body = JSON.stringify({ ...event, at: new Date(at).toISOString() });
  const signature = secret && `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return {
    method: 'POST',
    url,
    headers: { ...JSON_TYPE, ...(signature && { 'x-dragoman-signature': signature }) },
    body,
  };
}

/** Source: Feishu's page on custom bots. The signature is an HMAC of nothing, keyed by time and secret. */
function feishu({ url, secret }: Extract<Channel, { type: 'feishu' }>, { event, at }: Message): HttpRequest {
  const timestamp = String(Math.floor(at / 1000));
  const sign = secret && createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
  const body = { ...(sign && { timestamp, sign }), msg_type: 'text', content: { text: event.text } };
  return { method: 'POST', url, headers: JSON_TYPE, body: JSON.stringify(body) };
}

/** Source: the Matrix client-server API, `PUT /rooms/{roomId}/send/{eventType}/{txnId}`. */
function matrix(
  { homeserver, room, token }: Extract<Channel, { type: 'matrix' }>,
  { event }: Message,
): HttpRequest {
  const path = `/_matrix/client/v3/rooms/${encodeUrlPart(room)}/send/m.room.message/${randomUUID()}`;
  return {
    method: 'PUT',
    url: withoutSlash(homeserver) + path,
    headers: { ...JSON_TYPE, authorization: `Bearer ${token}` },
    body: JSON.stringify({ msgtype: 'm.text', body: event.text }),
  };
}
