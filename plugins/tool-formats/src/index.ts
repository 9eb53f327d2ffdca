import { definePlugin } from '@dragoman/plugin';
import { qwen25 } from './qwen25.ts';

/** The ways in which families of open models write tool calls. */
export const toolFormats = definePlugin(() => ({ name: 'tool-formats', toolFormats: [qwen25] }));
