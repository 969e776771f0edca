// The entry point in a browser.
import 'vscode-languageclient/browser';
import { Uri, workspace, type ExtensionContext } from 'vscode';
import { activateOn, deactivate } from './extension';
import type { FromWorker } from './worker/serve';

export { deactivate };

export function activate(context: ExtensionContext): Promise<void> {
  return activateOn(context, {
    worker: async () => {
      // Not every address that an extension can have is one that a worker can be started from, but all can be read.
      const script = await workspace.fs.readFile(Uri.joinPath(context.extensionUri, 'dist/worker-browser.js'));
      const worker = new Worker(URL.createObjectURL(new Blob([script as Uint8Array<ArrayBuffer>], { type: 'text/javascript' })));
      return {
        post: (message) => { worker.postMessage(message); },
        onMessage: (listener) => {
          worker.addEventListener('message', (event: MessageEvent<FromWorker>) => { listener(event.data); });
        },
        onGone: (listener) => {
          worker.addEventListener('error', (event) => { listener(`segls: ${event.message}`); });
        },
        terminate: () => { worker.terminate(); },
      };
    },
  });
}
