// The connection to a language server that runs in a worker. Its messages are the same bytes as those of a server that is
// a process, so the readers and writers of streams do for both.
import { Emitter, ReadableStreamMessageReader, WriteableStreamMessageWriter, type Disposable } from 'vscode-languageserver-protocol';
import type { MessageTransports } from 'vscode-languageclient';
import type { FromWorker, ToWorker } from './worker/serve';

/** ServerWorker is a worker of Node or of a browser. */
export interface ServerWorker {
  post(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** Tells that the worker is gone, and why if that is known. */
  onGone(listener: (reason?: string) => void): void;
  terminate(): void;
}

/** graceMilliseconds is how long a server may take to end by itself. */
export const graceMilliseconds = 2000;

/** connect starts the server in a worker. Its log goes to log, line by line. */
export function connect(worker: ServerWorker, module: WebAssembly.Module, log: (line: string) => void): MessageTransports {
  const arrived = new Emitter<Uint8Array>();
  const closed = new Emitter<void>();
  const failed = new Emitter<Error>();
  let isClosed = false;
  const end = (): void => {
    if (isClosed) return;
    isClosed = true;
    worker.terminate();
    closed.fire();
  };
  worker.onMessage((message) => {
    if (typeof message === 'string') log(message);
    else if (typeof message === 'number') end();
    else arrived.fire(message);
  });
  worker.onGone((reason) => {
    if (!isClosed && reason !== undefined) log(reason);
    end();
  });
  worker.post(module);

  const onClose = (listener: () => void): Disposable => closed.event(listener);
  const onError = (listener: (error: Error) => void): Disposable => failed.event(listener);
  return {
    reader: new ReadableStreamMessageReader({
      onData: (listener) => arrived.event(listener),
      onClose,
      onError,
      onEnd: onClose,
    }),
    writer: new WriteableStreamMessageWriter({
      write: (data) => {
        if (!isClosed) worker.post(typeof data === 'string' ? new TextEncoder().encode(data) : data);
        return Promise.resolve();
      },
      end: () => { setTimeout(end, graceMilliseconds); },
      onClose,
      onError,
      onEnd: onClose,
    }),
  };
}
