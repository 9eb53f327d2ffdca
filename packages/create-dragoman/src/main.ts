import { createFolder } from './create-folder.ts';
import { projectFiles } from './project.ts';
import { runCreate } from './run-create.ts';

runCreate({
  help: `npm create dragoman [folder]

Starts a project with a Dragoman gateway. Without a folder: in this one, if it is empty.
`,
  create: ({ folder }) => createFolder(folder, projectFiles),
});
