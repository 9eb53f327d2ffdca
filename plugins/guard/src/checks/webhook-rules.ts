import { refuse } from '@dragoman/plugin';
import { literals } from '../detectors/literals.ts';
import type { Findings } from '../findings.ts';
import type { Rule } from '../rules.ts';
import type { WebhookVerdict } from './webhook.ts';

const RULE = 'webhook';

/** What a verdict wants masked, as rules. It throws for a refusal. */
export function rulesOf(
  verdict: WebhookVerdict,
  place: 'request' | 'reply',
  findings: Findings,
): readonly Rule[] {
  switch (verdict.action) {
    case 'allow':
      return [];
    case 'refuse':
      findings.add({ rule: RULE, action: 'refuse' }, place);
      return refuse(verdict.message ?? `This gateway does not allow the ${place}.`, 'content_refused');
    case 'mask': {
      const byLabel = Map.groupBy(verdict.values, ({ label }) => label);
      return [...byLabel].map(([label, values]) => ({
        ...literals(
          values.map(({ value }) => value),
          { rule: RULE, label },
        ),
        action: 'mask',
      }));
    }
  }
}
