// The commands of the extension.
import {
  ConfigurationTarget, Position, ProgressLocation, QuickPickItemKind, Uri, WorkspaceEdit, Range, commands, env, window, workspace,
  type Disposable, type LogOutputChannel, type QuickPickItem, type TextDocument,
} from 'vscode';
import type { Location as WireLocation, Position as WirePosition } from 'vscode-languageclient';
import type { Documents } from './documents';
import type { Server } from './server';
import { organizationName, schemaName, segmentDocument, type StatusItem } from './status';
import { setDialectComment, setKey } from './toml';

/** What seg.explain answers: one text, or one for each query. */
type Explanations = string | readonly { readonly name: string; readonly markdown: string }[];
/** What seg.wireForm answers. */
type WireForms = string | readonly { readonly name: string; readonly query: string }[];
/** What segql/readSchema and segql/pullSchema answer. */
interface Snapshot { readonly text: string; readonly tables: number }

/** Commands registers all commands, until it is disposed. */
export class Commands implements Disposable {
  private readonly registrations: Disposable[] = [];

  constructor(
    private readonly server: Server,
    private readonly documents: Documents,
    private readonly status: StatusItem,
    private readonly log: LogOutputChannel,
  ) {
    this.register('segql.menu', () => this.menu());
    this.register('segql.newQuery', newQuery);
    this.register('segql.format', () => commands.executeCommand('editor.action.formatDocument'));
    this.register('segql.explain', () => this.explain());
    this.register('segql.copyWireForm', () => this.copyWireForm());
    this.register('segql.chooseDialect', () => this.chooseDialect());
    this.register('segql.importSchema', () => this.importSchema());
    this.register('segql.pullSchema', () => this.pullSchema());
    this.register('segql.validate', () => this.validate());
    this.register('segql.restart', () => this.server.restart());
    this.register('seg.restart', () => this.server.restart());
    this.register('segql.showLog', () => { this.log.show(); });
    this.register('seg.showReferences', (uri: string, at: WirePosition, locations: WireLocation[]) => {
      const { converter } = this.server;
      return commands.executeCommand('editor.action.showReferences', Uri.parse(uri), converter.asPosition(at), locations.map((l) => converter.asLocation(l)));
    });
  }

  private register(name: string, run: (...args: never[]) => unknown): void {
    this.registrations.push(commands.registerCommand(name, async (...args: unknown[]) => {
      try {
        await run(...(args as never[]));
      } catch (err) {
        this.log.error(`${name}: ${String(err)}`);
        void window.showErrorMessage(err instanceof Error ? err.message : String(err));
      }
    }));
  }

  dispose(): void {
    for (const r of this.registrations) r.dispose();
  }

  /** Shows what can be done with the document at hand. */
  private async menu(): Promise<void> {
    const c = this.status.current;
    interface Choice extends QuickPickItem { command?: string }
    const items: Choice[] = [
      { label: 'This file', kind: QuickPickItemKind.Separator },
      { label: '$(symbol-enum) Choose Dialect…', description: c?.dialect ?? '', command: 'segql.chooseDialect' },
      { label: '$(comment-discussion) Explain', command: 'segql.explain' },
      { label: '$(list-flat) Format', command: 'segql.format' },
      { label: '$(copy) Copy Wire Form', command: 'segql.copyWireForm' },
      { label: 'Schema', kind: QuickPickItemKind.Separator },
      { label: '$(cloud-download) Pull Schema from Organization…', description: c ? schemaName(c.schema) : '', command: 'segql.pullSchema' },
      { label: '$(file-add) Import Schema…', command: 'segql.importSchema' },
      { label: 'Organization', kind: QuickPickItemKind.Separator },
      { label: '$(verified) Validate with Dataverse', description: c ? organizationName(c.organization) : '', command: 'segql.validate' },
      { label: 'Server', kind: QuickPickItemKind.Separator },
      { label: '$(debug-restart) Restart Server', description: this.server.description, command: 'segql.restart' },
      { label: '$(output) Show Log', command: 'segql.showLog' },
    ];
    const chosen = await window.showQuickPick(items, { title: 'Segment Query', placeHolder: 'What to do' });
    if (chosen?.command) await commands.executeCommand(chosen.command);
  }

