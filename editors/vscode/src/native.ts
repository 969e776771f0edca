// The language server as a program of this computer.
import { execFile, spawn } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { MessageTransports } from 'vscode-languageclient';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver-protocol/node';
import { workspace, type LogOutputChannel } from 'vscode';
import { logLine } from './log';
import type { NativeProblem, NativeServer } from './platform';
import { graceMilliseconds } from './transport';
import { isTooOld, oldestServer } from './versions';

/** findServer is Platform.native. */
export async function findServer(path: string): Promise<NativeServer | NativeProblem | undefined> {
  const program = path ? expand(path) : await onPath('segls');
  if (program === undefined) return undefined;
  const unless = path ? 'correct the setting segql.serverPath' : 'install it anew with: go install ./cmd/...';
  let said: string;
  try {
    said = await versionOf(program);
  } catch (err) {
    return { problem: `${program} can't be used: ${(err as Error).message}; ${unless}` };
  }
  if (isTooOld(said)) {
    return { problem: `${program} is too old: it is version ${said}, but ${oldestServer} or later is needed; ${unless}` };
  }
  return { path: program, version: said, connect: (log) => connect(program, log) };
}

/** onPath finds a program in the folders of the PATH. */
export async function onPath(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const isWindows = process.platform === 'win32';
  const endings = isWindows ? ['.exe'] : [''];
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter)) {
    // An entry that is relative would lead into whatever folder is open.
    if (!isAbsolute(folder)) continue;
    for (const ending of endings) {
      const candidate = join(folder, name + ending);
      if (await isProgram(candidate)) return candidate;
    }
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** expand replaces what may begin a path in the settings: ~ is the home folder, ${workspaceFolder} the first one open. */
function expand(path: string): string {
  const [, start, rest = ''] = /^(~|\$\{workspaceFolder\})([\\/].*)?$/.exec(path) ?? [];
  const folder = start === '~' ? homedir() : workspace.workspaceFolders?.[0]?.uri.fsPath;
  return start === undefined || folder === undefined ? path : join(folder, rest);
}

/** versionOf asks a program for its version. It fails if that is no segls, and says why in the words of a user. */
function versionOf(program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, ['--version'], { timeout: 5000, windowsHide: true }, (err, stdout) => {
      const said = err ? undefined : /^segls (\S+)/.exec(stdout)?.[1];
      if (said !== undefined) resolve(said);
      else if (err?.code === 'ENOENT') reject(new Error('there is no such file'));
      else if (err?.code === 'EACCES') reject(new Error('it may not be run'));
      else reject(new Error('it does not say its version as segls does'));
    });
  });
}

function connect(program: string, log: LogOutputChannel): Promise<MessageTransports> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [], { windowsHide: true, stdio: 'pipe' });
    child.once('error', reject);
    createInterface({ input: child.stderr }).on('line', (line) => { logLine(log, line); });
    child.stdin.on('error', () => { /* the server has ended, which its output tells */ });
    child.stdin.once('close', () => { setTimeout(() => child.kill(), graceMilliseconds).unref(); });
    child.once('spawn', () => {
      resolve({ reader: new StreamMessageReader(child.stdout), writer: new StreamMessageWriter(child.stdin) });
    });
  });
}
