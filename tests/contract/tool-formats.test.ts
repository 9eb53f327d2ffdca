import { readFileSync } from 'node:fs';
import type { JsonObject, TextTool } from '@dragoman/plugin';
import { toolFormats } from '@dragoman/plugin-tool-formats';
import { describeToolFormat, type ToolTextCase } from '@dragoman/testing';

const folder = new URL('../../plugins/tool-formats/test/fixtures/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

const tools = (read('tools') as readonly { name: string; description: string; parameters: JsonObject }[]).map(
  ({ name, description, parameters }): TextTool => ({ name, description, schema: parameters }),
);

for (const format of toolFormats().toolFormats) {
  describeToolFormat(format.name, { format, tools, cases: read(format.name) as readonly ToolTextCase[] });
}

describeToolFormat('think', { tools, cases: read('think') as readonly ToolTextCase[] });
