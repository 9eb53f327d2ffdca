import { byPattern, type Detector } from './detector.ts';

/** What keys look like, by whom they open. Each begins where no letter or digit stands before it. */
const SHAPES: Readonly<Record<string, string>> = {
  // OpenAI, Anthropic, OpenRouter, DeepSeek and others who took the same beginning.
  'sk-': String.raw`sk-[\w-]{20,}`,
  google: String.raw`AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{28}|AQ\.[\w-]{30,}`,
  aws: String.raw`(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}|ABSK[A-Za-z0-9+/]{40,}={0,2}`,
  azure: String.raw`AccountKey=[A-Za-z0-9+/]{86}==`,
  github: String.raw`gh[opsur]_[A-Za-z0-9]{36,}|github_pat_\w{22,}`,
  gitlab: String.raw`gl(?:pat|dt|rt|ptt|agent|soat|cbt|ft|imt|oas)-[\w-]{20,}`,
  slack: String.raw`xox[abeoprs](?:\.xox[bp])?-[\w-]{10,}|xapp-\d-[\w-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w{20,}`,
  stripe: String.raw`[prs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{32,}={0,2}`,
  xai: String.raw`xai-\w{40,}`,
  groq: String.raw`gsk_\w{40,}`,
  perplexity: String.raw`pplx-\w{40,}`,
  'hugging-face': String.raw`hf_[A-Za-z]{30,}|hf_[A-Za-z0-9]{34,}`,
  replicate: String.raw`r8_\w{37,}`,
  npm: String.raw`npm_[A-Za-z0-9]{36,}`,
  pypi: String.raw`pypi-[\w-]{50,}`,
  sendgrid: String.raw`SG\.[\w-]{22}\.[\w-]{43}`,
  twilio: String.raw`(?:SK|AC)[0-9a-f]{32}`,
  telegram: String.raw`\d{8,10}:AA[\w-]{33}`,
  'digital-ocean': String.raw`do[opr]_v1_[0-9a-f]{64}`,
  shopify: String.raw`shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}`,
  alibaba: String.raw`LTAI[A-Za-z0-9]{12,26}`,
  jwt: String.raw`eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*(?:\.[\w-]+){0,2}`,
  'password-in-url': String.raw`[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"'<>]*:[^\s/@"'<>]+@`,
};

/** What a private key and its headers are written with, line breaks of JSON included. */
const PEM = String.raw`(?:-?[A-Za-z0-9+/=:,.()\s\\])*`;

/** To its end, or as far as it goes. */
const PRIVATE_KEY = `-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----${PEM}(?:-----END [A-Z0-9 ]+-----)?`;

/** Long enough for a private key of RSA with 16,384 bits. */
const MOST_CHARACTERS = 16_384;

/** Private keys, and keys and tokens of known shapes. */
export const secrets = (): Detector =>
  byPattern(
    {
      rule: 'secret',
      label: 'SECRET',
      source: `${PRIVATE_KEY}|(?<![A-Za-z0-9])(?:${Object.values(SHAPES).join('|')})`,
    },
    { maxLength: MOST_CHARACTERS },
  );
