import { expect, test } from 'vitest';
import { setDialectComment, setKey } from '../../src/toml';

test.each([
  ['an empty file', '', 'dialect', 'realtime', '', 'dialect = "realtime"\n'],
  ['a new key', 'schema = "a.json"\n', 'dialect', 'realtime', '', 'schema = "a.json"\ndialect = "realtime"\n'],
  ['a key that is there', '# ours\ndialect = "outbound" # for now\n', 'dialect', 'realtime', '', '# ours\ndialect = "realtime" # for now\n'],
  ['a # in the old value', "schema = 'a#b.json'\n", 'schema', 'c.json', '', 'schema = "c.json"\n'],
  ['a key before a table', '[rules]\nunknown-column = "off"\n', 'dialect', 'realtime', '', 'dialect = "realtime"\n\n[rules]\nunknown-column = "off"\n'],
  ['the same key in a table', '[org]\nurl = "https://a"\n', 'url', 'https://b', 'org', '[org]\nurl = "https://b"\n'],
  ['a new table', 'dialect = "realtime"\n', 'url', 'https://a', 'org', 'dialect = "realtime"\n\n[org]\nurl = "https://a"\n'],
  ['a key in an empty table', '[org]\n\n[rules]\na = "off"\n', 'url', 'https://a', 'org', '[org]\nurl = "https://a"\n\n[rules]\na = "off"\n'],
  ['CRLF', 'dialect = "outbound"\r\n', 'schema', 'a.json', '', 'dialect = "outbound"\r\nschema = "a.json"\r\n'],
  ['quotes', '', 'schema', 'a"b\\c.json', '', 'schema = "a\\"b\\\\c.json"\n'],
])('setKey: %s', (_name, toml, key, value, table, want) => {
  expect(setKey(toml, key, value, table)).toBe(want);
});

test.each([
  ['none yet', 'PROFILE(contact)\n', 'realtime', '// seg:dialect realtime\n\nPROFILE(contact)\n'],
  ['another', '// seg:dialect outbound\n\nPROFILE(contact)\n', 'realtime', '// seg:dialect realtime\n\nPROFILE(contact)\n'],
  ['below other comments', '// Ours.\n//seg:dialect outbound\nA = PROFILE(contact)\n', 'realtime', '// Ours.\n// seg:dialect realtime\nA = PROFILE(contact)\n'],
  ['taken away', '// seg:dialect outbound\n\nPROFILE(contact)\n', '', 'PROFILE(contact)\n'],
  ['none to take away', 'PROFILE(contact)\n', '', 'PROFILE(contact)\n'],
  ['one further below does not count', 'A = PROFILE(contact)\n// seg:dialect outbound\n', 'realtime', '// seg:dialect realtime\n\nA = PROFILE(contact)\n// seg:dialect outbound\n'],
  ['behind a byte-order mark', '\uFEFFPROFILE(contact)\n', 'realtime', '\uFEFF// seg:dialect realtime\n\nPROFILE(contact)\n'],
  ['CRLF', 'PROFILE(contact)\r\n', 'outbound', '// seg:dialect outbound\r\n\r\nPROFILE(contact)\r\n'],
])('setDialectComment: %s', (_name, text, dialect, want) => {
  expect(setDialectComment(text, dialect)).toBe(want);
});
