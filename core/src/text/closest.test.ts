import { describe, expect, it } from 'vitest';
import { closestName } from './closest.ts';

describe('closestName', () => {
  it.each([
    ['hots', ['host', 'port'], 'host'],
    ['apikey', ['apiKey', 'baseUrl'], 'apiKey'],
    ['base_url', ['baseUrl'], 'baseUrl'],
    ['opena', ['openai', 'echo'], 'openai'],
    ['x', ['plugins'], undefined],
    ['timeout', ['headers', 'models'], undefined],
    ['anything', [], undefined],
    ['cat', ['car', 'cat'], 'cat'],
  ])('of %s among %j is %s', (name, known, expected) => {
    expect(closestName(name, known)).toBe(expected);
  });
});
