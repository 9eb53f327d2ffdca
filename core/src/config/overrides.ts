import { z } from 'zod';
import { ConfigError } from './config-error.ts';

/** What flags and environment variables may say; they win over the file. */
export interface ConfigOverrides {
  readonly host?: string;
  readonly port?: number;
  readonly data?: string;
  readonly auth?: boolean;
  /** Whether to serve without authentication on an address that others can reach. */
  readonly allowOpen?: boolean;
  readonly logLevel?: string;
  readonly logFormat?: 'auto' | 'json' | 'pretty';
  readonly secret?: string;
  readonly adminToken?: string;
  readonly adminPassword?: string;
}

const flag = z.stringbool({ error: 'expected true or false' });
const nonEmpty = (least: number) => z.string().min(least, `expected at least ${least} characters`);

const environmentSchema = z.object({
  DRAGOMAN_HOST: nonEmpty(1).optional(),
  DRAGOMAN_PORT: z.coerce.number({ error: 'expected a port number' }).pipe(z.int().min(0).max(65_535)).optional(),
  DRAGOMAN_DATA: nonEmpty(1).optional(),
  DRAGOMAN_AUTH: flag.optional(),
  DRAGOMAN_ALLOW_OPEN: flag.optional(),
  DRAGOMAN_LOG_LEVEL: nonEmpty(1).optional(),
  DRAGOMAN_LOG_FORMAT: z.enum(['auto', 'json', 'pretty']).optional(),
  DRAGOMAN_SECRET: nonEmpty(16).optional(),
  DRAGOMAN_ADMIN_TOKEN: nonEmpty(16).optional(),
  DRAGOMAN_ADMIN_PASSWORD: nonEmpty(8).optional(),
});

/** Reads the `DRAGOMAN_*` variables. Throws a {@link ConfigError} that names the variable, not its value. */
export function readEnvironment(env: NodeJS.ProcessEnv): ConfigOverrides {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new ConfigError('the environment', problems);
  }
  const values = parsed.data;
  return withoutUndefined({
    host: values.DRAGOMAN_HOST,
    port: values.DRAGOMAN_PORT,
    data: values.DRAGOMAN_DATA,
    auth: values.DRAGOMAN_AUTH,
    allowOpen: values.DRAGOMAN_ALLOW_OPEN,
    logLevel: values.DRAGOMAN_LOG_LEVEL,
    logFormat: values.DRAGOMAN_LOG_FORMAT,
    secret: values.DRAGOMAN_SECRET,
    adminToken: values.DRAGOMAN_ADMIN_TOKEN,
    adminPassword: values.DRAGOMAN_ADMIN_PASSWORD,
  });
}

function withoutUndefined(values: { readonly [K in keyof ConfigOverrides]: ConfigOverrides[K] | undefined }) {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as ConfigOverrides;
}
