// The language server: which one runs, its state, and what it is asked.
import { EventEmitter, ExtensionMode, UIKind, Uri, env, window, workspace, type CancellationToken, type Disposable, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { CloseAction, ConnectionError, ErrorAction, ErrorCodes, ExecuteCommandRequest, LanguageClient, ResponseError, State, type LanguageClientOptions, type MessageTransports } from 'vscode-languageclient';
import { Crashes } from './crashes';
import { findFiles, readFile } from './files';
import { signIn } from './signin';
import { logLine } from './log';
import { connect } from './transport';
import type { NativeServer, Platform } from './platform';

/** ServerState is what a user has to know of the server. */
export type ServerState = 'starting' | 'running' | 'stopped' | 'failed';

const language = 'segment-query';

/** needed are the commands of a server that this extension can't do without. */
const needed = ['seg.explain', 'seg.wireForm'];

/**
 * How long a server may take to start, in milliseconds. That of the extension has to be read and compiled first, which a
 * slow machine takes its time for.
 */
export const startLimit = { native: 10_000, bundled: 60_000 } as const;

/** Client is a connection to one run of the server. It leaves it to Server to tell the user that the run has ended. */
class Client extends LanguageClient {
  transports: MessageTransports | undefined;
  private hasEnded = false;

  override error(message: string, data?: unknown, showNotification?: boolean | 'force'): void {
    // What can't be sent to a server that is ended on purpose is no news to the user either.
    super.error(message, data, this.hasEnded || showNotification === 'force' ? false : showNotification);
  }

  /** end ends the server in whatever state it is. One that hangs is not waited for. */
  async end(): Promise<void> {
    this.hasEnded = true;
    // A server that did not start can't be asked to stop, but it can be left.
    await this.dispose(2000).catch((err: unknown) => { this.debug(String(err)); });
    this.transports?.writer.end();
  }
}

/** Server is the language server, whichever of its forms runs. */
export class Server implements Disposable {
  private readonly changed = new EventEmitter<void>();
  /** Fires when the state or what is known of the workspace may have changed. */
  readonly onDidChange = this.changed.event;

  state: ServerState = 'starting';
  /** Names the server that runs: a path, or the one of the extension. */
  description = '';

  /** The run of the server that counts; one that has ended or been given up does not. */
  private client: Client | undefined;
  private compiled: Promise<WebAssembly.Module> | undefined;
  private readonly crashes = new Crashes();
  /** Each call that starts or stops the server waits for the one before. */
  private turn: Promise<void> = Promise.resolve();
  /** Ends the wait for a start under way. */
  private giveUp: () => void = () => undefined;
  /** Starts the server again after a crash. */
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly context: ExtensionContext,
    private readonly platform: Platform,
    private readonly log: LogOutputChannel,
  ) {}

  dispose(): void {
    this.changed.dispose();
  }

  /** start starts the server, unless it runs. */
  start(): Promise<void> {
    return this.inTurn(() => this.doStart());
  }

  /** stop ends the server. */
  stop(): Promise<void> {
    this.giveUp();
    return this.inTurn(() => this.doStop());
  }

  /** restart starts the server anew, also after it was given up. */
  restart(): Promise<void> {
    this.giveUp();
    return this.inTurn(async () => {
      this.crashes.forget();
      await this.doStop();
      await this.doStart();
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }

  private async doStart(): Promise<void> {
    if (this.client) return;
    clearTimeout(this.again);
    this.become('starting');
    const givenUp = new Promise<'given up'>((resolve) => { this.giveUp = () => { resolve('given up'); }; });
    const native = await this.findNative();
    this.description = native ? `${native.path} ${native.version}` : 'the server of the extension';
    this.log.info(`starting ${this.description}`);
    const client: Client = new Client('segql', 'Segment Query', async () => {
      client.transports = await this.connect(native);
      // Who no longer waits for the server does not use it either.
      if (this.client !== client) client.transports.writer.end();
      return client.transports;
    }, this.options(() => { this.lost(client); }));
    client.onRequest('segql/readFile', (params: { uri: string }) => readFile(params.uri));
    client.onRequest('segql/findFiles', (params: { uri: string }) => findFiles(params.uri));
    client.onRequest('segql/token', (params: { org: string }) => signIn(params.org));
    client.registerFeature({
      fillClientCapabilities: (capabilities) => {
        capabilities.experimental = { segql: { tokens: true, showReferences: true, files: true } };
      },
      initialize: () => undefined,
      getState: () => ({ kind: 'static' }),
      clear: () => undefined,
    });
    client.onDidChangeState((event) => {
      if (this.client !== client) return;
      if (event.newState === State.Running) this.become('running');
      else if (event.newState === State.Starting) this.become('starting');
    });
    this.client = client;
    const began = performance.now();
    try {
      const started = client.start().then(() => 'running' as const);
      const answer = await orLate(Promise.race([started, givenUp]), native ? startLimit.native : startLimit.bundled);
      if (this.client !== client) return;
      if (answer === 'late') {
        this.client = undefined;
        void client.end();
        this.log.error('the server did not answer in time; it is ended');
        this.become('failed');
        void this.offerLog(`The segment query language server did not answer: ${this.description}.`);
      } else if (answer === 'running') {
        this.log.info(`running after ${Math.round(performance.now() - began)} ms`);
        if (native) this.nameOld(client, native);
      }
    } catch (err) {
      this.log.error(`the server did not start: ${String(err)}`);
      this.lost(client);
    }
  }

  private async doStop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    clearTimeout(this.again);
    this.become('stopped');
    await client?.end();
  }

  private become(state: ServerState): void {
    this.state = state;
    this.changed.fire();
  }

  /** The native server to use, if there is one. What is wrong with it is shown. */
  private async findNative(): Promise<NativeServer | undefined> {
    const path = workspace.getConfiguration('segql').get<string>('serverPath', '').trim();
    if (path === 'bundled') return undefined;
    if (!this.platform.native) return undefined;
    const found = await this.platform.native(path);
    if (found && 'problem' in found) {
      this.log.warn(found.problem);
      void window.showWarningMessage(`${found.problem}. Meanwhile the server of the extension runs.`);
      return undefined;
    }
    return found;
  }

  /** A server of a working copy has no version that tells its age; what it answers does. */
  private nameOld(client: LanguageClient, native: NativeServer): void {
    const known = client.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
    const missing = needed.filter((name) => !known.includes(name));
    if (missing.length === 0) return;
    const message = `${native.path} is too old for this extension: it does not know ${missing.join(', ')}. Install it anew, or set segql.serverPath to bundled.`;
    this.log.warn(message);
    void window.showWarningMessage(message);
  }

  private async connect(native: NativeServer | undefined): Promise<MessageTransports> {
    if (native) return native.connect(this.log);
    this.compiled ??= this.compile();
    const [worker, module] = await Promise.all([this.platform.worker(), this.compiled]);
    return connect(worker, module, (line) => { logLine(this.log, line); });
  }

  private async compile(): Promise<WebAssembly.Module> {
    const bytes = await workspace.fs.readFile(Uri.joinPath(this.context.extensionUri, 'dist/segls.wasm'));
    return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  }

  private options(onClosed: () => void): LanguageClientOptions {
    // Of the schemes that documents have, these are stored or being written; others are views of them, as of a comparison.
    const schemes = new Set(['file', 'untitled', ...(workspace.workspaceFolders ?? []).map((f) => f.uri.scheme)]);
    return {
      documentSelector: [...schemes].map((scheme) => ({ scheme, language })),
      outputChannel: this.log,
      traceOutputChannel: this.log,
      initializationOptions: () => ({
        ...workspace.getConfiguration('segql'),
        trusted: workspace.isTrusted,
      }),
      markdown: { isTrusted: { enabledCommands: [] }, supportThemeIcons: true },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          onClosed();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      // The start fails with the same error.
      initializationFailedHandler: () => false,
    };
  }

  /** A server that ends unasked, at the start or later, starts again, unless it does so too often. */
  private lost(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    void client.end();
    const after = this.crashes.note(Date.now());
    if (after.restart) {
      this.log.warn(`the server has ended; it starts again in ${after.delay} ms`);
      this.become('starting');
      this.again = setTimeout(() => { void this.start(); }, after.delay);
      return;
    }
    this.log.error('the server has ended five times in ten minutes; it is not started again');
    this.become('failed');
    void this.offerReport();
  }

  private async offerReport(): Promise<void> {
    const restart = 'Restart Server';
    const copy = 'Copy Report';
    const chosen = await window.showErrorMessage(
      'The segment query language server has crashed five times, so it is not started again. To report it, copy the report, add the last lines of the log, and send both to whoever gave you the extension.',
      restart, copy, 'Show Log',
    );
    if (chosen === restart) await this.restart();
    else if (chosen === copy) await env.clipboard.writeText(this.report());
    else if (chosen) this.log.show();
  }

  private report(): string {
    const { version } = this.context.extension.packageJSON as { version: string };
    return [
      'The segment query language server crashed five times.',
      `extension: ${version}${this.context.extensionMode === ExtensionMode.Production ? '' : ' (not installed)'}`,
      `server: ${this.description}`,
      `editor: ${env.appName}, ${env.uiKind === UIKind.Desktop ? 'desktop' : 'browser'}${env.remoteName ? `, remote: ${env.remoteName}` : ''}`,
      'log: (paste the last lines of the output "Segment Query" here)',
    ].join('\n');
  }

  private async offerLog(message: string): Promise<void> {
    if (await window.showErrorMessage(message, 'Show Log')) this.log.show();
  }

  /** execute runs a command of the server. */
  async execute<R>(command: string, ...args: unknown[]): Promise<R> {
    return (await this.ready().sendRequest(ExecuteCommandRequest.type, { command, arguments: args }).catch(sayEnded)) as R;
  }

  /** request asks the server something that is not in the protocol. */
  request<R>(method: string, params: unknown, token?: CancellationToken): Promise<R> {
    const client = this.ready();
    // A token that is undefined would be sent as another parameter.
    return (token ? client.sendRequest<R>(method, params, token) : client.sendRequest<R>(method, params)).catch(sayEnded);
  }

  /** converter turns what the server sends into what the editor understands. */
  get converter(): LanguageClient['protocol2CodeConverter'] {
    return this.ready().protocol2CodeConverter;
  }

  private ready(): LanguageClient {
    if (!this.client || this.state !== 'running') {
      throw new Error('The segment query language server does not run. Restart it with the command “Restart Server”.');
    }
    return this.client;
  }
}

/** orLate waits for a promise, but not for longer than a time in milliseconds. */
async function orLate<R>(promise: Promise<R>, limit: number): Promise<R | 'late'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => { timer = setTimeout(() => { resolve('late'); }, limit); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a request fails with when the server ends before it answers. */
const endedCodes: readonly number[] = [ErrorCodes.PendingResponseRejected, ErrorCodes.ConnectionInactive, ErrorCodes.MessageWriteError];

/** sayEnded fails with the same error, but tells the end of the server in words for a user. */
function sayEnded(err: unknown): never {
  const hasEnded = err instanceof ConnectionError || (err instanceof ResponseError && endedCodes.includes(err.code));
  throw hasEnded ? new Error('The segment query language server ended before it answered. Try again when it runs; the log says more.', { cause: err }) : err;
}
