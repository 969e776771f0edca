import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { workspace } from 'vscode';
import { afterAll, expect, test } from 'vitest';
import { findServer, onPath } from '../../src/native';

const work = mkdtempSync(join(tmpdir(), 'segql-native-'));
afterAll(() => { rmSync(work, { recursive: true }); });

/** program writes a segls that says something when it is asked for its version. */
function program(folder: string, says: string): string {
  mkdirSync(join(work, folder), { recursive: true });
  const path = join(work, folder, 'segls');
  writeFileSync(path, `#!/bin/sh\n${says}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('the first program on the PATH is taken, and never one of a relative folder', async () => {
  const first = program('first', 'true');
  const second = program('second', 'true');
  mkdirSync(join(work, 'empty/segls'), { recursive: true });
  const at = (...folders: string[]): Promise<string | undefined> => onPath('segls', { PATH: folders.join(delimiter) });
  expect(await at(join(work, 'empty'), join(work, 'first'), join(work, 'second'))).toBe(first);
  expect(await at('.', '', join(work, 'second'))).toBe(second);
  expect(await at(join(work, 'empty'))).toBeUndefined();
  expect(await onPath('segls', {})).toBeUndefined();
});

test('a server is found by its path', async () => {
  const path = program('good', 'echo segls v0.2.0');
  expect(await findServer(path)).toMatchObject({ path, version: 'v0.2.0' });
});

test('a server that is too old is named', async () => {
  const path = program('old', 'echo segls v0.0.9');
  expect(await findServer(path)).toEqual({ problem: `${path} is too old: it is version v0.0.9, but 0.1.0 or later is needed; correct the setting segql.serverPath` });
});

test.each([
  ['something else', 'echo hello'],
  ['a failure', 'echo segls v0.2.0; exit 1'],
])('a program that is no server is named: %s', async (_name, says) => {
  const path = program('other', says);
  expect(await findServer(path)).toEqual({ problem: `${path} can't be used: it does not say its version as segls does; correct the setting segql.serverPath` });
});

test('a path that leads nowhere is named', async () => {
  const path = join(work, 'nowhere');
  expect(await findServer(path)).toEqual({ problem: `${path} can't be used: there is no such file; correct the setting segql.serverPath` });
});

test('a file that is no program is named', async () => {
  const path = program('plain', 'echo segls v0.2.0');
  chmodSync(path, 0o644);
  expect(await findServer(path)).toEqual({ problem: `${path} can't be used: it may not be run; correct the setting segql.serverPath` });
});

test('a path may begin with the home folder or that of the workspace', async () => {
  const path = program('open', 'echo segls v0.2.0');
  Object.assign(workspace, { workspaceFolders: [{ uri: { fsPath: work } }] });
  expect(await findServer('${workspaceFolder}/open/segls')).toMatchObject({ path });
  Object.assign(workspace, { workspaceFolders: undefined });
  expect(await findServer('${workspaceFolder}/open/segls')).toMatchObject({ problem: expect.stringContaining('${workspaceFolder}/open/segls can') as string });
  expect(await findServer('~/no-such-segls')).toMatchObject({ problem: expect.stringContaining(`${join(homedir(), 'no-such-segls')} can`) as string });
});
