// Documents that are shown but never stored: explanations of segments.
import { EventEmitter, Uri, ViewColumn, languages, window, workspace, type Disposable, type TextDocumentContentProvider } from 'vscode';

const explanationScheme = 'seg-explain';

/** Documents holds them. */
export class Documents implements Disposable {
  private readonly explanations = new Explanations();
  private readonly registration = workspace.registerTextDocumentContentProvider(explanationScheme, this.explanations);

  /** explain shows an explanation beside the text that it explains. */
  async explain(of: Uri, text: string): Promise<void> {
    const name = (of.path.split('/').pop() ?? 'segment').replace(/\.seg$/, '');
    const uri = Uri.from({ scheme: explanationScheme, path: `/Explanation of ${name}.md`, query: of.toString() });
    this.explanations.put(uri, text);
    const document = await workspace.openTextDocument(uri);
    await languages.setTextDocumentLanguage(document, 'markdown');
    await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preview: true, preserveFocus: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.explanations.dispose();
  }
}

class Explanations implements TextDocumentContentProvider, Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;
  private readonly closing = workspace.onDidCloseTextDocument((document) => { this.texts.delete(document.uri.toString()); });

  put(uri: Uri, text: string): void {
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.toString()) ?? 'Run “Explain” on the segment again.\n';
  }

  dispose(): void {
    this.closing.dispose();
    this.changed.dispose();
  }
}
