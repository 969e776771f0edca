// The language server as a program of this computer.
import { execFile, spawn } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { MessageTransports } from 'vscode-languageclient';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver-protocol/node';
import type { LogOutputChannel } from 'vscode';
import { logLine } from './log';
import type { NativeProblem, NativeServer } from './platform';
import { graceMilliseconds } from './transport';
import { isTooOld, oldestServer } from './versions';

/** findServer is Platform.native. */
export async function findServer(path: string): Promise<NativeServer | NativeProblem | undefined> {
  const program = path || (await onPath('segls'));
  if (program === undefined) return undefined;
  const said = await versionOf(program);
  const unless = path ? 'correct the setting segql.serverPath' : 'install it anew with: go install ./cmd/...';
  if (said === undefined) {
    return { problem: `${program} can't be used: it does not say its version as segls does; ${unless}` };
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

/** versionOf asks a program for its version; undefined if it is no segls. */
function versionOf(program: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], { timeout: 5000, windowsHide: true }, (err, stdout) => {
      resolve(err ? undefined : /^segls (\S+)/.exec(stdout)?.[1]);
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
