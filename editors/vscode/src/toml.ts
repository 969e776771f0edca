// Small edits of a seg.toml that leave the rest of it, comments too, as it is.

/**
 * setKey gives a key of the top table, or of one table below it, a text as value. What stands there is replaced, else the
 * line is put where it belongs.
 */
export function setKey(toml: string, key: string, value: string, table = ''): string {
  const eol = toml.includes('\r\n') ? '\r\n' : '\n';
  const lines = toml === '' ? [] : toml.replace(/\r?\n$/, '').split(/\r?\n/);
  const line = `${key} = ${JSON.stringify(value)}`;
  let start = 0;
  if (table !== '') {
    start = lines.findIndex((l) => new RegExp(`^\\s*\\[\\s*${table}\\s*\\]`).test(l)) + 1;
    if (start === 0) return [...lines, ...(lines.length > 0 ? [''] : []), `[${table}]`, line, ''].join(eol);
  }
  const next = lines.findIndex((l, i) => i >= start && /^\s*\[/.test(l));
  const end = next < 0 ? lines.length : next;
  const at = lines.findIndex((l, i) => i >= start && i < end && new RegExp(`^\\s*${key}\\s*=`).test(l));
  if (at >= 0) {
    const comment = /^[^'"#]*(?:"(?:[^"\\]|\\.)*"|'[^']*')\s*(#.*)$/.exec(lines[at] ?? '')?.[1];
    lines[at] = comment ? `${line} ${comment}` : line;
    return [...lines, ''].join(eol);
  }
  // Behind what the table has, but before the blank lines that part it from the next.
  let behind = end;
  while (behind > start && lines[behind - 1]?.trim() === '') behind--;
  lines.splice(behind, 0, line);
  if (behind + 1 < lines.length && lines[behind + 1]?.trim() !== '') lines.splice(behind + 1, 0, '');
  return [...lines, ''].join(eol);
}

/** setDialectComment says the dialect of a text in a comment, or takes the comment away that says it. */
export function setDialectComment(text: string, dialect: string): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const line = dialect === '' ? '' : `// seg:dialect ${dialect}${eol}`;
  // Only the comments before the first query count.
  const head = /^\uFEFF?(?:\s*(?:\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/))*/.exec(text)?.[0] ?? '';
  const there = /^[ \t]*\/\/[ \t]*seg:dialect\b[^\n]*(?:\n|$)/m.exec(head);
  if (there) return text.slice(0, there.index) + line + text.slice(there.index + there[0].length).replace(line === '' ? /^\s*\n/ : /^$/, '');
  if (line === '') return text;
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  return text.slice(0, mark) + line + eol + text.slice(mark);
}
