import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '@dragoman/plugin';

/**
 * Refuses what a browser loads to show or run: documents, frames, scripts, styles, workers, and also images and audio,
 * which a page cannot load with a key in a header. `fetch()` sends `empty`, and other clients do not send the header.
 */
export function refuseNavigation({ 'sec-fetch-dest': destination }: IncomingHttpHeaders): void {
  if (destination === undefined || destination === 'empty') return;
  throw new GatewayError(
    'permission',
    'Browsers may request this URL with fetch() only, not open it or embed it in a page.',
    { code: 'navigation_refused', refused: 'navigation' },
  );
}
