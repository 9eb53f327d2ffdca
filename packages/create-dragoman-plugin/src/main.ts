import { createFolder, runCreate } from 'create-dragoman';
import { kindOf, KINDS } from './kinds.ts';
import { pluginFiles } from './plugin.ts';

runCreate({
  help: `npm create dragoman-plugin [folder] -- [kind]

Starts a plugin for the Dragoman gateway. Without a folder: in this one, if it is empty. The kind is one of:

${KINDS.map(({ flag, title }) => `  --${flag.padEnd(18)} ${title}\n`).join('')}
Default: --provider http
`,
  options: {
    provider: { type: 'string' },
    protocol: { type: 'boolean' },
    hook: { type: 'boolean' },
    observer: { type: 'boolean' },
    'tool-format': { type: 'boolean' },
  },
  create: ({ folder, flags }) => createFolder(folder, (name) => pluginFiles(name, kindOf(flags))),
});
