import {
  type CallContext,
  type ChatEvent,
  type ChatRequest,
  defineProvider,
  GatewayError,
  type ReasoningPreference,
} from '@dragoman/plugin';
import { z } from 'zod';
import { compose } from './compose.ts';
import { embedInputs } from './embed.ts';
import { breakOff, fail } from './fail.ts';
import { limitAnswer } from './limit.ts';
import { findModel, listModels } from './models.ts';
import { pause } from './pause.ts';
import { tell } from './tell.ts';
import { countTokens } from './tokens.ts';

const MAX_CHOICES = 128;
/** Of all choices together, in characters: an echo of the largest request would hold up everyone else. */
const MAX_LENGTH = 1_000_000;

const options = z.strictObject({
  delayMs: z.int().min(0).max(60_000).default(20).meta({
    title: 'Delay',
    description: 'Milliseconds before each word of a reply.',
  }),
});

type Options = z.output<typeof options>;

/** Answers with what it was asked. Needs no network and no key. */
export const echoProvider = defineProvider({
  name: 'echo',
  title: 'Echo',
  description: 'Echoes the prompt, calls tools, and fails on request. Needs no network and no key.',
  options,
  price: { input: 0, output: 0 },
  create: ({ delayMs }: Options) => ({
    chat: (request, context) => chat(request, context, delayMs),
    models: async () => listModels(),
    async embed(request, { signal }) {
      const { failure } = findModel(request.model);
      if (failure) await fail(failure, signal);
      return embedInputs(request);
    },
  }),
});

async function* chat(request: ChatRequest, context: CallContext, delayMs: number): AsyncGenerator<ChatEvent> {
  const { signal, requestId } = context;
  const model = findModel(request.model);
  reportDropped(request, context);
  const reasons = model.reasons === true || wantsReasoning(request.reasoning);
  const choices = readCount(request);
  const answers = compose(request, { reasons, choices }).map((draft) =>
    limitAnswer(draft, { ...request, maxLength: Math.floor(MAX_LENGTH / choices) }),
  );
  const events = tell(answers, {
    id: `echo-${requestId}`,
    model: request.model,
    input: countPrompt(request),
    pause: () => pause(delayMs, signal),
  });
  yield* model.failure ? breakOff(events, model.failure, signal) : events;
}

function readCount({ sampling: { count = 1 } }: ChatRequest): number {
  if (Number.isInteger(count) && count >= 1 && count <= MAX_CHOICES) return count;
  const message = `The number of choices must be an integer from 1 to ${MAX_CHOICES}.`;
  throw new GatewayError('invalid', message, { field: 'sampling.count' });
}

function wantsReasoning({ effort, budgetTokens, adaptive, off, show }: ReasoningPreference): boolean {
  if (off || show === 'none' || effort === 'none' || budgetTokens === 0) return false;
  return effort !== undefined || budgetTokens !== undefined || adaptive === true;
}

/** Says what of the request had no effect, as every provider must. */
function reportDropped({ sampling, tools }: ChatRequest, context: CallContext): void {
  if (sampling.logprobs) context.drop('sampling.logprobs', 'An echo is certain of every word.');
  for (const [index, tool] of tools.entries()) {
    if (tool.kind === 'hosted') context.drop(`tools[${index}]`, 'An echo has no tools of its own.');
  }
}

function countPrompt({ system, messages }: ChatRequest): number {
  const texts = [...system, ...messages].flatMap(({ content }) =>
    content.flatMap((part) => {
      if (part.type === 'tool-call') return part.arguments;
      if (part.type === 'tool-result')
        return part.content.flatMap((inner) => ('text' in inner ? inner.text : []));
      return 'text' in part ? part.text : [];
    }),
  );
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}
