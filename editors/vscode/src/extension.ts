// The extension: it starts the language server and everything that shows what the server knows.
import { commands, window, workspace, type ExtensionContext } from 'vscode';
import { Commands } from './commands';
import { Documents } from './documents';
import { SegmentTree } from './tree';
import { Server } from './server';
import { StatusItem } from './status';
import type { Platform } from './platform';

let running: Server | undefined;

/** activateOn starts the extension on a platform. */
export async function activateOn(context: ExtensionContext, platform: Platform): Promise<void> {
  const log = window.createOutputChannel('Segment Query', { log: true });
  const server = new Server(context, platform, log);
  running = server;
  const documents = new Documents();
  const status = new StatusItem(server);
  context.subscriptions.push(log, server, documents, status, new SegmentTree(server), new Commands(server, documents, status, log));
  context.subscriptions.push(
    workspace.onDidGrantWorkspaceTrust(() => { void server.restart(); }),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('segql.serverPath')) void server.restart();
    }),
  );
  await commands.executeCommand('setContext', 'segql.active', true);
  await server.start();
}

/** deactivate ends the server. */
export async function deactivate(): Promise<void> {
  await running?.stop();
  running = undefined;
}
