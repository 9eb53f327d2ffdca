/** The first request, to copy. `key` is the key itself, or where it comes from. */
export function curlExample(baseUrl: string, key = '$GATEWAY_API_KEY'): string {
  return `curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\
  -d '{"model":"echo","messages":[{"role":"user","content":"Hello"}]}'`;
}
