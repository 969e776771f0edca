import 'vscode-languageserver-protocol/node';
import { ErrorCodes, ResponseError } from 'vscode-languageserver-protocol';
import { window } from 'vscode';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Server, startLimit } from '../../src/server';
import type { Platform } from '../../src/platform';

/** A run of the server, which a test has answer, or end. */
interface Run { answer(): void; fail(err: Error): void; close(): void; ended: number; reply: Promise<unknown>; told: string[]; error(message: string, data?: unknown, tell?: boolean | 'force'): void }
const { runs } = vi.hoisted(() => ({ runs: [] as Run[] }));
const shown = (window as unknown as { shown: string[] }).shown;

vi.mock('vscode-languageclient', async () => {
  const protocol = await import('vscode-languageserver-protocol');
  class LanguageClient implements Run {
    answer: () => void = () => undefined;
    fail: (err: Error) => void = () => undefined;
    ended = 0;
    reply: Promise<unknown> = Promise.resolve();
    readonly told: string[] = [];
    readonly initializeResult = { capabilities: { executeCommandProvider: { commands: ['seg.explain', 'seg.wireForm'] } } };
    private changed: (event: { newState: number }) => void = () => undefined;
    constructor(_id: string, _name: string, private readonly connect: () => Promise<unknown>, private readonly options: { errorHandler: { closed(): unknown } }) {
      runs.push(this);
    }
    onRequest(): void { /* the server asks nothing */ }
    registerFeature(): void { /* nor for features */ }
    error(message: string, _data?: unknown, tell: boolean | 'force' = true): void { if (tell !== false) this.told.push(message); }
    debug(): void { /* and is quiet */ }
    onDidChangeState(listener: (event: { newState: number }) => void): void { this.changed = listener; }
    async start(): Promise<void> {
      await this.connect();
      await new Promise<void>((resolve, reject) => {
        this.answer = () => { this.changed({ newState: 2 }); resolve(); };
        this.fail = reject;
      });
    }
    close(): void { this.options.errorHandler.closed(); }
    dispose(): Promise<void> { return Promise.reject(new Error("it can't be stopped")); }
    sendRequest(): Promise<unknown> { return this.reply; }
  }
  return { ...protocol, LanguageClient, State: { Stopped: 1, Running: 2, Starting: 3 }, CloseAction: {}, ErrorAction: {} };
});

const path = '/bin/segls';
const platform: Platform = {
  worker: () => Promise.reject(new Error('no worker')),
  native: () => Promise.resolve({
    path, version: 'v0.2.0',
    connect: () => {
      const run = runs.at(-1);
      return Promise.resolve({ reader: {}, writer: { end: () => { if (run) run.ended++; } } } as never);
    },
  }),
};
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const newServer = (): Server => new Server({} as never, platform, log as never);
const soon = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  runs.length = 0;
  shown.length = 0;
});
afterEach(() => { vi.useRealTimers(); });

test('a server that does not answer is given up after a while, and can be started again', async () => {
  const server = newServer();
  const start = server.start();
  await vi.advanceTimersByTimeAsync(startLimit.native - 1);
  expect(server.state).toBe('starting');
  await vi.advanceTimersByTimeAsync(1);
  await start;
  expect(server.state).toBe('failed');
  expect(runs[0]?.ended).toBe(1);
  expect(shown).toEqual([`The segment query language server did not answer: ${path} v0.2.0.`]);
  // Its end is no crash.
  runs[0]?.close();
  expect(server.state).toBe('failed');

  const again = server.restart();
  await soon();
  runs[1]?.answer();
  await again;
  expect(server.state).toBe('running');
});

test.each(['restart', 'stop'] as const)('%s does not wait for a start under way', async (name) => {
  const server = newServer();
  void server.start();
  await soon();
  const then = server[name]();
  await soon();
  expect(runs[0]?.ended).toBe(1);
  if (name === 'restart') runs[1]?.answer();
  await then;
  expect(server.state).toBe(name === 'restart' ? 'running' : 'stopped');
  // What becomes of the first no longer counts.
  runs[0]?.fail(new Error('EPIPE'));
  runs[0]?.close();
  await soon();
  expect(server.state).toBe(name === 'restart' ? 'running' : 'stopped');
  expect(shown).toEqual([]);
});

test('a server that ends at each start starts five times, and is named once', async () => {
  const server = newServer();
  void server.start();
  for (let n = 0; n < 5; n++) {
    await vi.advanceTimersByTimeAsync(2000);
    expect(runs).toHaveLength(n + 1);
    // The two tell of the same end, in either order.
    if (n % 2) runs[n]?.close();
    runs[n]?.fail(new Error('write EPIPE'));
    await soon();
    runs[n]?.close();
  }
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runs).toHaveLength(5);
  expect(server.state).toBe('failed');
  expect(shown).toHaveLength(1);
  expect(shown[0]).toContain('has crashed five times');
});

test('a server that ends later starts again', async () => {
  const server = newServer();
  void server.start();
  await soon();
  runs[0]?.answer();
  await soon();
  runs[0]?.close();
  expect(server.state).toBe('starting');
  await vi.advanceTimersByTimeAsync(250);
  runs[1]?.answer();
  await soon();
  expect(server.state).toBe('running');
  expect(shown).toEqual([]);
});

test.each([
  [new ResponseError(ErrorCodes.PendingResponseRejected, 'Pending response rejected since connection got disposed'), 'server ended before it answered'],
  [new ResponseError(ErrorCodes.InvalidParams, 'there is no such file'), 'there is no such file'],
])('a request that fails says why: %s', async (err, want) => {
  const server = newServer();
  void server.start();
  await soon();
  runs[0]?.answer();
  await soon();
  if (runs[0]) runs[0].reply = Promise.reject(err);
  await expect(server.execute('seg.explain')).rejects.toThrow(want);
  await expect(server.request('segql/status', {})).rejects.toThrow(want);
});

test('what the library says of the end of a server is not shown', async () => {
  const server = newServer();
  void server.start();
  await soon();
  runs[0]?.answer();
  await soon();
  runs[0]?.error('a request failed');
  runs[0]?.error('the connection is gone', undefined, 'force');
  await server.stop();
  runs[0]?.error('a notification could not be sent');
  expect(runs[0]?.told).toEqual(['a request failed']);
});
