import * as vscode from 'vscode';
import { afterEach, expect, test } from 'vitest';
import type { Server } from '../../src/server';
import { SegmentTree } from '../../src/tree';

const { findings } = vscode as unknown as { findings: Record<string, unknown[]> };
afterEach(() => { for (const uri of Object.keys(findings)) Reflect.deleteProperty(findings, uri); });

/** Lines stands in for a range: what counts here is whether two meet. */
interface Lines { from: number; to: number; intersection(other: Lines): true | undefined }
const lines = (from: number, to = from): Lines => ({ from, to, intersection: (o) => (o.from <= to && from <= o.to ? true : undefined) });

/** labels are what the view shows of an answer of the server, one a line. */
async function labels(files: unknown[]): Promise<string[]> {
  const tree = new SegmentTree({
    state: 'running', onDidChange: () => ({ dispose: () => undefined }),
    request: () => Promise.resolve(files), converter: { asRange: (range: unknown) => range },
  } as unknown as Server);
  const shown: string[] = [];
  const show = async (item: Awaited<ReturnType<SegmentTree['getChildren']>>[number], indent: string): Promise<void> => {
    shown.push(indent + (item.kind === 'file' ? item.uri.path : item.kind === 'finding' ? item.finding.message : item.name));
    for (const child of await tree.getChildren(item)) await show(child, `${indent}  `);
  };
  for (const item of await tree.getChildren()) await show(item, '');
  tree.dispose();
  return shown;
}

test('findings are below the segment that has them, or else below the file', async () => {
  findings['file:///a.seg'] = [
    { source: 'seg', message: 'in A', range: lines(1) },
    { source: 'seg', message: 'after A', range: lines(3) },
    { source: 'other', message: 'of another extension', range: lines(3) },
  ];
  findings['file:///no-segment.seg'] = [{ source: 'seg', message: 'no definition', range: lines(0) }];
  findings['file:///other.seg'] = [{ source: 'other', message: 'of another extension', range: lines(0) }];
  expect(await labels([
    { uri: 'file:///a.seg', segments: [{ name: 'A', source: '', range: lines(0, 2), nameRange: lines(0), uses: [] }] },
    { uri: 'file:///no-segment.seg', segments: [] },
    { uri: 'file:///other.seg', segments: [] },
    { uri: 'file:///empty.seg', segments: [] },
  ])).toEqual(['/a.seg', '  after A', '  A', '    in A', '/no-segment.seg', '  no definition']);
});
