import {
  FINDING_ACTIONS,
  type HookFinding,
  type HookPhase,
  type HookRecord,
} from '@dragoman/plugin/internal/canonical/trace-record';
import { redactValues } from '@dragoman/plugin/internal/http-provider/upstream-error';
import type { RequestRecord } from '../../routing/request-record.ts';
import type { Secrets } from '@dragoman/plugin/internal/text/secret-texts';
import { type Change, changesOf } from './changes.ts';

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** More add nothing, and all of them are stored. */
const MAX_FINDINGS = 100;
/** Of the name of a rule and of its detail, in characters. */
const MAX_RULE = 100;
const MAX_DETAIL = 500;

const KNOWN_ACTIONS: ReadonlySet<unknown> = new Set(FINDING_ACTIONS);

export interface Noted {
  readonly record: RequestRecord;
  readonly hook: string;
  readonly phase: HookPhase;
  readonly isShadow: boolean;
  readonly attempt: number | undefined;
  readonly secrets: Secrets;
}

/** Records one call of a hook while it runs. */
export class HookDiary {
  readonly #record: Writable<HookRecord>;
  readonly #findings: HookFinding[] = [];
  readonly #noted: Noted;

  constructor(noted: Noted) {
    const { record, hook, phase, isShadow, attempt } = noted;
    this.#noted = noted;
    this.#record = {
      ...{ hook, phase, action: 'pass', ms: 0 },
      ...(attempt !== undefined && { attempt }),
      ...(isShadow && { isShadow }),
    };
    (record.hooks ??= []).push(this.#record);
  }

  /** Takes a finding, whose fields may be anything. */
  note(given: unknown): void {
    if (this.#findings.length >= MAX_FINDINGS) return;
    const { rule, action, detail } = (given ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof rule !== 'string' || !KNOWN_ACTIONS.has(action)) return;
    this.#findings.push({
      rule: this.#text(rule, MAX_RULE),
      action: action as HookFinding['action'],
      ...(typeof detail === 'string' && { detail: this.#text(detail, MAX_DETAIL) }),
    });
    this.#record.findings = this.#findings;
  }

  /** Notes what differs in the request that the hook returned. */
  changed(before: unknown, after: unknown): void {
    if (before === after) return;
    this.#record.action = 'change';
    const changes = changesOf(before, after);
    this.#record.changed = changes.map(({ path }) => path);
    this.#noted.record.capture?.changed(changes.map((change) => this.#captured(change)));
  }

  /** The hook changed a reply. */
  replyChanged(): void {
    if (this.#record.action === 'pass') this.#record.action = 'change';
  }

  answered(): void {
    this.#record.action = 'answer';
  }

  /** What the hook's answer spared, in US dollars. */
  saved(cost: number): void {
    this.#record.saved = cost;
  }

  refused(): void {
    this.#record.action = 'refuse';
  }

  failed(reason: string): void {
    this.#record.action = 'error';
    this.#record.error = this.#text(reason, MAX_DETAIL);
  }

  /** How long the hook has worked, in milliseconds. */
  took(ms: number): void {
    this.#record.ms = ms;
  }

  #captured(change: Change) {
    const { hook, phase, attempt } = this.#record;
    return { hook, phase, ...(attempt !== undefined && { attempt }), ...change };
  }

  #text(text: string, length: number): string {
    return redactValues(text.slice(0, length).toWellFormed(), this.#noted.secrets.values);
  }
}
