import { type ChatEvent, defined, type Usage } from '@dragoman/plugin';
import type { Answer } from './limit.ts';

interface Telling {
  readonly id: string;
  readonly model: string;
  /** Tokens of the prompt. */
  readonly input: number;
  /** Called before each delta. */
  readonly pause: () => Promise<void>;
}

/** Tells the choices of a reply as events, one after the other. */
export async function* tell(answers: readonly Answer[], telling: Telling): AsyncGenerator<ChatEvent> {
  const { id, model, input, pause } = telling;
  yield { type: 'start', id, model, usage: { input, output: 0 } };
  let index = 0;
  for (const [choice, { blocks }] of answers.entries()) {
    for (const { block, tokens } of blocks) {
      yield { type: 'block-start', index, block, ...(choice > 0 && { choice }) };
      for (const delta of tokens) {
        await pause();
        yield { type: 'block-delta', index, delta };
      }
      yield { type: 'block-end', index };
      index += 1;
    }
  }
  const [reason = 'stop', ...others] = answers.map((answer) => answer.reason);
  yield defined({
    type: 'finish' as const,
    reason,
    otherReasons: others.length > 0 ? others : undefined,
    stopSequence: answers[0]?.stopSequence,
    usage: countUsage(answers, input),
  });
}

function countUsage(answers: readonly Answer[], input: number): Usage {
  const blocks = answers.flatMap((answer) => answer.blocks);
  const count = (counted: typeof blocks): number =>
    counted.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const reasoning = blocks.filter(({ block }) => block.type === 'reasoning');
  return { input, output: count(blocks), ...(reasoning.length > 0 && { reasoning: count(reasoning) }) };
}
