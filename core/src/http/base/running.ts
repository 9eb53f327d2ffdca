import type { Context } from 'koa';
import { GatewayError } from '../../canonical/errors.ts';
import { Places } from './places.ts';

/** The requests to protocols that run now, so that the gateway can end them itself. */
export interface Running {
  /** Fires when the client went away before its reply was complete, and when the request is interrupted. */
  signalOf(ctx: Pick<Context, 'res'>): AbortSignal;
  /** Ends every request that still runs. */
  interrupt(error: GatewayError): void;
  /** How many were. */
  readonly interrupted: number;
}

/** What clients are told when the gateway stops before their reply is complete. */
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
        if (!res.writableFinished) controller.abort(new DOMException('The client went away.', 'AbortError'));
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
