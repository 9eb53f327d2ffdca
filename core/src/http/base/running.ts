import type { Context } from 'koa';
import { GatewayError } from '@dragoman/plugin';
import { Places } from './places.ts';

/** The running protocol requests, so that the gateway can end them itself. */
export interface Running {
  /** Fires when the client disconnects before its reply is complete, and when the request is interrupted. */
  signalOf(ctx: Pick<Context, 'res'>): AbortSignal;
  /** Ends every running request. */
  interrupt(error: GatewayError): void;
  /** How many were interrupted. */
  readonly interrupted: number;
}

/** The error for clients when the gateway stops before their reply is complete. */
export function stopped(): GatewayError {
  return new GatewayError('interrupted', 'The gateway stopped before the reply was complete.');
}

export function createRunning(): Running {
  const controllers = new Places<AbortController>();
  let interruption: GatewayError | undefined;
  let interrupted = 0;
  return {
    signalOf({ res }) {
      const controller = new AbortController();
      const place = controllers.add(controller);
      res.once('close', () => {
        controllers.remove(place);
        if (!res.writableFinished)
          controller.abort(new DOMException('The client disconnected.', 'AbortError'));
      });
      if (interruption) controller.abort(interruption);
      return controller.signal;
    },
    interrupt(error) {
      interruption ??= error;
      for (const controller of controllers) {
        if (!controller.signal.aborted) interrupted += 1;
        controller.abort(error);
      }
    },
    get interrupted() {
      return interrupted;
    },
  };
}
