import { holdHangups } from './hangups.ts';

// Before everything else is loaded, which takes a moment.
if (process.argv[2] === 'start') holdHangups();
const { runCommand } = await import('./program.ts');
await runCommand();
