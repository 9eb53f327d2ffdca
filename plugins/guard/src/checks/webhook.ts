import { createHmac } from 'node:crypto';
import { type HttpClient, type HttpReply, parseJson } from '@dragoman/plugin';
import { z } from 'zod';
import type { GuardOptions } from '../options.ts';

/** A text of a request or a reply, as the webhook sees it. */
export interface WebhookText {
  readonly place: string;
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
}

export interface WebhookQuestion {
  readonly phase: 'request' | 'reply';
  readonly requestId: string;
  readonly protocol: string;
  readonly model: string;
  readonly texts: readonly WebhookText[];
}

/** In characters, of all values together. */
const MOST_MASKED = 100_000;

const verdict = z.discriminatedUnion('action', [
  z.object({ action: z.literal('allow') }),
  z.object({ action: z.literal('refuse'), message: z.string().max(1_000).optional() }),
  z.object({
    action: z.literal('mask'),
    values: z
      .array(
        z.object({
          value: z.string().min(1).max(10_000),
          label: z
            .string()
            .regex(/^[A-Z][A-Z0-9_]{0,39}$/)
            .default('MASKED'),
        }),
      )
      .max(1_000)
      .refine((values) => values.reduce((sum, { value }) => sum + value.length, 0) <= MOST_MASKED),
  }),
]);

export type WebhookVerdict = z.output<typeof verdict>;

interface Webhook {
  readonly url: string;
  readonly secret: string | undefined;
  readonly timeoutMs: number;
}

export function webhookOf({ webhookUrl = '', webhookSecret, webhookTimeoutMs }: GuardOptions): Webhook {
  return { url: webhookUrl, secret: webhookSecret, timeoutMs: webhookTimeoutMs };
}

const MOST_BYTES = 4_000_000;

/** Asks the webhook. Throws if it does not answer in time, or not as it should. */
export async function askWebhook(
  question: WebhookQuestion,
  { url, secret, timeoutMs }: Webhook,
  http: HttpClient,
): Promise<WebhookVerdict> {
  const body = JSON.stringify(question);
  const signature = secret && `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...(signature && { 'x-dragoman-signature': signature }),
  };
  const asked = http.send({ method: 'POST', url, headers, body });
  const answered = readAnswer(asked);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`The webhook has not answered within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  try {
    return await Promise.race([answered, late]);
  } catch (error) {
    // Whatever still comes is of no use.
    void asked.then(({ body }) => body.destroy()).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function readAnswer(asked: Promise<HttpReply>): Promise<WebhookVerdict> {
  const { status, body } = await asked;
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_BYTES) throw new Error('The webhook has answered too much.');
  }
  if (status !== 200) throw new Error(`The webhook has answered with status ${status}.`);
  const answer = verdict.safeParse(parseJson(Buffer.concat(pieces).toString('utf8')));
  if (!answer.success) throw new Error('The webhook has answered what is not in its contract.');
  return answer.data;
}
