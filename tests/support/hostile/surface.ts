import type { Tree } from './json-tree.ts';

/** What an attacker knows of the gateway: its keys, its names, and what it has handed out. */
export interface Surface {
  readonly keys: {
    /** May do everything. */
    readonly full: string;
    /** May use one model of one upstream. */
    readonly scoped: string;
    /** Has small limits, which it soon reaches. */
    readonly limited: string;
    /** Has threads with a memory. */
    readonly remembering: string;
    readonly expired: string;
  };
  readonly adminToken: string;
  /** The cookie of somebody who is signed in. */
  readonly cookie: string;
  /** Things that requests may change and remove. */
  readonly ids: {
    readonly key: readonly string[];
    readonly upstream: readonly string[];
    readonly alias: readonly string[];
    readonly trace: readonly string[];
    readonly response: readonly string[];
  };
  /** The OpenAPI document of the admin API. */
  readonly admin: AdminDocument;
  /** Files of the console, such as `console/index.html`. */
  readonly consoleFiles: readonly string[];
}

export interface AdminDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, AdminOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Tree>> };
}

export interface AdminOperation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query';
    readonly schema: Tree;
  }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Tree } } };
}

/** Models whose upstreams answer well whatever they are asked. */
export const GOOD_MODELS = [
  'echo',
  'echo-reasoning',
  'gpt-good',
  'responses-good',
  'claude-good',
  'gemini-2.0-good',
  'gemini-3-good',
  'alias-good',
] as const;

/** Models whose upstreams fail in every way; a name with this word may be answered with 502, 503, 504 or 529. */
export const BAD_MODELS = ['gpt-bad', 'claude-bad', 'gemini-bad', 'alias-bad'] as const;

export const EMBEDDING_MODELS = ['echo', 'embed-good', 'gemini-3-good'] as const;
