import { expect, test } from 'vitest';
import { decode, findFiles, readFile } from '../../src/files';
import { setFiles } from './vscode';

test('finds what the commands find', async () => {
  setFiles({
    w: {
      'a.seg': '', 'b.txt': '', '.hidden.seg': '',
      deep: { er: { 'c.seg': '' } },
      node_modules: { 'd.seg': '' }, vendor: { 'e.seg': '' }, '.git': { 'f.seg': '' },
      link: { linkTo: {} },
      'folder.seg': { 'g.seg': '' },
    },
  });
  expect(await findFiles('memfs:///w')).toEqual(['memfs:///w/a.seg', 'memfs:///w/deep/er/c.seg', 'memfs:///w/folder.seg/g.seg']);
});

test('a folder that can not be read has no files', async () => {
  setFiles({});
  expect(await findFiles('memfs:///missing')).toEqual([]);
});

test('reads a file, and tells one that is not there', async () => {
  setFiles({ 'a.seg': 'PROFILE(contact)\n', folder: {} });
  expect(await readFile('memfs:///a.seg')).toEqual({ text: 'PROFILE(contact)\n' });
  expect(await readFile('memfs:///b.seg')).toBeNull();
  expect(await readFile('memfs:///folder')).toBeNull();
});

test('says what is wrong with a text in UTF-16', async () => {
  setFiles({ 'a.seg': new Uint8Array([0xff, 0xfe, 0x41, 0]) });
  await expect(readFile('memfs:///a.seg')).rejects.toThrow('it is in UTF-16; save it as UTF-8');
});

test('a byte-order mark stays', () => {
  expect(decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x41]))).toBe('\uFEFFA');
});
