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
  ['a dotted key', 'org.url = "https://a" # ours\n', 'url', 'https://b', 'org', 'org.url = "https://b" # ours\n'],
  ['a table of dotted keys', 'org . "app" = "x"\nschema = "a.json"\n\n[rules]\n', 'url', 'https://b', 'org', 'org . "app" = "x"\norg.url = "https://b"\nschema = "a.json"\n\n[rules]\n'],
  ['an inline table', 'org = { app = "x}", url = "https://a" }\n', 'url', 'https://b', 'org', 'org = { app = "x}", url = "https://b" }\n'],
  ['an inline table without the key', 'org = {app = "x"}\n', 'url', 'https://b', 'org', 'org = { url = "https://b", app = "x"}\n'],
  ['an empty inline table', 'org = {}\n', 'url', 'https://b', 'org', 'org = { url = "https://b" }\n'],
  ['a quoted key', '"dialect" = "outbound"\n', 'dialect', 'realtime', '', '"dialect" = "realtime"\n'],
  ['a literal key in a quoted table', '["org"]\n\'url\'="https://a"\n', 'url', 'https://b', 'org', '["org"]\n\'url\'="https://b"\n'],
  ['a value over several lines', 'ignore = [\n  "a", # ]\n  ["b"],\n]\nschema = """\ndialect = "x"\n"""\n', 'dialect', 'realtime', '', 'ignore = [\n  "a", # ]\n  ["b"],\n]\nschema = """\ndialect = "x"\n"""\ndialect = "realtime"\n'],
  ['a table below the table', '[org.more]\nurl = "x"\n', 'url', 'https://b', 'org', '[org.more]\nurl = "x"\n\n[org]\nurl = "https://b"\n'],
  ['comments alone', '# ours\n', 'dialect', 'realtime', '', '# ours\ndialect = "realtime"\n'],
  ['lines that are no TOML', '= [\n???\ndialect = \n{ "', 'dialect', 'realtime', '', '= [\n???\ndialect = "realtime"\n{ "\n'],
  ['no end of the last line', 'schema = "a.json"', 'dialect', 'realtime', '', 'schema = "a.json"\ndialect = "realtime"\n'],
  ['an array without its end', '[org]\napp = [\n', 'url', 'https://b', 'org', '[org]\napp = [\nurl = "https://b"\n'],
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
  ['one in a block comment does not count', '/* Ours.\n// seg:dialect outbound */\nPROFILE(contact)\n', 'realtime', '// seg:dialect realtime\n\n/* Ours.\n// seg:dialect outbound */\nPROFILE(contact)\n'],
  ['one in a block comment stays', '/* Ours.\n// seg:dialect outbound */\nPROFILE(contact)\n', '', '/* Ours.\n// seg:dialect outbound */\nPROFILE(contact)\n'],
  ['below a block comment with one', '/*\n// seg:dialect outbound */\n  // seg:dialect outbound\nPROFILE(contact)\n', 'realtime', '/*\n// seg:dialect outbound */\n  // seg:dialect realtime\nPROFILE(contact)\n'],
  ['a block comment that says it', '/* seg:dialect outbound */\nPROFILE(contact)\n', 'realtime', '// seg:dialect realtime\nPROFILE(contact)\n'],
  ['CRLF, another', '// seg:dialect outbound\r\nPROFILE(contact)\r\n', 'realtime', '// seg:dialect realtime\r\nPROFILE(contact)\r\n'],
  ['behind a byte-order mark', '\uFEFFPROFILE(contact)\n', 'realtime', '\uFEFF// seg:dialect realtime\n\nPROFILE(contact)\n'],
  ['CRLF', 'PROFILE(contact)\r\n', 'outbound', '// seg:dialect outbound\r\n\r\nPROFILE(contact)\r\n'],
])('setDialectComment: %s', (_name, text, dialect, want) => {
  expect(setDialectComment(text, dialect)).toBe(want);
});
