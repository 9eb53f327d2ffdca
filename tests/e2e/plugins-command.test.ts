import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome, IMPORTS } from '../support/cli.ts';

let home: CliHome;
beforeEach(async () => {
  home = await createCliHome();
});
afterEach(() => home.close());

describe('dragoman plugins', () => {
  it('lists versions, contributions and errors, and the start warns of plugins that do not say', async () => {
    const quill = `{
      name: 'quill',
      createObserver() { throw new Error('no ink'); },
    }`;
    await home.writeConfig(`${IMPORTS}
      export default { plugins: [openai(), echo(), ${quill}], upstreams: [] };`);
    const gateway = home.start();
    await gateway.waitFor(/"plugins":\["quill"\].*Some plugins do not say their version/);
    const { code, stdout } = await home.run(['plugins', 'list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^echo +\d+\.\d+\.\d+ +1 +providers: echo +ok$/m);
    expect(stdout).toMatch(
      /^openai .* protocols: openai-chat, openai-responses; providers: openai; tokenizers +ok$/m,
    );
    expect(stdout).toMatch(/^quill +unknown +unknown +an observer +failing$/m);
    expect(stdout).toMatch(/^quill, \d{4}-.*Z: .*could not create its observer.* no ink$/m);
    const doctor = await home.run(['doctor']);
    expect(doctor.code).toBe(0);
    expect(doctor.stdout).toMatch(/^! plugin quill: it does not say its version; its last error: .*no ink$/m);
  });

  it('for another version of the plugin API are refused at start', async () => {
    const meta = { version: '3.1.0', apiVersion: 2 };
    await home.writeConfig(`export default { plugins: [{ name: 'quill', meta: ${JSON.stringify(meta)} }] };`);
    const { code, stderr } = await home.start().ended;
    expect(code).toBe(2);
    expect(stderr).toContain('the plugin "quill" 3.1.0 was written for version 2 of the plugin API');
    expect(stderr).toContain('update Dragoman');
  });
});
