import type { IncomingMessage } from 'node:http';
import { GatewayError } from '@dragoman/plugin';
import type { Intake } from './intake.ts';

/** Counts a request's body while other code reads it. */
export interface BodyMeter {
  /** Never resolves. Rejects with a `GatewayError` if the body exceeds the budget or is too slow. */
  readonly refused: Promise<never>;
  /** Stops counting. What was counted stays in the account until the request is over. */
  end(): void;
}

/** Applies the budget and the minimum rate of an intake to a body. Call it before the reader starts. */
export function meterBody(request: IncomingMessage, intake: Intake): BodyMeter {
  const { account, uploads } = intake;
  intake.askFor();
  const { promise: refused, reject } = Promise.withResolvers<never>();
  const end = (): void => {
    upload.end();
    request.off('data', onData);
  };
  const refuse = (error: GatewayError): void => {
    end();
    request.pause();
    reject(error);
  };
  const upload = uploads.watch(refuse);
  const onData = (piece: Buffer): void => {
    try {
      account.add(piece.length);
      upload.add(piece.length);
    } catch (error) {
      refuse(GatewayError.from(error));
    }
  };
  request.on('data', onData);
  return { refused, end };
}
