// Small edits of a seg.toml that leave the rest of it, comments too, as it is.

/** Part is a header of a table, or a key with its value. */
interface Part {
  /** The names from the top table on. */
  readonly path: readonly string[];
  /** How many headers stand before what the part is in, a header counts itself; 0 is the top table. */
  readonly section: number;
  readonly kind: 'header' | 'line' | 'inline';
  /** Where the header or the value is, in UTF-16 units. */
  readonly start: number;
  end: number;
}

/**
 * setKey gives a key of the top table, or of one table below it, a text as value. What stands there is replaced, however its
 * key is written, else it is put where it belongs.
 */
export function setKey(toml: string, key: string, value: string, table = ''): string {
  const eol = toml.includes('\r\n') ? '\r\n' : '\n';
  const text = toml === '' || toml.endsWith('\n') ? toml : toml + eol;
  const quoted = JSON.stringify(value);
  const line = `${key} = ${quoted}`;
  const parts = readParts(text);
  const owner = table === '' ? [] : [table];
  const behind = (part: Part, added: string): string => {
    // Without its end, a value reaches to the end of the file.
    const end = text.indexOf('\n', part.end) + 1 || text.length;
    return `${text.slice(0, end)}${added}${eol}${text.slice(end)}`;
  };

  const there = parts.find((p) => p.kind !== 'header' && isSame(p.path, [...owner, key]));
  if (there) return text.slice(0, there.start) + quoted + text.slice(there.end);

  let section = 0;
  if (table !== '') {
    const inline = parts.find((p) => isSame(p.path, owner) && text[p.start] === '{');
    if (inline) {
      const rest = text.slice(inline.start + 1).trimStart();
      return `${text.slice(0, inline.start)}{ ${line}${rest.startsWith('}') ? ' ' : ', '}${rest}`;
    }
    const header = parts.find((p) => p.kind === 'header' && isSame(p.path, owner));
    if (!header) {
      // A table that dotted keys have made can't get a header.
      const dotted = parts.filter((p) => p.section === 0 && p.kind === 'line' && p.path.length > 1 && p.path[0] === table).at(-1);
      return dotted ? behind(dotted, `${table}.${line}`) : `${text}${text === '' ? '' : eol}[${table}]${eol}${line}${eol}`;
    }
    section = header.section;
  }
  const last = parts.filter((p) => p.section === section && p.kind !== 'inline').at(-1);
  if (last) return behind(last, line);
  // The top table is empty: behind the comments at its head.
  const end = parts[0]?.start ?? text.length;
  const head = text.slice(0, end).trimEnd();
  return `${head}${head === '' ? '' : eol}${line}${eol}${end < text.length ? eol : ''}${text.slice(end)}`;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** readParts finds the parts of a text in their order. Lines that are no TOML are passed over. */
function readParts(toml: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  let section = 0;
  const take = (what: RegExp): string | undefined => {
    what.lastIndex = at;
    const taken = what.exec(toml)?.[0];
    at += taken?.length ?? 0;
    return taken;
  };
  const takePath = (): string[] => {
    const path: string[] = [];
    do {
      take(/[ \t]*/y);
      const name = take(/[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y);
      if (name === undefined) return [];
      path.push(nameOf(name));
      take(/[ \t]*/y);
    } while (take(/\./y));
    return path;
  };
  const takePair = (owner: readonly string[], kind: Part['kind']): void => {
    const path = takePath();
    if (path.length === 0 || !take(/=[ \t]*/y)) return;
    const part: Part = { path: [...owner, ...path], section, kind, start: at, end: at };
    parts.push(part);
    takeValue(part.path);
    part.end = at;
  };
  const takeValue = (path: readonly string[]): void => {
    const open = take(/[[{]/y);
    if (!open) {
      take(/"""(?:[^\\]|\\[^])*?"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,#\]}]+/y);
      return;
    }
    while (at < toml.length) {
      take(/(?:[\s,]|#.*)*/y);
      if (take(open === '{' ? /\}/y : /\]/y)) return;
      const before = at;
      if (open === '{') takePair(path, 'inline');
      else takeValue([...path, '']);
      if (at === before) at++;
    }
  };
  let table: string[] = [];
  while (at < toml.length) {
    take(/\s*/y);
    const start = at;
    const open = take(/\[\[?/y);
    if (open) {
      table = takePath();
      // What is in one of several tables of a name is no key of the name alone.
      if (open === '[[') table.push('');
      parts.push({ path: table, section: ++section, kind: 'header', start, end: at });
    } else {
      takePair(table, 'line');
    }
    take(/.*/y);
  }
  return parts;
}

function nameOf(key: string): string {
  if (key.startsWith("'")) return key.slice(1, -1);
  if (!key.startsWith('"')) return key;
  try {
    return JSON.parse(key) as string;
  } catch {
    return key;
  }
}

/** setDialectComment says the dialect of a text in a comment, or takes the comment away that says it. */
export function setDialectComment(text: string, dialect: string): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const line = dialect === '' ? '' : `// seg:dialect ${dialect}${eol}`;
  // Only the comments before the first query count.
  const comments = /\s*(?:((?:\/\/[/* \t]*seg:dialect\b.*|\/\*[* \t]*seg:dialect\b[^]*?\*\/[ \t]*)(?:\r?\n)?)|\/\/.*|\/\*[^]*?\*\/)/y;
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  comments.lastIndex = mark;
  for (let found = comments.exec(text); found; found = comments.exec(text)) {
    if (found[1] === undefined) continue;
    const end = comments.lastIndex;
    const start = end - found[1].length;
    const rest = text.slice(end);
    return text.slice(0, start) + line + (line === '' ? rest.replace(/^\s*\n/, '') : rest);
  }
  if (line === '') return text;
  return text.slice(0, mark) + line + eol + text.slice(mark);
}
