/** What the measured processes and their parent say to each other. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ChildMessage =
  | { readonly type: 'ready'; readonly port: number; readonly key?: string }
  /** User and system time since the start, in microseconds. */
  | { readonly type: 'cpu'; readonly micros: number };

function tell(message: ChildMessage): void {
  process.send?.(message);
}

export function announce(server: Server): void {
  tell({ type: 'ready', port: (server.address() as AddressInfo).port });
}

export function announceUrl(url: string, key: string): void {
  tell({ type: 'ready', port: Number(new URL(url).port), key });
}

/** Answers every message with the processor time used so far, and ends with the parent. */
export function answerCpu(): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    tell({ type: 'cpu', micros: user + system });
  });
  process.on('disconnect', () => process.exit(0));
}
