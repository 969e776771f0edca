// Runs the language server, compiled to WebAssembly, in a worker. What passes between the worker and the extension
// are messages: first the compiled module, then in both directions the bytes of the Language Server Protocol. A text is a
// line of the server's log, a number the code it ended with.
import 'wasm_exec';

export type ToWorker = WebAssembly.Module | Uint8Array;
export type FromWorker = Uint8Array | string | number;

declare class Go {
  importObject: WebAssembly.Imports;
  exit: (code: number) => void;
  run(instance: WebAssembly.Instance): Promise<void>;
}

/** Host is what the server finds as the global object segls; see cmd/segls/main_js.go. */
interface Host {
  send(chunk: Uint8Array): void;
  receive(chunk: Uint8Array): void;
  ready(): void;
}

interface Scope {
  segls: Host;
  fs: { writeSync(fd: number, bytes: Uint8Array): number };
}

/** serve answers the messages that it is given with post. */
export function serve(post: (message: FromWorker, transfer: ArrayBuffer[]) => void): (message: ToWorker) => void {
  const scope = globalThis as unknown as Scope;
  const early: Uint8Array[] = []; // what arrives before the server can take it
  scope.segls = {
    send: (chunk) => { post(chunk, [chunk.buffer as ArrayBuffer]); },
    receive: (chunk) => { early.push(chunk); },
    ready: () => {
      for (const chunk of early.splice(0)) scope.segls.receive(chunk);
    },
  };

  const decoder = new TextDecoder();
  let line = '';
  scope.fs.writeSync = (_fd, bytes) => {
    const lines = (line + decoder.decode(bytes, { stream: true })).split('\n');
    line = lines.pop() ?? '';
    for (const l of lines) post(l, []);
    return bytes.length;
  };

  const run = async (module: WebAssembly.Module): Promise<void> => {
    const go = new Go();
    let code = 0;
    go.exit = (c) => { code = c; };
    try {
      await go.run(await WebAssembly.instantiate(module, go.importObject));
    } catch (err) {
      code = 2;
      post(`segls: ${String(err)}`, []);
    }
    if (line !== '') post(line, []);
    post(code, []);
  };

  return (message) => {
    if (message instanceof Uint8Array) scope.segls.receive(message);
    else void run(message);
  };
}
