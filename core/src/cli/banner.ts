import { exposureWarning } from '../config/exposure.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import type { Gateway } from '../gateway.ts';

const RECORDED = {
  full: 'keep prompts and answers (traces.record)',
  'no-bodies': 'keep no prompts and no answers (traces.record)',
  off: 'are not kept (traces.record)',
} as const;

type Printed = Pick<Gateway, 'firstKey' | 'signInLink' | 'consoleUrl'>;

/** The output when the gateway is ready. */
export function banner(gateway: Printed, config: ResolvedConfig, url: string): string {
  return config.log.printsSecrets ? words(gateway, config, url) : line(gateway, config, url);
}

/** For people. The key and the link are shown only here. */
function words(gateway: Printed, config: ResolvedConfig, url: string): string {
  const key = gateway.firstKey
    ? `${gateway.firstKey}  (just created, shown only once)`
    : 'existing keys; create more with: ./dragoman keys create';
  const lines = [
    ['Base URL', `${url}/v1`],
    ['Client key', config.auth ? key : 'none needed'],
    ['Console', `${gateway.consoleUrl}/console/`],
    ['Sign in', `${gateway.signInLink()}  (works once, for 15 minutes)`],
    ['Data', config.data],
    ['Traces', RECORDED[config.traces.record]],
  ];
  const rows = lines.map(([label = '', value = '']) => `  ${label.padEnd(11)} ${value}`);
  const warning = exposureWarning(config);
  const warnings = warning === undefined ? [] : ['', `  Warning: ${warning}`];
  return ['', '  Dragoman is ready.', '', ...rows, ...warnings, ''].join('\n');
}

/** For a log store: without secrets, but with the commands that print them. */
function line({ consoleUrl }: Printed, config: ResolvedConfig, url: string): string {
  const { auth, data, traces } = config;
  return JSON.stringify({
    level: 30,
    time: new Date().toISOString(),
    baseUrl: `${url}/v1`,
    console: `${consoleUrl}/console/`,
    data,
    traces: traces.record,
    ...(auth && { clientKey: 'create one with: ./dragoman keys create <name>' }),
    signIn: 'create a link with: ./dragoman sign-in-link',
    msg: 'Dragoman is ready.',
  });
}
