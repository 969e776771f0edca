// The worker of the extension in a browser.
import { serve, type ToWorker } from './serve';

const receive = serve((message, transfer) => { postMessage(message, { transfer }); });
onmessage = (event: MessageEvent<ToWorker>) => { receive(event.data); };
