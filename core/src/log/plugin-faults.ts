import type { Log } from '@dragoman/plugin';
import { describeThrown } from '../registry/containment/describe-thrown.ts';

/** What went wrong last in a plugin. */
export interface PluginFault {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly message: string;
  readonly upstream?: string;
}

/** The errors of a plugin since the gateway started. */
export interface PluginErrors {
  readonly count: number;
  readonly last: PluginFault;
}

/** What a log line says about a plugin, as `bindLog` writes it. */
interface Blame {
  readonly plugin?: unknown;
  readonly upstream?: unknown;
  readonly error?: unknown;
  readonly cause?: unknown;
}

/** The errors of each plugin, taken from the log, so that lists of plugins show what the log shows. */
export class PluginFaults {
  readonly #now: () => number;
  readonly #redact: (text: string) => string;
  readonly #errors = new Map<string, PluginErrors>();

  constructor({ now, redact }: { readonly now: () => number; readonly redact: (text: string) => string }) {
    this.#now = now;
    this.#redact = redact;
  }

  /** The errors of a plugin; `undefined` without any. */
  of(plugin: string): PluginErrors | undefined {
    return this.#errors.get(plugin);
  }

  /** The same log, whose errors are noted if they name a plugin. They are noted at any log level. */
  watch<L extends Log>(log: L): L {
    const watched = Object.create(log) as L;
    watched.error = (fields: object, message: string): void => {
      this.#note(fields, message);
      log.error(fields, message);
    };
    return watched;
  }

  #note({ plugin, upstream, error, cause }: Blame, message: string): void {
    if (typeof plugin !== 'string') return;
    const thrown = cause === undefined ? error : cause;
    const told = thrown === undefined ? message : `${message} ${describeThrown(thrown)}`;
    const last = {
      at: this.#now(),
      message: this.#redact(told),
      ...(typeof upstream === 'string' && { upstream }),
    };
    this.#errors.set(plugin, { count: (this.of(plugin)?.count ?? 0) + 1, last });
  }
}
