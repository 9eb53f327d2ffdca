import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome, IMPORTS, type ReadyGateway, readyGateway } from '../support/cli.ts';

const NAME = 'nope\u001b]0;pwned\u0007\u001b[31m\nFAKE LINE\r\u009b1m\u202eevil\u200b\ufeff';
const SHOWN = 'nope\\x1b]0;pwned\\x07\\x1b[31m\\nFAKE LINE\\x0d\\x9b1m\\u202eevil\\u200b\\ufeff';

/** Whatever a terminal acts on, but for the ends of lines. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

let home: CliHome;
let gateway: ReadyGateway;
let id: string;
beforeAll(async () => {
  home = await createCliHome();
  await home.writeConfig(`${IMPORTS}
    export default {
      plugins: [openai(), echo()],
      upstreams: [{ id: 'echo', provider: 'echo', options: { delayMs: 0 } }],
      log: { level: 'info', format: 'pretty' },
    };`);
  gateway = await readyGateway(home.start());
  const response = await fetch(`${gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}` },
    body: JSON.stringify({ model: NAME, messages: [{ role: 'user', content: 'x' }] }),
  });
  expect(response.status).toBe(400);
  id = response.headers.get('request-id') ?? '';
});
afterAll(() => home.close());

describe('what a client chose, in the terminal of an administrator', () => {
  it('is shown with escapes by the list of traces', async () => {
    const { stdout } = await home.run(['traces', 'list']);
    expect(stdout).toContain(SHOWN);
    expect(stdout).not.toMatch(UNSEEN);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  it('is shown with escapes by a trace', async () => {
    const { stdout } = await home.run(['traces', 'show', id]);
    expect(stdout).toContain(`model      ${SHOWN}`);
    expect(stdout).not.toMatch(UNSEEN);
  });

  it.each([[['traces', 'list', '--json']], [['traces', 'export']], [['traces', 'export', '--har']]])(
    'is escaped in the JSON of %j, which reads the same',
    async (args) => {
      const { stdout } = await home.run(args);
      expect(stdout).not.toMatch(UNSEEN);
      expect(JSON.stringify(JSON.parse(stdout))).toContain(id);
      if (!args.includes('--har')) expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(NAME));
    },
  );

  it('is shown with escapes by an error', async () => {
    const { stderr } = await home.run(['traces', 'show', NAME]);
    expect(stderr).not.toMatch(UNSEEN);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    const removed = await home.run(['aliases', 'remove', NAME]);
    expect(removed.stderr).not.toMatch(UNSEEN);
    expect(removed.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is shown with escapes by the readable log', async () => {
    const text = await gateway.waitFor(/FAKE LINE/);
    expect(text).not.toMatch(UNSEEN);
    expect(text).not.toMatch(/^FAKE LINE/m);
  });
});
