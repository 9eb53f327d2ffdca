/** What `dragoman` and `create-dragoman-plugin` take from here. */
export { createFolder, CreateError, type NewFolder } from './create-folder.ts';
export { runCreate } from './run-create.ts';
export { newConfig, readTemplate } from './template.ts';
export { packagesOf, withRanges } from './versions.ts';
