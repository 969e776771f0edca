// What the server asks of files that it can't read itself.
import { FileSystemError, FileType, Uri, workspace } from 'vscode';
import { ResponseError } from 'vscode-languageserver-protocol';

const requestFailed = -32803;
const largest = 256 << 20;

/** readFile answers segql/readFile: null stands for a file that does not exist. */
export async function readFile(uri: string): Promise<{ text: string } | null> {
  const at = Uri.parse(uri);
  try {
    const info = await workspace.fs.stat(at);
    if (info.type & FileType.Directory) return null;
    if (info.size > largest) throw new ResponseError(requestFailed, 'it is larger than 256 MB');
    return { text: decode(await workspace.fs.readFile(at)) };
  } catch (err) {
    if (err instanceof FileSystemError && (err.code === 'FileNotFound' || err.code === 'FileNotADirectory')) return null;
    if (err instanceof ResponseError) throw err;
    throw new ResponseError(requestFailed, `it could not be read: ${err instanceof Error ? err.message : String(err)}`);
  }
}

/** decode reads a text. What is no UTF-8 becomes U+FFFD, a byte-order mark stays. */
export function decode(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new ResponseError(requestFailed, 'it is in UTF-16; save it as UTF-8');
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/**
 * findFiles answers segql/findFiles with what the commands find in a folder: hidden files and folders, node_modules and
 * vendor are left out, and links to folders are not followed.
 */
export async function findFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  const search = async (at: Uri): Promise<void> => {
    const entries = await workspace.fs.readDirectory(at).then((all) => all, () => []);
    const inner: Promise<void>[] = [];
    for (const [name, type] of entries) {
      if (name.startsWith('.')) continue;
      if (type === FileType.Directory) {
        if (name !== 'node_modules' && name !== 'vendor') inner.push(search(Uri.joinPath(at, name)));
      } else if (name.endsWith('.seg') && type & FileType.File) {
        found.push(Uri.joinPath(at, name).toString());
      }
    }
    await Promise.all(inner);
  };
  await search(Uri.parse(folder));
  return found.sort();
}
