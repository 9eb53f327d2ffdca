import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readyGateway, startIn } from '../support/cli.ts';
import { linkDependencies } from '../support/linked-project.ts';

const run = promisify(execFile);
const CREATE = fileURLToPath(new URL('../../packages/create-dragoman/src/main.ts', import.meta.url));
const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

describe('a project of `npm create dragoman`', () => {
  let root: string;
  let folder: string;
  let told: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'dragoman-project-'));
    folder = join(root, 'my-gateway');
    told = (await run(process.execPath, [CREATE, 'my-gateway'], { cwd: root })).stdout;
    linkDependencies(folder);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('says what to type next', () => {
    expect(told).toContain('  cd my-gateway\n  npm install\n  npm run dev\n');
  });

  it('has types that hold, and depends on all that it imports', async () => {
    await run(process.execPath, [TSC, '-p', folder]);
  });

  it('answers with the plugin beside the config', async () => {
    const gateway = await readyGateway(startIn(folder, 'start', '--port', '0'));
    const client = new OpenAI({ baseURL: gateway.url, apiKey: gateway.key, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const reply = await client.chat.completions.create({ model: 'hello', messages });
    expect(reply.choices[0]?.message.content).toBe('Hello, world!');
    gateway.kill('SIGTERM');
    expect((await gateway.ended).code).toBe(0);
  });

  it('is not written over', async () => {
    const again = run(process.execPath, [CREATE, 'my-gateway'], { cwd: root });
    await expect(again).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is not empty.*\n$/),
    });
  });
});
