/** What looks like a key, in messages of upstreams as well: a chat is no place for it. */
const SECRETS =
  /\b(?:sk|pk|rk|key|token)[-_][\w-]{6,}|\bAIza[\w-]{10,}|\bBearer\s+\S+|\beyJ[\w-]{10,}\.[\w-]+(?:\.[\w-]+)?/gi;

export function maskSecrets(text: string): string {
  return text.replaceAll(SECRETS, '[masked]');
}
