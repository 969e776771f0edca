import { authentication, workspace } from 'vscode';
import { expect, test, vi } from 'vitest';
import { scopeOf, signIn } from '../../src/signin';

test.each([
  ['https://contoso.crm4.dynamics.com', 'https://contoso.crm4.dynamics.com/.default'],
  ['https://contoso.crm4.dynamics.com/api/data/v9.2/', 'https://contoso.crm4.dynamics.com/.default'],
  ['http://127.0.0.1:8091', 'http://127.0.0.1:8091/.default'],
  ['http://contoso.crm4.dynamics.com', undefined],
  ['ftp://contoso.crm4.dynamics.com', undefined],
  ['contoso', undefined],
])('a token for %s has the scope %s', (organization, want) => {
  expect(scopeOf(organization)).toBe(want);
});

test('nobody signs in where the workspace is not trusted', async () => {
  const getSession = vi.spyOn(authentication, 'getSession');
  Object.assign(workspace, { isTrusted: false });
  expect(await signIn('https://contoso.crm4.dynamics.com')).toBeNull();
  expect(getSession).not.toHaveBeenCalled();
  Object.assign(workspace, { isTrusted: true });
});

test('a token is asked for from the editor', async () => {
  vi.spyOn(authentication, 'getSession').mockResolvedValueOnce({ accessToken: 'secret' } as never);
  expect(await signIn('https://contoso.crm4.dynamics.com')).toEqual({ token: 'secret' });
});

test('who cancels is told what that means', async () => {
  vi.spyOn(authentication, 'getSession').mockRejectedValueOnce(new Error('User did not consent to login'));
  expect(await signIn('https://contoso.crm4.dynamics.com')).toBeNull();
});
