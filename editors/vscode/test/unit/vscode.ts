// As much of the editor's API as the unit tests need.
import { posix } from 'node:path';

export const FileType = { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 } as const;

export class FileSystemError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export class Uri {
  private constructor(readonly scheme: string, readonly path: string) {}
  static parse(text: string): Uri {
    const [scheme = '', path = ''] = text.split('://');
    return new Uri(scheme, path);
  }
  static joinPath(uri: Uri, ...names: string[]): Uri {
    return new Uri(uri.scheme, posix.join(uri.path, ...names));
  }
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

/** The files of the workspace: a text, bytes, or what a folder holds. */
export interface Folder { [name: string]: string | Uint8Array | Folder | { readonly linkTo: Folder } }
let root: Folder = {};
export function setFiles(files: Folder): void {
  root = files;
}

function find(uri: Uri): Folder[string] {
  let at: Folder[string] = root;
  for (const name of uri.path.split('/').filter((n) => n !== '')) {
    const next: Folder[string] | undefined = typeof at === 'object' && !(at instanceof Uint8Array) ? (at as Folder)[name] : undefined;
    if (next === undefined) throw new FileSystemError('FileNotFound');
    at = next;
  }
  return at;
}

function typeOf(entry: Folder[string]): number {
  if (typeof entry === 'string' || entry instanceof Uint8Array) return FileType.File;
  return 'linkTo' in entry ? FileType.Directory | FileType.SymbolicLink : FileType.Directory;
}

const never = (): { dispose(): void } => ({ dispose: () => undefined });

export const settings: Record<string, unknown> = {};

export const workspace = {
  isTrusted: true,
  onDidChangeTextDocument: never,
  getConfiguration: () => ({ get: <T>(name: string, otherwise: T): T => (settings[name] as T | undefined) ?? otherwise }),
  fs: {
    stat: (uri: Uri) => Promise.resolve().then(() => ({ type: typeOf(find(uri)), size: 1 })),
    readFile: (uri: Uri) => Promise.resolve().then(() => {
      const entry = find(uri);
      return typeof entry === 'string' ? new TextEncoder().encode(entry) : (entry as Uint8Array);
    }),
    readDirectory: (uri: Uri) => Promise.resolve().then(() => Object.entries(find(uri) as Folder).map(([name, entry]) => [name, typeOf(entry)])),
  },
};

export const authentication = {
  getSession: (): Promise<{ accessToken: string }> => Promise.reject(new Error('no provider')),
};

export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 } as const;

/** The findings, by URI. */
export const findings: Record<string, unknown[]> = {};
export const languages = {
  onDidChangeDiagnostics: never,
  getDiagnostics: (uri: Uri): unknown[] => findings[uri.toString()] ?? [],
};

export const window = {
  createTreeView: () => ({ onDidChangeVisibility: never, dispose: () => undefined }),
  shown: [] as string[],
  showWarningMessage: (text: string): Promise<undefined> => { window.shown.push(text); return Promise.resolve(undefined); },
  showErrorMessage: (text: string): Promise<undefined> => { window.shown.push(text); return Promise.resolve(undefined); },
};

export class EventEmitter<T> {
  private readonly listeners: ((value: T) => void)[] = [];
  readonly event = (listener: (value: T) => void): void => { this.listeners.push(listener); };
  fire(value: T): void { for (const l of this.listeners) l(value); }
  dispose(): void { this.listeners.length = 0; }
}
