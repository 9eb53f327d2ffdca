import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

/** A static export, which the gateway serves itself at /console: one process, one port, one origin. */
const config: NextConfig = {
  output: 'export',
  basePath: '/console',
  trailingSlash: true,
  images: { unoptimized: true },
  // Of `npm run dev`: what the console asks for is in the gateway's log.
  logging: { incomingRequests: false },
  turbopack: { root: join(dirname(fileURLToPath(import.meta.url)), '..') },
};

export default config;
