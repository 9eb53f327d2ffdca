/** The order matters: many browsers also claim to be others. */
const BROWSERS = [
  ['Edge', /\bEdg[A-Z]?[a-z]*\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+).*\bSafari\//],
] as const;

const SYSTEMS = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const;

/** `Firefox 128, Linux`: a readable form of a user agent, or its beginning when it is unknown. */
export function describeBrowser(userAgent: string): string {
  const browser = BROWSERS.map(([name, pattern]) => [name, pattern.exec(userAgent)?.[1]]).find(
    ([, version]) => version !== undefined,
  );
  if (!browser) return userAgent.slice(0, 40) || '–';
  const system = SYSTEMS.find(([, pattern]) => pattern.test(userAgent))?.[0];
  return [browser.join(' '), system].filter(Boolean).join(', ');
}
