// The view of the workspace's segments.
import {
  DiagnosticSeverity, EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri, languages, window, workspace,
  type Diagnostic, type Disposable, type Location, type Range, type TreeDataProvider,
} from 'vscode';
import type { Location as WireLocation, Range as WireRange } from 'vscode-languageclient';
import type { Server } from './server';

/** What the server answers to segql/segments. */
interface SegmentFile {
  readonly uri: string;
  readonly segments: readonly {
    readonly name: string;
    readonly source: string;
    readonly range: WireRange;
    readonly nameRange: WireRange;
    readonly uses: readonly { readonly name: string; readonly defined: WireLocation | null }[];
  }[];
}

interface FileItem { readonly kind: 'file'; readonly uri: Uri; readonly segments: readonly SegmentItem[] }
interface SegmentItem {
  readonly kind: 'segment'; readonly uri: Uri; readonly name: string; readonly source: string;
  readonly range: Range; readonly nameRange: Range; readonly uses: readonly UseItem[];
}
interface UseItem { readonly kind: 'use'; readonly name: string; readonly defined: Location | undefined }
interface FindingItem { readonly kind: 'finding'; readonly uri: Uri; readonly finding: Diagnostic }
type Item = FileItem | SegmentItem | UseItem | FindingItem;

/** How long the view waits for more changes, in milliseconds. */
const pause = 300;

/** SegmentTree is the view: files, their segments, what these use and what is wrong with them. */
export class SegmentTree implements Disposable, TreeDataProvider<Item> {
  private readonly changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = window.createTreeView<Item>('segql.segments', { treeDataProvider: this, showCollapseAll: true });
  private readonly listeners: Disposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly server: Server) {
    const later = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { if (this.view.visible) this.changed.fire(undefined); }, pause);
    };
    this.listeners = [
      server.onDidChange(later),
      languages.onDidChangeDiagnostics(later),
      workspace.onDidChangeTextDocument((event) => { if (event.document.languageId === 'segment-query') later(); }),
      this.view.onDidChangeVisibility(later),
    ];
  }

  async getChildren(item?: Item): Promise<Item[]> {
    switch (item?.kind) {
      case undefined:
        return this.files();
      case 'file':
        return [...findingsBetween(item).map((finding): FindingItem => ({ kind: 'finding', uri: item.uri, finding })), ...item.segments];
      case 'segment':
        return [...findingsIn(item).map((finding): FindingItem => ({ kind: 'finding', uri: item.uri, finding })), ...item.uses];
      default:
        return [];
    }
  }

  private async files(): Promise<FileItem[]> {
    if (this.server.state !== 'running') return [];
    const files = await this.server.request<SegmentFile[]>('segql/segments', {}).catch(() => []);
    const { converter } = this.server;
    return files.map((f): FileItem => {
      const uri = Uri.parse(f.uri);
      return {
        kind: 'file', uri,
        segments: f.segments.map((s): SegmentItem => ({
          kind: 'segment', uri, name: s.name, source: s.source,
          range: converter.asRange(s.range), nameRange: converter.asRange(s.nameRange),
          uses: s.uses.map((use): UseItem => ({ kind: 'use', name: use.name, defined: use.defined ? converter.asLocation(use.defined) : undefined })),
        })),
      };
    }).filter((file) => file.segments.length + findingsBetween(file).length > 0);
  }

  getTreeItem(item: Item): TreeItem {
    switch (item.kind) {
      case 'file':
        return fileItem(item);
      case 'segment':
        return segmentItem(item);
      case 'use':
        return useItem(item);
      case 'finding':
        return findingItem(item);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const l of this.listeners) l.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}

function fileItem({ uri }: FileItem): TreeItem {
  // With its URI the item has the icon, the colour and the badge that the file has in the explorer.
  const item = new TreeItem(uri, TreeItemCollapsibleState.Expanded);
  item.id = uri.toString();
  item.iconPath = ThemeIcon.File;
  item.description = true;
  item.contextValue = 'file';
  return item;
}

function segmentItem(segment: SegmentItem): TreeItem {
  const findings = findingsIn(segment);
  const hasChildren = findings.length + segment.uses.length > 0;
  const item = new TreeItem(segment.name || '(query)', hasChildren ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None);
  item.id = `${segment.uri.toString()}#${segment.name}@${segment.nameRange.start.line}:${segment.nameRange.start.character}`;
  item.description = segment.source;
  item.contextValue = 'segment';
  const worst = [DiagnosticSeverity.Error, DiagnosticSeverity.Warning].find((s) => findings.some((f) => f.severity === s));
  item.iconPath = worst === undefined ? new ThemeIcon('filter') : severityIcon(worst);
  if (findings.length > 0) {
    item.description = `${segment.source}  ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`.trim();
  }
  item.command = open(segment.uri, segment.nameRange);
  return item;
}

function useItem(use: UseItem): TreeItem {
  const item = new TreeItem(use.name, TreeItemCollapsibleState.None);
  item.iconPath = new ThemeIcon('references');
  item.description = use.defined ? `uses, in ${use.defined.uri.path.split('/').pop() ?? ''}` : 'uses, from the organization';
  item.contextValue = 'use';
  if (use.defined) item.command = open(use.defined.uri, use.defined.range);
  return item;
}

function findingItem({ uri, finding }: FindingItem): TreeItem {
  const item = new TreeItem(finding.message, TreeItemCollapsibleState.None);
  item.iconPath = severityIcon(finding.severity);
  item.tooltip = finding.message;
  item.contextValue = 'finding';
  item.command = open(uri, finding.range);
  return item;
}

function open(uri: Uri, selection: Range): NonNullable<TreeItem['command']> {
  return { command: 'vscode.open', title: 'Open', arguments: [uri, { selection }] };
}

function severityIcon(severity: DiagnosticSeverity): ThemeIcon {
  switch (severity) {
    case DiagnosticSeverity.Error:
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case DiagnosticSeverity.Warning:
      return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    default:
      return new ThemeIcon('info');
  }
}

function findingsOf(uri: Uri): Diagnostic[] {
  return languages.getDiagnostics(uri).filter((d) => d.source === 'seg');
}

function isIn(finding: Diagnostic, segment: SegmentItem): boolean {
  return segment.range.intersection(finding.range) !== undefined;
}

function findingsIn(segment: SegmentItem): Diagnostic[] {
  return findingsOf(segment.uri).filter((finding) => isIn(finding, segment));
}

/** findingsBetween are the findings of a file that are in none of its segments, as where the text gives none. */
function findingsBetween(file: FileItem): Diagnostic[] {
  return findingsOf(file.uri).filter((finding) => !file.segments.some((segment) => isIn(finding, segment)));
}
