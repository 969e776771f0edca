import 'vscode-languageserver-protocol/node';
import { expect, test, vi } from 'vitest';
import { connect, type ServerWorker } from '../../src/transport';
import type { FromWorker, ToWorker } from '../../src/worker/serve';

class FakeWorker implements ServerWorker {
  readonly posted: ToWorker[] = [];
  terminated = 0;
  say: (message: FromWorker) => void = () => undefined;
  vanish: (reason?: string) => void = () => undefined;
  post(message: ToWorker): void { this.posted.push(message); }
  onMessage(listener: (message: FromWorker) => void): void { this.say = listener; }
  onGone(listener: (reason?: string) => void): void { this.vanish = listener; }
  terminate(): void { this.terminated++; }
}

const empty = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('messages come through in pieces', async () => {
  const worker = new FakeWorker();
  const { reader } = connect(worker, empty, () => undefined);
  expect(worker.posted).toEqual([empty]);
  const got: unknown[] = [];
  reader.listen((message) => { got.push(message); });
  const whole = 'Content-Length: 36\r\n\r\n{"jsonrpc":"2.0","id":1,"result":{}}';
  for (const c of whole) worker.say(bytes(c));
  await vi.waitFor(() => { expect(got).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]); });
});

test('messages go out as the protocol has them', async () => {
  const worker = new FakeWorker();
  const { writer } = connect(worker, empty, () => undefined);
  await writer.write({ jsonrpc: '2.0', method: 'exit' } as never);
  const sent = worker.posted.slice(1).map((m) => new TextDecoder().decode(m as Uint8Array)).join('');
  expect(sent).toBe('Content-Length: 33\r\n\r\n{"jsonrpc":"2.0","method":"exit"}');
});

test('the log is handed on, and the end closes the connection once', () => {
  const worker = new FakeWorker();
  const lines: string[] = [];
  const { reader } = connect(worker, empty, (line) => { lines.push(line); });
  const closed = vi.fn();
  reader.onClose(closed);
  reader.listen(() => undefined);
  worker.say('level=WARN msg=x');
  worker.say(0);
  worker.vanish('later');
  expect(lines).toEqual(['level=WARN msg=x']);
  expect(closed).toHaveBeenCalledTimes(1);
  expect(worker.terminated).toBe(1);
});

test('a worker that vanishes closes the connection, and says why', () => {
  const worker = new FakeWorker();
  const lines: string[] = [];
  const { reader } = connect(worker, empty, (line) => { lines.push(line); });
  const closed = vi.fn();
  reader.onClose(closed);
  reader.listen(() => undefined);
  worker.vanish('segls: out of memory');
  expect(lines).toEqual(['segls: out of memory']);
  expect(closed).toHaveBeenCalledTimes(1);
});

test('a server that does not end by itself is ended', () => {
  vi.useFakeTimers();
  const worker = new FakeWorker();
  const { writer } = connect(worker, empty, () => undefined);
  writer.end();
  expect(worker.terminated).toBe(0);
  vi.runAllTimers();
  expect(worker.terminated).toBe(1);
  vi.useRealTimers();
});
