import { createHash } from 'node:crypto';
import type { ChatRequest, Message } from './chat.ts';

/** What a wire allows as a name or an id. */
export interface NameRule {
  /** Matches a whole name that is allowed. */
  readonly pattern: RegExp;
  readonly maxLength: number;
}

export interface ToolNames {
  toWire(name: string): string;
  /** The client's own name of what the upstream calls; a name that was never mapped stays. */
  fromWire(name: string): string;
}

/**
 * Names of tools that fit a wire, one to one. They depend on the request alone, so that the decoder of the
 * reply finds the same names again, and the same history gives the same bytes on every turn.
 */
export function createToolNames(request: ChatRequest, rule: NameRule): ToolNames {
  const names = new Set([
    ...request.tools.map(({ name }) => name),
    ...request.messages.flatMap(calledNames),
    ...(request.toolChoice?.names ?? []),
  ]);
  const toWire = new Map<string, string>();
  const fromWire = new Map<string, string>();
  const take = (name: string, wire: string): void => {
    toWire.set(name, wire);
    fromWire.set(wire, name);
  };
  // Those that fit keep their names; the others must not take one of them.
  for (const name of names) if (fits(name, rule)) take(name, name);
  for (const name of names) {
    if (toWire.has(name)) continue;
    let wire = replaced(name, rule);
    for (let again = 0; fromWire.has(wire); again++) wire = shortened(name, again, rule);
    take(name, wire);
  }
  return {
    toWire: (name) => toWire.get(name) ?? (fits(name, rule) ? name : replaced(name, rule)),
    fromWire: (name) => fromWire.get(name) ?? name,
  };
}

/** An id of a call that fits a wire: the same for the same id, and another for another. */
export function toolIdFor(id: string, rule: NameRule): string {
  if (fits(id, rule)) return id;
  return `${cleaned(id).slice(0, rule.maxLength - 7)}_${digest(id).slice(0, 6)}`;
}

function calledNames({ content }: Message): readonly string[] {
  return content.flatMap((part) => (part.type === 'tool-call' ? [part.name] : []));
}

function fits(name: string, { pattern, maxLength }: NameRule): boolean {
  return name.length <= maxLength && pattern.test(name);
}

function replaced(name: string, rule: NameRule): string {
  const clean = cleaned(name);
  return fits(clean, rule) ? clean : shortened(name, 0, rule);
}

/** A hash tells names apart that look the same without what had to go; `again` finds another one. */
function shortened(name: string, again: number, { maxLength }: NameRule): string {
  const hash = digest(again === 0 ? name : `${name}\0${again}`);
  return `${cleaned(name).slice(0, maxLength - 9)}_${hash.slice(0, 8)}`;
}

/** Letters, digits, `_` and `-` are allowed everywhere; some wires want a letter or `_` at the front. */
function cleaned(name: string): string {
  const clean = name.replaceAll(/[^A-Za-z0-9_-]/g, '_');
  return /^[A-Za-z_]/.test(clean) ? clean : `_${clean}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
