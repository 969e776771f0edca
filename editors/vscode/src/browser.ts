// The entry point in a browser.
import 'vscode-languageclient/browser';
import { Uri, type ExtensionContext } from 'vscode';
import { activateOn, deactivate } from './extension';
import type { FromWorker } from './worker/serve';

export { deactivate };

export function activate(context: ExtensionContext): Promise<void> {
  return activateOn(context, {
    worker: () => {
      const worker = new Worker(Uri.joinPath(context.extensionUri, 'dist/worker-browser.js').toString(true));
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
