import type { MessageTransports } from 'vscode-languageclient';
import type { LogOutputChannel } from 'vscode';
import type { ServerWorker } from './transport';

/** Platform is what differs between the desktop and a browser. */
export interface Platform {
  /** worker starts the worker in that a WebAssembly server can run. */
  worker(): Promise<ServerWorker>;
  /**
   * native finds the server of this computer that is to be used: that of the path, or else the one on the PATH.
   * It is undefined where there are no processes.
   */
  native?(path: string): Promise<NativeServer | NativeProblem | undefined>;
}

/** NativeServer is a language server that is a program of this computer. */
export interface NativeServer {
  readonly path: string;
  readonly version: string;
  connect(log: LogOutputChannel): Promise<MessageTransports>;
}

/** NativeProblem says in one sentence why a program can't be used. */
export interface NativeProblem {
  readonly problem: string;
}
