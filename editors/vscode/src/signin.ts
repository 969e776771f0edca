// Signing in to an organization with the editor's own Microsoft accounts.
import { authentication, window, workspace } from 'vscode';

/**
 * scopeOf returns the scope of a token for an organization; undefined if its address is none that a token may be sent to:
 * https, or this computer for trying things out.
 */
export function scopeOf(organization: string): string | undefined {
  let url: URL;
  try {
    url = new URL(organization);
  } catch {
    return undefined;
  }
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere)) return undefined;
  return `${url.origin}/.default`;
}

/** signIn answers segql/token: null if the user does not sign in, or may not. */
export async function signIn(organization: string): Promise<{ token: string } | null> {
  const scope = scopeOf(organization);
  if (!workspace.isTrusted || scope === undefined) return null;
  try {
    const session = await authentication.getSession('microsoft', [scope], { createIfNone: true });
    return { token: session.accessToken };
  } catch (err) {
    void window.showWarningMessage(`You are not signed in to ${new URL(organization).host}: ${err instanceof Error ? err.message : String(err)}.`);
    return null;
  }
}
