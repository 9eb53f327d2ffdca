import type { RunningGateway } from '../../core/src/state/files/run-file.ts';

/** Signs somebody in to a gateway of this machine as a browser would be, and gives the token of its session. */
export async function signIn({ url, token, admin }: RunningGateway): Promise<string> {
  const base = `${admin?.url ?? url}/admin/api/v1`;
  const made = await post(`${base}/sign-in-links`, {}, { authorization: `Bearer ${token}` });
  const link = ((await made.json()) as { readonly url: string }).url;
  const signedIn = await post(`${base}/session`, { token: link.split('#token=')[1] }, {});
  const [cookie = ''] = signedIn.headers.getSetCookie();
  return /^dragoman_session=([^;]+)/.exec(cookie)?.[1] ?? '';
}

async function post(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'x-dragoman-csrf': '1' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The gateway refused to sign in again: ${await response.text()}`);
  return response;
}