  private async explain(): Promise<void> {
    const { document, at } = target();
    const answer = await this.server.execute<Explanations>('seg.explain', document.uri.toString(), at);
    await this.documents.explain(document.uri, explanationText(answer));
  }

  private async copyWireForm(): Promise<void> {
    const { document, at } = target();
    const answer = await this.server.execute<WireForms>('seg.wireForm', document.uri.toString(), at);
    await env.clipboard.writeText(wireText(answer));
    window.setStatusBarMessage('$(check) Copied the query on one line, without comments', 4000);
  }

  private async chooseDialect(): Promise<void> {
    const { document } = target();
    const config = this.status.current?.config;
    const where = config ? 'All segments below seg.toml' : 'All segments that do not say it';
    interface Choice extends QuickPickItem { dialect?: string; forFile?: boolean }
    const items: Choice[] = [
      { label: 'This file', kind: QuickPickItemKind.Separator },
      { label: 'Realtime', description: 'Customer Insights - Journeys', detail: 'Adds // seg:dialect realtime', dialect: 'realtime', forFile: true },
      { label: 'Outbound', description: 'outbound marketing', detail: 'Adds // seg:dialect outbound', dialect: 'outbound', forFile: true },
      { label: 'As the project or the text says', detail: 'Takes the comment away', dialect: '', forFile: true },
      { label: where, kind: QuickPickItemKind.Separator },
      { label: 'Realtime', description: 'Customer Insights - Journeys', dialect: 'realtime' },
      { label: 'Outbound', description: 'outbound marketing', dialect: 'outbound' },
    ];
    if (!config) items.push({ label: 'As the text shows', dialect: 'auto' });
    const chosen = await window.showQuickPick(items, { title: 'Dialect', placeHolder: 'Which dialect are the segments written in?', matchOnDetail: true });
    if (chosen?.dialect === undefined) return;
    if (chosen.forFile) await replaceText(document, setDialectComment(document.getText(), chosen.dialect));
    else if (config) await this.editConfig(Uri.parse(config), (text) => setKey(text, 'dialect', chosen.dialect ?? ''));
    else await workspace.getConfiguration('segql').update('dialect', chosen.dialect, settingsTarget());
  }

  private async importSchema(): Promise<void> {
    const [from] = (await window.showOpenDialog({
      title: 'Import Schema', openLabel: 'Import',
      filters: { 'Metadata of an organization': ['xml', 'json'], 'All files': ['*'] },
    })) ?? [];
    if (!from) return;
    const snapshot = await this.server.request<Snapshot>('segql/readSchema', { uri: from.toString() });
    await this.storeSchema(snapshot);
  }

  private async pullSchema(): Promise<void> {
    const organization = await this.askOrganization('Pull Schema from Organization');
    if (organization === undefined) return;
    const snapshot = await window.withProgress(
      { location: ProgressLocation.Notification, title: `Reading the tables of ${organizationName(organization)}`, cancellable: true },
      (_progress, token) => this.server.request<Snapshot>('segql/pullSchema', { organization }, token),
    );
    await this.storeSchema(snapshot, organization);
  }

  private async askOrganization(title: string): Promise<string | undefined> {
    if (!workspace.isTrusted) throw new Error('This workspace is not trusted, so nothing is sent to an organization. Trust it first.');
    return window.showInputBox({
      title, prompt: 'The address of the organization', placeHolder: 'https://contoso.crm4.dynamics.com',
      value: this.status.current?.organization ?? '', ignoreFocusOut: true,
      validateInput: (value) => (/^https?:\/\/[^/\s]+\/?$/.test(value.trim()) ? undefined : 'Write an address such as https://contoso.crm4.dynamics.com'),
    }).then((value) => value?.trim().replace(/\/$/, ''));
  }

