import { refuse, type TextMapper } from '@dragoman/plugin';
import type { Findings } from './findings.ts';
import { createJsonMasker } from './masking/mask-json.ts';
import { createTextMasker } from './masking/mask-text.ts';
import type { Placeholders } from './masking/placeholders.ts';
import type { Place } from './options.ts';
import type { Rule } from './rules.ts';

/** How a text is written: as it is, or as JSON, of which the strings are looked at. */
export type Form = 'text' | 'json';

/** What looks at the texts of one request. */
export interface Inspection {
  readonly rules: readonly Rule[];
  /** Elsewhere, texts are let alone. */
  readonly places: readonly Place[];
  readonly placeholders: Placeholders;
  readonly findings: Findings;
  /** Whether what is masked here is put back in the reply. */
  readonly isRestorable: boolean;
}

/** For texts at which nobody looks. */
const UNTOUCHED: TextMapper = { push: (text) => text, end: () => '' };

/** Looks at a text at a place, and masks what is to be masked. It throws where the text is refused. */
export function createMasker(inspection: Inspection, place: Place, form: Form): TextMapper {
  const { rules, places, placeholders, findings, isRestorable } = inspection;
  const wanted = rules.filter(({ action }) => action !== 'pass');
  if (wanted.length === 0 || !places.includes(place)) return UNTOUCHED;
  const create = form === 'json' ? createJsonMasker<Rule> : createTextMasker<Rule>;
  return create(wanted, (match, rule) => {
    findings.add(rule, place);
    if (rule.action === 'refuse') refuseFor(rule.rule, place);
    return placeholders.mask(match, rule.label, isRestorable);
  });
}

/** Looks at a text and only notes what it finds. What it returns is of no use. */
export function createWatcher({ rules, places, findings }: Inspection, place: Place, form: Form): TextMapper {
  const wanted = rules.filter(({ action }) => action === 'pass');
  if (wanted.length === 0 || !places.includes(place)) return UNTOUCHED;
  const create = form === 'json' ? createJsonMasker<Rule> : createTextMasker<Rule>;
  return create(wanted, (_match, rule) => {
    findings.add(rule, place);
    return '';
  });
}

const SUBJECTS: Readonly<Record<Place, string>> = {
  system: 'The system message contains',
  messages: 'The conversation contains',
  'tool-results': 'A tool result contains',
  'tool-arguments': 'The arguments of a tool call contain',
  reply: 'The reply contains',
  'reply-arguments': 'The arguments of a tool call in the reply contain',
};

function refuseFor(rule: string, place: Place): never {
  refuse(`${SUBJECTS[place]} what the rule "${rule}" of this gateway does not allow.`, 'content_refused');
}
