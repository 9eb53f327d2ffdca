import type { Context } from 'koa';
import { GatewayError } from '@dragoman/plugin';
import { Places } from './places.ts';

/** How long a request lasts. */
export interface Lifetime {
  /** Fires when the client disconnects before its reply is complete, and when the request is interrupted. */
  readonly signal: AbortSignal;
  /** Lets the request go on after its client has disconnected, until all that was returned is called. */
  readonly hold: () => () => void;
}

/** The running protocol requests, so that the gateway can end them itself. */
export interface Running {
  /** Begins a request. */
  begin(ctx: Pick<Context, 'res'>): Lifetime;
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
    begin({ res }) {
      const controller = new AbortController();
      const place = controllers.add(controller);
      let [isClosed, isOver, holds] = [false, false, 0];
      const settle = (): void => {
        if (!isClosed || isOver || holds > 0) return;
        isOver = true;
        controllers.remove(place);
        if (!res.writableFinished)
          controller.abort(new DOMException('The client disconnected.', 'AbortError'));
      };
      res.once('close', () => {
        isClosed = true;
        settle();
      });
      if (interruption) controller.abort(interruption);
      const hold = (): (() => void) => {
        let isHeld = true;
        holds += 1;
        return () => {
          if (!isHeld) return;
          isHeld = false;
          holds -= 1;
          settle();
        };
      };
      return { signal: controller.signal, hold };
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
