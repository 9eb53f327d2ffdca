import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context, Middleware } from 'koa';

const BASE = '/console';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  // Next fetches its page data with this extension.
  '.txt': 'text/x-component; charset=utf-8',
};

interface ConsoleFile {
  readonly bytes: Buffer;
  /** Absent if compression does not help. */
  readonly gzip?: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Serves the console's static export from memory: every file is read once at startup, so that no request touches the
 * disk and no path can leave the folder.
 */
export function createConsoleFiles(folder: string | undefined): Middleware {
  const files = readFiles(folder);
  return async (ctx, next) => {
    if (ctx.path !== BASE && !ctx.path.startsWith(`${BASE}/`)) return next();
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    if (ctx.path === BASE) return ctx.redirect(`${BASE}/`);
    if (files.size === 0) return answerUnbuilt(ctx);
    const name = ctx.path.slice(BASE.length + 1);
    const file =
      files.get(name) ?? (name === '' || name.endsWith('/') ? files.get(`${name}index.html`) : undefined);
    if (!file && files.has(`${name}/index.html`)) return ctx.redirect(`${BASE}/${name}/`);
    send(ctx, file ?? files.get('404.html'), file ? 200 : 404);
    return undefined;
  };
}

function send(ctx: Context, file: ConsoleFile | undefined, status: number): void {
  ctx.status = status;
  if (!file) return;
  ctx.set({ ...file.headers, etag: file.etag, vary: 'accept-encoding' });
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  // Browsers accept brotli only over TLS, but always accept gzip.
  const isGzip = file.gzip && ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (isGzip) ctx.set('content-encoding', 'gzip');
  ctx.body = isGzip ? file.gzip : file.bytes;
}

function answerUnbuilt(ctx: Context): void {
  ctx.status = 503;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = 'The console is not built. `npm start` builds it; the gateway works without it.\n';
}

function readFiles(folder: string | undefined): ReadonlyMap<string, ConsoleFile> {
  if (folder === undefined) return new Map();
  const files = new Map<string, ConsoleFile>();
  for (const entry of list(folder)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    files.set(name, describe(name, readFileSync(path)));
  }
  return files;
}

function list(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    // Not built yet.
    return [];
  }
}

function describe(name: string, bytes: Buffer): ConsoleFile {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  const isText = /^text|json|svg/.test(type);
  const compressed = isText && bytes.length > 1024 ? gzipSync(bytes) : undefined;
  const isHashed = name.startsWith('_next/static/');
  return {
    bytes,
    ...(compressed && { gzip: compressed }),
    etag: `"${hash('sha256', bytes, 'base64url').slice(0, 27)}"`,
    headers: {
      'content-type': type,
      'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      ...(type.startsWith('text/html') && {
        'content-security-policy': contentPolicy(bytes.toString('utf8')),
      }),
    },
  };
}

/** Next writes a few scripts into each page; only these are allowed, by hash. */
function contentPolicy(html: string): string {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/gs)];
  const hashes = new Set(scripts.map(([, script = '']) => `'sha256-${hash('sha256', script, 'base64')}'`));
  return [
    "default-src 'self'",
    `script-src 'self' ${[...hashes].join(' ')}`.trimEnd(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