  /** Stores a schema beside the seg.toml, which is made if there is none, and has it say so. */
  private async storeSchema(snapshot: Snapshot, organization?: string): Promise<void> {
    const known = this.status.current?.config;
    const folder = known ? Uri.joinPath(Uri.parse(known), '..') : workspace.workspaceFolders?.[0]?.uri;
    if (!folder) throw new Error('Open a folder first: the schema is stored in it as schema.json.');
    const file = Uri.joinPath(folder, 'schema.json');
    const replace = 'Replace';
    const isThere = await workspace.fs.stat(file).then(() => true, () => false);
    if (isThere && await window.showWarningMessage(`${workspace.asRelativePath(file)} is there already.`, { modal: true }, replace) !== replace) return;
    await workspace.fs.writeFile(file, new TextEncoder().encode(snapshot.text));
    await this.editConfig(Uri.joinPath(folder, 'seg.toml'), (text) => {
      const withSchema = setKey(text, 'schema', 'schema.json');
      return organization === undefined ? withSchema : setKey(withSchema, 'url', organization, 'org');
    });
    void window.showInformationMessage(`Names are checked against ${snapshot.tables} ${snapshot.tables === 1 ? 'table' : 'tables'} now, in ${workspace.asRelativePath(file)}.`);
  }

  /** Changes a seg.toml, in the editor if it is open there with changes. */
  private async editConfig(uri: Uri, change: (text: string) => string): Promise<void> {
    const open = workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
    if (open?.isDirty) {
      await replaceText(open, change(open.getText()));
      await open.save();
      return;
    }
    const text = await workspace.fs.readFile(uri).then((bytes) => new TextDecoder().decode(bytes), () => '');
    await workspace.fs.writeFile(uri, new TextEncoder().encode(change(text)));
  }

  private async validate(): Promise<void> {
    const { document } = target();
    if (!workspace.isTrusted) throw new Error('This workspace is not trusted, so nothing is sent to an organization. Trust it first.');
    if (this.status.current?.organization === '') {
      const organization = await this.askOrganization('Validate with Dataverse');
      if (organization === undefined) return;
      const known = this.status.current.config;
      const folder = workspace.workspaceFolders?.[0]?.uri;
      const config = known ? Uri.parse(known) : folder && Uri.joinPath(folder, 'seg.toml');
      if (!config) throw new Error('Open a folder first: the organization is noted in its seg.toml.');
      await this.editConfig(config, (text) => setKey(text, 'url', organization, 'org'));
    }
    // The server shows what the organization says.
    await window.withProgress(
      { location: ProgressLocation.Window, title: 'Validating with Dataverse' },
      () => this.server.execute<unknown>('seg.validate', document.uri.toString()),
    );
  }
}

const noQuery = 'There is no query here. Write one first, such as PROFILE(contact).';

/** explanationText joins explanations. It fails if there are none. */
export function explanationText(answer: Explanations): string {
  if (answer.length === 0) throw new Error(noQuery);
  if (typeof answer === 'string') return answer;
  return answer.map(({ name, markdown }) => (name && answer.length > 1 ? `## ${name}\n\n${markdown.trim()}\n` : `${markdown.trim()}\n`)).join('\n');
}

/** wireText joins wire forms: one query alone as it is sent, several with their names. It fails if there are none. */
export function wireText(answer: WireForms): string {
  if (answer.length === 0) throw new Error(noQuery);
  if (typeof answer === 'string') return answer;
  if (answer.length === 1) return answer[0]?.query ?? '';
  return answer.map(({ name, query }) => (name ? `${name} = ${query}` : query)).join('\n');
}

/** The document that a command is about, and where the caret is in it. */
function target(): { document: TextDocument; at: Position } {
  const document = segmentDocument();
  if (!document) throw new Error('Open a segment query first.');
  return { document, at: window.activeTextEditor?.selection.active ?? new Position(0, 0) };
}

function settingsTarget(): ConfigurationTarget {
  return workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
}

async function newQuery(): Promise<void> {
  const document = await workspace.openTextDocument({ language: 'segment-query', content: '' });
  await window.showTextDocument(document);
  await commands.executeCommand('editor.action.insertSnippet', { langId: 'segment-query', name: 'Segment of a table' });
}

async function replaceText(document: TextDocument, after: string): Promise<void> {
  const before = document.getText();
  if (before === after) return;
  // What is the same at both ends stays, and the caret with it.
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(start), document.positionAt(before.length - end)), after.slice(start, after.length - end));
  await workspace.applyEdit(edit);
}
