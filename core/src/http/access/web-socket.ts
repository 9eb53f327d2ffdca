import type { IncomingMessage } from 'node:http';
import { GatewayError } from '@dragoman/plugin';

/** Whether a request asks to upgrade to WebSocket, which only a GET can. Other upgrades, such as `h2c`, may be ignored. */
export function asksForWebSocket({ method, headers: { upgrade } }: IncomingMessage): boolean {
  return upgrade !== undefined && method === 'GET' && /\bwebsocket\b/i.test(upgrade);
}

export function noWebSockets(): GatewayError {
  return new GatewayError(
    'upgrade-refused',
    'This gateway does not support WebSocket connections. Use HTTP requests, with streams of server-sent events.',
    { code: 'websocket_not_supported' },
  );
}
