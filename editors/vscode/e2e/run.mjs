// End-to-end tests: the .vsix in a real VS Code, once with each kind of server. Each test leaves a picture in
// .e2e/pictures.
//
//	node e2e/run.mjs [--only=NAME,NAME] [--server=wasm|native|web|restricted] [--readme]
//
// With --readme the pictures of the README are taken from those of this run.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Editor, install, startBrowser } from './editor.mjs';
import { files, tests } from './tests.mjs';

const option = (name) => process.argv.find((a) => a.startsWith(`--${name}=`))?.split('=')[1];
const project = join(import.meta.dirname, '../../..');
const pictures = join(import.meta.dirname, '../.e2e/pictures');
const work = mkdtempSync(join(tmpdir(), 'segql-e2e-'));
const failures = [];
let passed = 0;

const runs = [
  { server: 'wasm', color: 'Default Dark Modern', without: ['crashes', 'restricted'] },
  { server: 'native', color: 'Default Light Modern', without: ['restricted'] },
  // As in VS Code for the Web: the extension runs in the browser, and the files are elsewhere. The double, unlike Dataverse,
  // answers no pages of other origins.
  { server: 'web', color: 'Default High Contrast', without: ['validate', 'pullSchema', 'crashes', 'restricted'] },
  // A workspace that the user does not trust.
  { server: 'restricted', color: 'Default Dark Modern', trust: false, without: Object.keys(tests).filter((name) => name !== 'restricted') },
].filter((r) => (option('server') ?? r.server) === r.server);

/** startDouble starts the double of Dataverse, and returns its address. */
function startDouble() {
  const child = spawn(join(work, 'double'), ['-port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the double of Dataverse ended')));
    child.stdout.on('data', (text) => {
      const address = /http:\/\/\S+/.exec(String(text))?.[0];
      if (address) resolve({ address, stop: () => child.kill() });
    });
  });
}

/** takeForReadme cuts the pictures of the README out of those of the run, from their top left. */
async function takeForReadme(browser) {
  const shown = { mistake: ['message', 1280, 240], complete: ['completeChoice-list', 1280, 280], tree: ['tree', 640, 570], menu: ['chooseDialect-menu', 1280, 320] };
  for (const [name, [test, width, height]] of Object.entries(shown)) {
    const picture = readdirSync(pictures).find((file) => new RegExp(`^wasm-\\d+-${test}\\.png$`).test(file));
    const page = await browser.newPage({ viewport: { width, height } });
    await page.setContent(`<body style="margin:0"><img src="data:image/png;base64,${readFileSync(join(pictures, picture)).toString('base64')}">`);
    await page.screenshot({ path: join(import.meta.dirname, `../images/readme/${name}.png`) });
    await page.close();
  }
}

try {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  const go = { cwd: project, stdio: 'inherit' };
  execFileSync('go', ['build', '-o', join(work, 'segls'), './cmd/segls'], go);
  execFileSync('go', ['build', '-o', join(work, 'double'), './dataverse/dataversetest/serve'], go);
  const double = await startDouble();
  const extensions = join(work, 'extensions');
  const vsix = join(import.meta.dirname, '../segment-query.vsix');
  if (statSync(vsix).size >= 8 << 20) throw new Error('the .vsix has 8 MB or more');
  const said = install(vsix, extensions);
  if (!said.includes('successfully installed')) throw new Error(`the .vsix was not installed: ${said}`);
  const browser = await startBrowser();
  for (const run of runs) {
    const editor = await Editor.start(browser, {
      extensions, files: files(double.address), trust: run.trust,
      settings: {
        'workbench.colorTheme': run.color,
        'segql.serverPath': run.server === 'native' ? join(work, 'segls') : 'bundled',
        'remote.extensionKind': run.server === 'web' ? { 'segql.segment-query': ['web'] } : {},
      },
    });
    let number = 0;
    for (const [name, test] of Object.entries(tests)) {
      number++;
      if ((option('only') && !option('only').split(',').includes(name)) || run.without?.includes(name)) continue;
      const picture = join(pictures, `${run.server}-${String(number).padStart(2, '0')}-${name}.png`);
      const began = performance.now();
      editor.pictureNow = picture;
      try {
        const result = await test(editor, { ...run, segls: join(work, 'segls') });
        if (!existsSync(picture)) await editor.picture(picture);
        passed++;
        console.log(`ok    ${run.server} ${name} (${Math.round(performance.now() - began)} ms)${result ? `: ${result}` : ''}`);
      } catch (err) {
        await editor.picture(picture.replace('.png', '-FAILED.png')).catch(() => {});
        failures.push(`${run.server} ${name}: ${err.message.split('\n').slice(0, 6).join('\n      ')}`);
        console.log(`FAIL  ${failures.at(-1)}\n${editor.logs().split('\n').slice(-6).join('\n')}`);
      }
      await editor.closeAll().catch(() => {});
    }
    const log = editor.logs();
    if (/internal error|panic/.test(log)) {
      failures.push(`${run.server}: the log tells of a fault:\n${log}`);
      console.log(`FAIL  ${failures.at(-1)}`);
    }
    await editor.close();
  }
  if (process.argv.includes('--readme')) await takeForReadme(browser);
  await browser.close();
  double.stop();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failures.length} failed; the pictures are in ${pictures}`);
process.exit(failures.length > 0 ? 1 : 0);
