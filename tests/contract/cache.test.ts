import { cache } from '@dragoman/plugin-cache';
import { describeHook } from '@dragoman/testing';

const [type] = cache().hooks;
const control = (value: string) => ({ headers: { 'x-dragoman-cache-control': value } });

describeHook('cache', {
  type,
  options: { diskBytes: 0 },
  requests: [
    { name: 'a first question', findings: [{ rule: 'answer', action: 'miss' }] },
    { name: 'one that must be new', context: control('no-cache'), findings: [{ action: 'miss' }] },
    { name: 'one that continues elsewhere', request: { serverState: { conversation: 'c' } }, findings: [] },
    { name: 'a wrong control header', context: control('max-age=1'), refused: 'invalid_cache_control' },
  ],
  replies: [{ name: 'a reply', reply: 'Fine. And you?', expected: { choices: [{ reason: 'stop' }] } }],
});
