// The worker of the extension on the desktop, a thread of Node.
import { parentPort } from 'node:worker_threads';
import { serve, type ToWorker } from './serve';

// Go takes a program whose name is node for a test that must not use the network.
globalThis.process = Object.create(process, { argv0: { value: 'segls' } }) as NodeJS.Process;

const port = parentPort;
if (port) {
  const receive = serve((message, transfer) => { port.postMessage(message, transfer); });
  port.on('message', (message: ToWorker) => { receive(message); });
}
