// Builds what the extension runs into dist/: its two entry points, the worker of each and the language server as
// WebAssembly, which needs Go.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import esbuild from 'esbuild';
import { writeNotices } from './notices.mjs';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const root = join(import.meta.dirname, '../..');
const dist = join(import.meta.dirname, 'dist');

const go = (args, env = {}) =>
  execFileSync('go', args, { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const wasm = { GOOS: 'js', GOARCH: 'wasm', CGO_ENABLED: '0' };
const goRoot = go(['env', 'GOROOT']);
go(['build', '-trimpath', '-ldflags', '-s -w', '-o', join(dist, 'segls.wasm'), './cmd/segls'], wasm);
copyFileSync(join(root, 'LICENSE'), join(import.meta.dirname, 'LICENSE'));

const shared = {
  bundle: true,
  target: 'es2022',
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: import.meta.dirname,
  // What Go brings to run its WebAssembly must be of the version that compiled it.
  alias: { wasm_exec: join(goRoot, 'lib/wasm/wasm_exec.js') },
};
const node = { ...shared, platform: 'node', format: 'cjs' };
const browser = { ...shared, platform: 'browser' };
const builds = [
  { ...node, entryPoints: { node: 'src/node.ts' }, outdir: 'dist', external: ['vscode'] },
  { ...node, entryPoints: { 'worker-node': 'src/worker/node.ts' }, outdir: 'dist' },
  { ...browser, entryPoints: { browser: 'src/browser.ts' }, outdir: 'dist', format: 'cjs', external: ['vscode'] },
  { ...browser, entryPoints: { 'worker-browser': 'src/worker/browser.ts' }, outdir: 'dist', format: 'iife' },
];
if (watch) {
  for (const b of builds) await (await esbuild.context(b)).watch();
} else {
  const built = await Promise.all(builds.map((b) => esbuild.build({ ...b, metafile: true })));
  const inputs = built.flatMap((b) => Object.keys(b.metafile.inputs));
  const format = '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}';
  const modules = [...new Set(go(['list', '-deps', '-f', format, './cmd/segls'], wasm).split('\n'))].filter((line) => line !== '').sort()
    .map((line) => line.split(' ')).map(([Path, Version, Dir]) => ({ Path, Version, Dir }));
  writeNotices(join(dist, 'NOTICES.txt'), root, inputs, modules, goRoot);
}
