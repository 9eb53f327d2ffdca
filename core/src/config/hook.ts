import { z } from 'zod';

const hookIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .describe('Names the hook, in traces, metrics and logs.');

const names = z.array(z.string().min(1)).min(1).optional();

/** What every hook has, whatever its kind. One shape in the file and in the state. */
export const hookSchema = z.strictObject({
  id: hookIdSchema,
  hook: z.string().min(1).describe('The kind of hook, named by a plugin.'),
  enabled: z.boolean().default(true),
  on: z
    .strictObject({
      keys: names.describe('Only requests of these keys, by id or name; `*` matches any text.'),
      aliases: names.describe('Only requests for these models, as clients name them; `*` matches any text.'),
      upstreams: names.describe('Only attempts at these upstreams, by id.'),
    })
    .optional()
    .describe('Which requests it sees; they must match all that is given. Default: all requests.'),
  order: z
    .enum(['pre', 'normal', 'post'])
    .optional()
    .describe('Before or after the others; within one order, the list decides. Default: as the plugin says.'),
  onError: z
    .enum(['closed', 'open'])
    .default('closed')
    .describe('If it fails: refuse the request (`closed`), or go on without the hook (`open`).'),
  timeoutMs: z
    .int()
    .min(1)
    .max(600_000)
    .default(10_000)
    .describe('How long it may work on one request, or between two events of a reply.'),
  shadow: z.boolean().default(false).describe('Only watch: it runs and notes, and changes nothing.'),
  options: z.record(z.string(), z.unknown()).default({}).describe("The hook's own options."),
});

export type HookInput = z.input<typeof hookSchema>;
export type HookConfig = Readonly<z.output<typeof hookSchema>>;
