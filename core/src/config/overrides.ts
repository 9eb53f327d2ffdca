import { resolve } from 'node:path';
import { z } from 'zod';
import type { ConfigProblem } from '../validation/config-error.ts';
import { explainIssues } from '../validation/explain.ts';
import { publicUrlSchema } from './public-url.ts';
import type { ResolvedConfig } from './resolved.ts';
import type { Section } from './section.ts';
import { logFormatSchema, logLevelSchema } from './log.ts';

/** Command line options. */
export interface OverrideFlags {
  readonly host?: string;
  readonly port?: number;
  readonly data?: string;
  readonly auth?: boolean;
  /** Whether to serve without authentication on an address that others can reach. */
  readonly allowOpen?: boolean;
}

/** Values from flags and environment variables; they override the file. */
export interface ConfigOverrides extends OverrideFlags {
  readonly publicUrl?: string;
  readonly logLevel?: ResolvedConfig['log']['level'];
  readonly logFormat?: z.output<typeof logFormatSchema>;
  readonly secret?: string;
  readonly adminToken?: string;
  readonly adminPassword?: string;
}

interface Override {
  readonly variable: string;
  readonly flag?: string;
  readonly schema: z.ZodType;
}

const port = z.int().min(0).max(65_535);
const claim = z.union([z.boolean(), z.stringbool()], { error: 'expected true or false' });

/** A schema with a fixed message, which cannot repeat the secret. */
const secret = (least: number): z.ZodType =>
  z.custom<string>((value) => typeof value === 'string' && value.length >= least, {
    error: `expected at least ${least} characters`,
  });

const OVERRIDES = {
  host: { variable: 'DRAGOMAN_HOST', flag: '--host', schema: z.string().min(1, 'expected an address') },
  port: {
    variable: 'DRAGOMAN_PORT',
    flag: '--port',
    schema: z.preprocess(
      (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
      z.custom<number>((value) => port.safeParse(value).success, 'expected an integer from 0 to 65535'),
    ),
  },
  data: { variable: 'DRAGOMAN_DATA', flag: '--data', schema: z.string().min(1, 'expected a folder') },
  auth: { variable: 'DRAGOMAN_AUTH', flag: '--no-auth', schema: claim },
  allowOpen: { variable: 'DRAGOMAN_ALLOW_OPEN', flag: '--allow-open', schema: claim },
  publicUrl: { variable: 'DRAGOMAN_PUBLIC_URL', schema: publicUrlSchema },
  logLevel: { variable: 'DRAGOMAN_LOG_LEVEL', schema: logLevelSchema },
  logFormat: { variable: 'DRAGOMAN_LOG_FORMAT', schema: logFormatSchema },
  secret: { variable: 'DRAGOMAN_SECRET', schema: secret(16) },
  adminToken: { variable: 'DRAGOMAN_ADMIN_TOKEN', schema: secret(16) },
  adminPassword: { variable: 'DRAGOMAN_ADMIN_PASSWORD', schema: secret(8) },
} as const satisfies Record<keyof ConfigOverrides, Override>;

export interface OverridesInput {
  readonly flags: OverrideFlags;
  readonly env: NodeJS.ProcessEnv;
  /** The base of a relative data folder. */
  readonly cwd: string;
}

/** Reads flags and `DRAGOMAN_*` variables; flags win, and an empty variable counts as unset. */
export function readOverrides({ flags, env, cwd }: OverridesInput): Section<ConfigOverrides> {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [name, row] of Object.entries<Override>(OVERRIDES)) {
    const flag = flags[name as keyof OverrideFlags];
    const input = flag ?? (env[row.variable] || undefined);
    if (input === undefined) continue;
    const parsed = row.schema.safeParse(input, {
      error: explainIssues({ showsValues: true }),
      reportInput: true,
    });
    if (parsed.success) values[name] = parsed.data;
    else {
      const path = (flag === undefined ? undefined : row.flag) ?? row.variable;
      problems.push(...parsed.error.issues.map(({ message }) => ({ path, message })));
    }
  }
  if (typeof values['data'] === 'string') values['data'] = resolve(cwd, values['data']);
  return { value: values, problems };
}
