// A real VS Code in a real browser, and what a user does with it.
import { spawn, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';

const here = import.meta.dirname;
const entry = join(here, '../.e2e/code/node_modules/code-server/out/node/entry.js');

/** freePort returns a port that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** startBrowser starts Chromium. */
export function startBrowser() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** install installs the .vsix, and the stand-in for Microsoft's accounts. */
export function install(vsix, extensions) {
  const accounts = join(extensions, '../accounts.vsix');
  execFileSync(join(here, '../node_modules/.bin/vsce'), ['package', '--out', accounts, '--allow-missing-repository', '--skip-license'], { cwd: join(here, 'accounts'), stdio: 'ignore' });
  const installed = [vsix, accounts].flatMap((file) => ['--install-extension', file]);
  return execFileSync(process.execPath, [entry, '--extensions-dir', extensions, ...installed], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Editor is one window of VS Code with a folder of its own. */
export class Editor {
  static async start(browser, { extensions, files, settings, trust = true, size = { width: 1280, height: 800 } }) {
    const e = new Editor();
    e.root = mkdtempSync(join(tmpdir(), 'segql-e2e-'));
    e.folder = join(e.root, 'contoso');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(e.folder, name)), { recursive: true });
      writeFileSync(join(e.folder, name), text);
    }
    const data = join(e.root, 'data');
    mkdirSync(join(data, 'User'), { recursive: true });
    writeFileSync(join(data, 'User/settings.json'), JSON.stringify({
      'workbench.startupEditor': 'none', 'workbench.tips.enabled': false, 'window.commandCenter': false, 'chat.commandCenter.enabled': false,
      'editor.fontFamily': 'DejaVu Sans Mono', 'telemetry.telemetryLevel': 'off', 'files.autoSave': 'off', 'remote.autoForwardPorts': false, 'security.workspace.trust.startupPrompt': 'never', ...settings,
    }));
    const port = await freePort();
    const args = [entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--extensions-dir', extensions, '--user-data-dir', data,
      '--disable-telemetry', '--disable-update-check', ...(trust ? ['--disable-workspace-trust'] : []), e.folder];
    // No segls but the one that the settings name.
    e.process = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, PATH: dirname(process.execPath) + ':/usr/bin:/bin' } });
    e.address = `http://127.0.0.1:${port}`;
    await answering(e.address);
    e.context = await browser.newContext({ viewport: size });
    await e.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    e.page = await e.context.newPage();
    e.page.setDefaultTimeout(30_000);
    await e.page.goto(`${e.address}/?folder=${encodeURIComponent(e.folder)}`);
    await e.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    return e;
  }

  async close() {
    await this.context?.close();
    this.process.kill();
    await new Promise((resolve) => this.process.once('exit', resolve));
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  path(name) {
    return join(this.folder, name);
  }

  /** open opens a file by a double click in the explorer. */
  async open(name) {
    await this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first().dblclick();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-group-container.active .view-lines').first().waitFor();
    await this.focus();
    await this.page.mouse.move(900, 560); // where nothing shows a tip
  }

  /** focus puts the caret into the editor. */
  async focus() {
    await this.command('View: Focus Active Editor Group');
  }

  /** command runs a command by its title. */
  async command(title) {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-box input').first();
    await input.waitFor();
    await input.fill('>' + title);
    const name = this.page.locator('.quick-input-list .monaco-list-row .label-name', { hasText: new RegExp(`^${title.replace(/[.*+?()[\]\\]/g, '\\$&')}$`) });
    await name.first().click();
    await this.page.mouse.move(900, 560); // where nothing shows a tip
    await this.page.waitForTimeout(150);
  }

  /** pick chooses an entry of an open list. */
  async pick(text) {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  /** goTo puts the caret at a line and column, both from 1. */
  async goTo(line, column) {
    await this.page.keyboard.press('Control+g');
    const input = this.page.locator('.quick-input-box input').first();
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.page.waitForTimeout(200);
  }

  /** hover shows what there is to say of a place. The keys find it wherever hints and lenses move the text to. */
  async hover(line, column) {
    await this.goTo(line, column);
    await this.press('Control+k', 'Control+i');
  }

  async type(text) {
    await this.page.keyboard.type(text, { delay: 15 });
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** text returns what the active editor shows, without the white space that the editor makes of its own. */
  async text() {
    const lines = await this.page.locator('.editor-group-container.active .view-line').evaluateAll((all) => all
      .map((l) => ({ top: parseFloat(l.style.top), text: l.textContent }))
      .sort((a, b) => a.top - b.top).map((l) => l.text));
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** see waits until something that is selected can be seen. */
  see(selector, options = {}) {
    return this.page.locator(selector, options).first().waitFor();
  }

  /** closeAll closes all editors; what is not saved is lost. */
  async closeAll() {
    await this.press('Escape', 'Escape');
    for (let i = 0; i < 8 && await this.page.locator('.tab').count() > 0; i++) {
      const loses = this.page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
      if (await loses.count() > 0) await loses.click();
      else await this.command('View: Close All Editors');
      await this.page.waitForTimeout(300);
    }
  }

  /** logs returns what the extension has logged. */
  logs() {
    return readdirSync(join(this.root, 'data/logs'), { recursive: true })
      .filter((name) => name.endsWith('Segment Query.log'))
      .map((name) => readFileSync(join(this.root, 'data/logs', name), 'utf8')).join('');
  }

  picture(path) {
    return this.page.screenshot({ path });
  }
}

async function answering(address) {
  for (let i = 0; i < 300; i++) {
    if (await fetch(address + '/healthz').then((r) => r.ok, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`VS Code does not answer at ${address}`);
}
