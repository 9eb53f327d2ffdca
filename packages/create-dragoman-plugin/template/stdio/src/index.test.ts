import { describeProvider } from '@dragoman/testing';
import { acme } from './index.ts';

/** A program of Node stands for the real one. */
const running = (script: string) => {
  const [type] = acme({ command: process.execPath, args: ['-e', script] }).providers;
  return { type, options: () => ({}), reportsUsage: false };
};

describeProvider('acme', {
  ...running('process.stdin.pipe(process.stdout)'),
  answers: [
    {
      name: 'with what it was asked',
      expected: { choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello' }] }] },
    },
  ],
  failures: [],
  silences: [],
});

describeProvider('acme, when the program fails', {
  ...running('process.stdout.write("Hel", () => process.exit(3))'),
  answers: [],
  failures: [{ name: 'with a status', kind: 'upstream-broken', midstream: true }],
  silences: [],
});

describeProvider('acme, when the program is silent', {
  ...running('setInterval(() => {}, 1000)'),
  answers: [],
  failures: [],
  silences: [{ name: 'from the beginning' }],
});
