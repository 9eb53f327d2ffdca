import type { ChatRequest, HookContext } from '@dragoman/plugin';
import { checkSize } from './checks/size.ts';
import { askWebhook, webhookOf, type WebhookText } from './checks/webhook.ts';
import { rulesOf } from './checks/webhook-rules.ts';
import { Findings } from './findings.ts';
import { mapWhole } from './masking/mask-text.ts';
import { Placeholders } from './masking/placeholders.ts';
import { PLACES } from './options.ts';
import { mapRequest, type TextPlace } from './request-texts.ts';
import type { GuardSettings } from './rules.ts';
import { createMasker, createWatcher, type Inspection } from './texts.ts';

/** What the guard knows of a request when its reply comes. */
interface Memory {
  readonly placeholders: Placeholders;
  /** Whether the client has asked for JSON as text. */
  readonly wantsJson: boolean;
}

const MEMORY = Symbol('memory of the request');

export function memoryOf({ state }: Pick<HookContext, 'state'>): Memory {
  return (state.get(MEMORY) as Memory | undefined) ?? { placeholders: new Placeholders(), wantsJson: false };
}

/** Looks at a request, and masks what is to be masked. */
export async function guardRequest(
  request: ChatRequest,
  on: Pick<HookContext, 'http' | 'model' | 'note' | 'protocol' | 'requestId' | 'state'>,
  { options, rules }: GuardSettings,
): Promise<ChatRequest> {
  const { places, restore, webhookUrl, webhookOn } = options;
  const findings = new Findings();
  const placeholders = new Placeholders();
  const wantsJson = request.output !== undefined && request.output.type !== 'text';
  on.state.set(MEMORY, { placeholders, wantsJson } satisfies Memory);
  const inspection: Inspection = { rules, places, placeholders, findings, isRestorable: restore };
  try {
    const texts = textsOf(request);
    for (const { text, role } of texts) {
      // Without putting back, what an earlier reply says of a placeholder is about the same value as now.
      if (restore || role !== 'assistant') placeholders.reserve(text);
    }
    checkSize(texts, options, findings);
    const guarded = maskRequest(request, inspection);
    if (webhookUrl === undefined || webhookOn === 'replies') return guarded;
    const { requestId, protocol, model } = on;
    const question = { phase: 'request', requestId, protocol, model, texts: textsOf(guarded) } as const;
    const verdict = await askWebhook(question, webhookOf(options), on.http);
    const wanted = rulesOf(verdict, 'request', findings);
    return maskRequest(guarded, { ...inspection, rules: wanted, places: PLACES });
  } finally {
    findings.report(on);
  }
}

/** The request as it was if nothing is masked. */
function maskRequest(request: ChatRequest, inspection: Inspection): ChatRequest {
  if (inspection.rules.length === 0) return request;
  let isChanged = false;
  const masked = mapRequest(request, (text, { place, form }: TextPlace) => {
    mapWhole(createWatcher(inspection, place, form), text);
    const masked = mapWhole(createMasker(inspection, place, form), text);
    isChanged ||= masked !== text;
    return masked;
  });
  return isChanged ? masked : request;
}

function textsOf(request: ChatRequest): readonly WebhookText[] {
  const texts: WebhookText[] = [];
  mapRequest(request, (text, { place, role }) => {
    texts.push({ place, role, text });
    return text;
  });
  return texts;
}
