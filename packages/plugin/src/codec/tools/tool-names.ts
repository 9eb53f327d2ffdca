import { createHash } from 'node:crypto';
import type { ChatRequest, Tool } from '../../canonical/chat.ts';
import { GatewayError } from '../../canonical/errors.ts';
import { defined } from '../../canonical/json.ts';

/** What a wire allows as a name or id. */
export interface NameRule {
  /** Matches a whole allowed name. */
  readonly pattern: RegExp;
  readonly maxLength: number;
}

/** A tool as the client knows it. */
export interface OriginalTool {
  readonly name: string;
  readonly namespace?: string;
  /** Whether it takes free text instead of JSON. */
  readonly isFreeform: boolean;
}

export interface ToolNames {
  toWire(name: string, namespace?: string): string;
  /** The client's tool for an upstream name; an unmapped name stays. */
  fromWire(name: string): OriginalTool;
}

interface KnownTool {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly isFreeform?: boolean;
}

/**
 * Tool names that fit a wire, one to one, prefixed with their namespace. They depend on the request alone, so that the
 * decoder of the reply derives the same names, and the same history gives the same bytes on every turn. Throws
 * `invalid` if two tools would get the same name.
 */
export function createToolNames(request: ChatRequest, rule: NameRule): ToolNames {
  const known = new Map<string, KnownTool>();
  for (const tool of knownTools(request)) {
    const name = qualified(tool.name, tool.namespace);
    const other = known.get(name);
    if (other && other.namespace !== tool.namespace) throw clash(name);
    if (!other) known.set(name, tool);
  }
  const toWire = new Map<string, string>();
  const fromWire = new Map<string, string>();
  const take = (name: string, wire: string): void => {
    toWire.set(name, wire);
    fromWire.set(wire, name);
  };
  // Names that fit are kept; the others must not clash with them.
  for (const name of known.keys()) if (fits(name, rule)) take(name, name);
  for (const name of known.keys()) {
    if (toWire.has(name)) continue;
    let wire = replaced(name, rule);
    for (let again = 0; fromWire.has(wire); again++) wire = shortened(name, again, rule);
    take(name, wire);
  }
  return {
    toWire(plain, namespace) {
      const name = qualified(plain, namespace);
      return toWire.get(name) ?? (fits(name, rule) ? name : replaced(name, rule));
    },
    fromWire(wire) {
      const { name, namespace, isFreeform = false } = known.get(fromWire.get(wire) ?? wire) ?? { name: wire };
      return defined({ name, namespace, isFreeform });
    },
  };
}

/** The tools that are offered, then those called before. */
function knownTools({ tools, messages }: ChatRequest): readonly KnownTool[] {
  return [
    ...tools.map((tool) =>
      tool.kind === 'hosted'
        ? { name: tool.name }
        : { name: tool.name, namespace: tool.namespace, isFreeform: tool.kind === 'freeform' },
    ),
    ...messages.flatMap(({ content }) =>
      content.flatMap((part) =>
        part.type === 'tool-call'
          ? [{ name: part.name, namespace: part.namespace, isFreeform: part.form === 'freeform' }]
          : [],
      ),
    ),
  ];
}

/** The first tool of each name, since clients may declare a name twice. */
export function firstOfNames(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const known = new Map<string, Tool>();
  for (const tool of tools) if (!known.has(tool.name)) known.set(tool.name, tool);
  return known;
}

function qualified(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}__${name}`;
}

function clash(name: string): GatewayError {
  const message = `Two tools would both be named ${JSON.stringify(name)} at the upstream.`;
  return new GatewayError('invalid', message, { field: 'tools' });
}

/** A call id that fits a wire: deterministic and unique. */
export function toolIdFor(id: string, rule: NameRule): string {
  if (fits(id, rule)) return id;
  return `${beginning(id, rule.maxLength - 7)}_${digest(id).slice(0, 6)}`;
}

function fits(name: string, { pattern, maxLength }: NameRule): boolean {
  return name.length <= maxLength && pattern.test(name);
}

function replaced(name: string, rule: NameRule): string {
  const clean = name.length > rule.maxLength ? name : cleaned(name);
  return fits(clean, rule) ? clean : shortened(name, 0, rule);
}

/** A hash distinguishes names that become the same when cleaned; `again` yields another one. */
function shortened(name: string, again: number, { maxLength }: NameRule): string {
  const hash = again === 0 ? digest(name) : digest(`${digest(name)}\0${again}`);
  return `${beginning(name, maxLength - 9)}_${hash.slice(0, 8)}`;
}

/** Cleans only as much of a name as is kept, since a client may send megabytes. */
function beginning(name: string, length: number): string {
  return cleaned(name.slice(0, length)).slice(0, length);
}

/** Letters, digits, `_` and `-` are allowed everywhere; some wires require a letter or `_` at the front. */
function cleaned(name: string): string {
  const clean = name.replaceAll(/[^A-Za-z0-9_-]/g, '_');
  return /^[A-Za-z_]/.test(clean) ? clean : `_${clean}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
