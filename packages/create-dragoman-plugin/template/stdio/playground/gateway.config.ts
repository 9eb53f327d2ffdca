import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

/** A program that answers; put the real one in its place. */
const script = 'process.stdout.write("You said: "); process.stdin.pipe(process.stdout)';

export default defineConfig({
  plugins: [openai(), acme({ command: process.execPath, args: ['-e', script] })],
  upstreams: [{ id: 'acme', provider: 'acme', models: { list: ['demo'] } }],
  auth: false,
  traces: { record: 'full' },
});
