import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../canonical/errors.ts';

/**
 * Refuses what a browser asks for to show or to run it: documents, frames, scripts, styles, workers, and also images
 * and sounds, which no page can ask for with a key in a header. Scripts of pages that CORS allows send `empty`, and
 * other clients do not send the header.
 */
export function refuseNavigation({ 'sec-fetch-dest': destination }: IncomingHttpHeaders): void {
  if (destination === undefined || destination === 'empty') return;
  throw new GatewayError(
    'permission',
    'This address is for programs: a browser must not open it, or load it into a page, other than by fetch().',
    { code: 'navigation_refused', refused: 'navigation' },
  );
}
