import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../canonical/errors.ts';

/**
 * Whether a request asks to go on as a WebSocket, as only a GET can. Other upgrades, such as `h2c`, may be ignored.
 */
export function asksForWebSocket({ method, headers: { upgrade } }: IncomingMessage): boolean {
  return method === 'GET' && upgrade !== undefined && /\bwebsocket\b/i.test(upgrade);
}

export function noWebSockets(): GatewayError {
  return new GatewayError(
    'unsupported',
    'This gateway does not support WebSocket connections. Use HTTP requests, with streams of server-sent events.',
    { code: 'websocket_not_supported' },
  );
}
