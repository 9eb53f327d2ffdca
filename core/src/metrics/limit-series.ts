import { mapInTurns } from '../timing/in-turns.ts';

/** The usage of a limit, and its owner. */
export interface LimitSample {
  readonly kind: string;
  readonly id: string;
  /** A key's name; others are named by their id. */
  readonly owner: string;
  readonly name: string;
  readonly limit: number;
  readonly used: number;
}

const NAME = 'dragoman_limit_used_ratio';
const HEAD = `# HELP ${NAME} Used share of a limit.\n# TYPE ${NAME} gauge\n`;

/**
 * The series of all limits in Prometheus text format. There is one for each limit of each key, so prom-client would
 * block this thread for long.
 */
export async function exposeLimits(samples: readonly LimitSample[]): Promise<string> {
  const lines = await mapInTurns(samples, ({ kind, id, owner, name, limit, used }) => {
    const labels = `kind="${kind}",id="${escaped(id)}",name="${escaped(owner)}",limit="${name}"`;
    return `${NAME}{${labels}} ${limit === 0 ? 1 : used / limit}\n`;
  });
  return HEAD + lines.join('');
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
