import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  AttemptContext,
  Finding,
  HookContext,
  HookSetup,
  RawContext,
  ReplyContext,
} from '@dragoman/plugin';
import { createTestContext, type TestContext, type TestContextOptions } from './call-context.ts';

/** The context of one request as a hook sees it, which serves every method of the hook. */
export type AnyHookContext = AttemptContext & RawContext & ReplyContext;

export interface HookTest extends Omit<TestContext, 'context' | 'setup' | 'dropped'> {
  /** What a hook gets with a request. */
  readonly context: AnyHookContext;
  /** What it got when it was created. */
  readonly setup: HookSetup;
  /** What the hook noted. */
  readonly findings: readonly Finding[];
  /** The headers that it set. */
  readonly replyHeaders: Readonly<Record<string, string>>;
  /** The context of another request to the same hook; what it notes is listed here, too. */
  another(own?: Partial<HookContext>): AnyHookContext;
}

export interface HookTestOptions extends TestContextOptions {
  /** What is different in the context. */
  readonly context?: Partial<AnyHookContext>;
}

/** Makes what a hook gets, when it is created and with a request. */
export function createHookTest({ context: own, ...options }: HookTestOptions = {}): HookTest {
  const test = createTestContext(options);
  const findings: Finding[] = [];
  const replyHeaders: Record<string, string> = {};
  let folder: string | undefined;
  let requests = 0;
  const { caller, signal, log, http, capabilities } = test.context;
  const another = (changes: Partial<HookContext> = {}): AnyHookContext => {
    requests += 1;
    return {
      ...{ caller, signal, log, http },
      ...{ requestId: `req_test_${requests}`, model: 'mock-model', protocol: 'openai-chat' },
      ...{ headers: {}, state: new Map(), wire: 'openai-chat' },
      ...{
        upstream: 'mock',
        upstreamModel: 'mock-model',
        capabilities,
      },
      from: { upstream: 'mock', model: 'mock-model' },
      note: (finding) => void findings.push(finding),
      hold: () => () => {},
      replyHeader(name, value) {
        replyHeaders[name] = value;
      },
      ...changes,
    };
  };
  const { upstreamId: _, ...lasting } = test.setup;
  return {
    context: another(own),
    setup: {
      ...lasting,
      hookId: 'under-test',
      folder: () => (folder ??= mkdtempSync(join(tmpdir(), 'dragoman-hook-'))),
    },
    ...{ findings, replyHeaders, another },
    logged: test.logged,
    abort: test.abort,
    async close() {
      await test.close();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
