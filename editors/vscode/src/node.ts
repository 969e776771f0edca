// The entry point on the desktop.
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import type { ExtensionContext } from 'vscode';
import { activateOn, deactivate } from './extension';
import { findServer } from './native';
import type { FromWorker } from './worker/serve';

export { deactivate };

export function activate(context: ExtensionContext): Promise<void> {
  return activateOn(context, {
    native: findServer,
    worker: () => {
      const worker = new Worker(join(__dirname, 'worker-node.js'));
      return Promise.resolve({
        post: (message) => { worker.postMessage(message); },
        onMessage: (listener) => { worker.on('message', (message: FromWorker) => { listener(message); }); },
        onGone: (listener) => {
          worker.once('error', (err) => { listener(`segls: ${err.message}`); });
          worker.once('exit', () => { listener(); });
        },
        terminate: () => { void worker.terminate(); },
      });
    },
  });
}
