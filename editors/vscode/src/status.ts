// The status bar item: what the text at hand is taken for, and how the server is.
import { MarkdownString, StatusBarAlignment, ThemeColor, commands, languages, window, workspace, type Disposable, type TextDocument } from 'vscode';
import type { Server } from './server';

/** FileStatus is what the server takes a file for; see segql/status. */
export interface FileStatus {
  readonly dialect: string;
  readonly schema: string;
  readonly organization: string;
  readonly config: string;
}

/** segmentDocument returns the document with segments that the user looks at. */
export function segmentDocument(): TextDocument | undefined {
  const document = window.activeTextEditor?.document;
  return document?.languageId === 'segment-query' ? document : undefined;
}

/** schemaName says in a few words which schema names are checked against. */
export function schemaName(schema: string): string {
  if (schema === 'standard') return 'standard tables';
  if (schema === 'none') return 'no schema';
  return schema.split(/[\\/]/).pop() ?? schema;
}

/** organizationName is the part of an organization's address that tells it from others. */
export function organizationName(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

/** StatusItem is the item in the status bar. A click opens the menu. */
export class StatusItem implements Disposable {
  private readonly item = window.createStatusBarItem('segql.status', StatusBarAlignment.Right, 100);
  private readonly configs = workspace.createFileSystemWatcher('**/seg.toml');
  private readonly listeners: Disposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private secondTimer: ReturnType<typeof setTimeout> | undefined;
  /** What is known of the document at hand. */
  current: FileStatus | undefined;

  constructor(private readonly server: Server) {
    this.item.name = 'Segment Query';
    this.item.command = 'segql.menu';
    this.listeners = [
      server.onDidChange(() => { void this.update(); }),
      window.onDidChangeActiveTextEditor(() => { void this.update(); }),
      languages.onDidChangeDiagnostics((event) => {
        const uri = segmentDocument()?.uri.toString();
        if (event.uris.some((u) => u.toString() === uri)) this.updateLater();
      }),
      workspace.onDidChangeTextDocument((event) => { if (event.document === segmentDocument()) this.updateLater(); }),
      this.configs.onDidChange(() => { this.updateTwice(); }),
      this.configs.onDidCreate(() => { this.updateTwice(); }),
      this.configs.onDidDelete(() => { this.updateTwice(); }),
      workspace.onDidChangeConfiguration((event) => { if (event.affectsConfiguration('segql')) this.updateTwice(); }),
    ];
    void this.update();
  }

  private updateLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { void this.update(); }, 500);
  }

  /** After a seg.toml or a setting has changed, the server may take a while to read what that names. */
  private updateTwice(): void {
    this.updateLater();
    clearTimeout(this.secondTimer);
    this.secondTimer = setTimeout(() => { void this.update(); }, 3000);
  }

  private async update(again = true): Promise<void> {
    const document = segmentDocument();
    if (!document) {
      this.item.hide();
      return;
    }
    // Steps of the walkthrough are done once a segment is open.
    void commands.executeCommand('setContext', 'segql.opened', true);
    let known: FileStatus | undefined;
    if (this.server.state === 'running') {
      // The server may not have opened the document yet, or end at this moment.
      known = await this.server.request<FileStatus>('segql/status', { uri: document.uri.toString() }).catch(() => undefined);
      if (segmentDocument() !== document) return;
      if (!known && again) setTimeout(() => { void this.update(false); }, 500);
    }
    this.current = known;
    const { state } = this.server;
    const isFailed = state === 'failed' || state === 'stopped';
    this.item.backgroundColor = isFailed ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    this.item.text = this.text();
    this.item.tooltip = this.tooltip();
    this.item.show();
  }

  private text(): string {
    switch (this.server.state) {
      case 'starting':
        return '$(loading~spin) Segments';
      case 'running':
        break;
      default:
        return '$(error) Segments';
    }
    const c = this.current;
    if (!c) return '$(filter) Segments';
    const parts = [c.dialect || 'any dialect', schemaName(c.schema)];
    if (c.organization) parts.push(organizationName(c.organization));
    return `$(filter) ${parts.join(' · ')}`;
  }

  private tooltip(): MarkdownString {
    const tip = new MarkdownString(undefined, true);
    const c = this.current;
    if (c) {
      tip.appendMarkdown(`**Dialect**: ${c.dialect || 'not determined; rules of one dialect only warn'}\n\n`);
      tip.appendMarkdown('**Schema**: ').appendText(c.schema === 'standard' ? 'the standard tables' : c.schema === 'none' ? 'none, names are not checked' : c.schema);
      tip.appendMarkdown('\n\n**Organization**: ').appendText(c.organization || 'none');
      tip.appendMarkdown('\n\n');
    }
    tip.appendMarkdown(`**Server**: ${this.server.state}, `).appendText(this.server.description);
    if (!workspace.isTrusted) tip.appendMarkdown('\n\n$(shield) This workspace is not trusted: nothing is sent to an organization.');
    tip.appendMarkdown('\n\nClick for a menu.');
    return tip;
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.secondTimer);
    for (const l of this.listeners) l.dispose();
    this.configs.dispose();
    this.item.dispose();
  }
}
