import type { JsonObject } from '@dragoman/plugin';

export interface ClientTool {
  readonly description: string;
  readonly schema: JsonObject;
}

const text = { type: 'string' } as const;
const lines = { type: 'array', items: { type: 'integer' }, description: 'First and last line.' } as const;

/**
 * Tools that Anthropic defines and clients run, told in full for models of others, which never learnt them.
 * Source: Anthropic's pages on the bash, text editor and memory tools (November 2026).
 */
export const CLIENT_TOOLS: Readonly<Record<string, ClientTool>> = {
  bash: {
    description: 'Runs a command in a bash shell that lives on between calls, or restarts that shell.',
    schema: {
      type: 'object',
      properties: {
        command: { ...text, description: 'The command to run. Required unless the shell is restarted.' },
        restart: { type: 'boolean', description: 'Restarts the shell.' },
      },
    },
  },
  text_editor: {
    description: 'Views, creates and edits text files.',
    schema: {
      type: 'object',
      properties: {
        command: { ...text, enum: ['view', 'create', 'str_replace', 'insert', 'undo_edit'] },
        path: { ...text, description: 'The absolute path of a file or folder.' },
        file_text: { ...text, description: 'For create: the whole text of the file.' },
        old_str: { ...text, description: 'For str_replace: the text to replace, which must be there once.' },
        new_str: { ...text, description: 'For str_replace and insert: the new text.' },
        insert_line: { type: 'integer', description: 'For insert: the line after which the text goes.' },
        view_range: { ...lines },
      },
      required: ['command', 'path'],
    },
  },
  memory: {
    description: 'Reads and keeps notes in files below /memories.',
    schema: {
      type: 'object',
      properties: {
        command: { ...text, enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
        path: text,
        view_range: { ...lines },
        file_text: text,
        old_str: text,
        new_str: text,
        insert_line: { type: 'integer' },
        insert_text: text,
        old_path: text,
        new_path: text,
      },
      required: ['command'],
    },
  },
};
