import { describe, expect, it } from 'vitest';
import { vendorLines } from './vendor-words.ts';
import { isTest, listFiles, readText } from './workspace.ts';

const sources = ['core/src', 'packages/plugin/src', 'console']
  .flatMap(listFiles)
  .filter((path) => /\.(ts|tsx|mjs|css)$/.test(path) && !isTest(path));

describe('vendors', () => {
  it('are named by plugins alone', () => {
    const named = sources.flatMap((path) => vendorLines(readText(path)).map((line) => `${path}:${line}`));
    expect(named).toEqual([]);
    expect(sources.length).toBeGreaterThan(400);
  });

  it.each([
    ["if (model.startsWith('gpt-4')) return;", ["1: if (model.startsWith('gpt-4')) return;"]],
    ["// As OpenAI has it.\nheaders['x-goog-api-key']", ["2: headers['x-goog-api-key']"]],
    ['const url = `https://api.anthropic.com`;', ['1: const url = `https://api.anthropic.com`;']],
    ['/** Gemini and\n * OpenAI */ const claudeCode = 1;', ['2: const claudeCode = 1;']],
    ['<>{/* Not OpenAI */}</>', []],
    ["call(); // Anthropic's way", []],
  ])('are found in %j, unless a comment names them', (source, lines) => {
    expect(vendorLines(source)).toEqual(lines);
  });
});
