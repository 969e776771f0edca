// What a user does, step by step. A test gets the editor and says in text what it has measured.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** files are those of the workspace. */
export const files = (organization) => ({
  'seg.toml': `dialect = "realtime"\n\n[org]\nurl = "${organization}"\n`,
  'newsletter.seg': `// Readers of the newsletter who buy.

Subscribers = PROFILE(contact).FILTER(donotbulkemail == false && ISNOTNULL(emailaddress1))

Customers = PROFILE(contact)
  .RELATE(contact_customer_accounts, account_1)
  .FILTER(account_1.revenue >= 5000000 && account_1.statecode == 0)

Audience = SEGMENT(Subscribers) INTERSECT SEGMENT(Customers)
`,
  'mistake.seg': `Active = PROFILE(contact)
  .FILTER(statecode == 'Active' && emailadress1 != '')
`,
  'reminder.seg': `Reminder = SEGMENT(Audience) EXCEPT PROFILE(contact).FILTER(donotemail == true)
`,
  'untidy.seg': `Untidy=PROFILE(contact).FILTER(statecode==0&&(firstname=='Ada'||lastname=='Lovelace'||address1_city=='London'))
`,
  'campaign.seg': `// seg:dialect outbound

Clicked = PROFILE(contact).FILTER(statecode == 0)
`,
  'entities.json': JSON.stringify({
    '@odata.context': 'https://contoso.crm4.dynamics.com/api/data/v9.2/$metadata#EntityDefinitions',
    value: [{
      LogicalName: 'contact', PrimaryIdAttribute: 'contactid',
      Attributes: [{ LogicalName: 'emailaddress1', AttributeType: 'String' }, { LogicalName: 'statecode', AttributeType: 'State' }],
    }],
  }),
  'scratch.seg': `Scratch = PROFILE(contact)
`,
});

/** eventually waits until a check passes. */
async function eventually(check) {
  for (let left = 100; ; left--) {
    try {
      return await check();
    } catch (err) {
      if (left === 0) throw err;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One test after the other; each starts without an open editor, in the files that the one before leaves. */
export const tests = {
  async start(e, { server }) {
    await e.page.locator('.statusbar-item', { hasText: 'extensions run' }).waitFor({ timeout: 120_000 });
    // From the click on the first file with segments to the first line under a mistake in it.
    const milliseconds = await e.page.evaluate(() => new Promise((resolve, reject) => {
      const row = [...document.querySelectorAll('.explorer-folders-view .monaco-list-row')].find((r) => r.textContent.includes('mistake.seg'));
      const began = performance.now();
      const look = setInterval(() => {
        if (document.querySelector('.squiggly-error')) {
          clearInterval(look);
          resolve(performance.now() - began);
        } else if (performance.now() - began > 30_000) {
          clearInterval(look);
          reject(new Error('no mistake was shown'));
        }
      }, 5);
      const click = (type) => row.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, view: window, button: 0, detail: 1 }));
      for (const type of ['mousedown', 'mouseup', 'click']) click(type);
    }));
    await e.see('.statusbar-item', { hasText: 'realtime' });
    const running = /running after (\d+) ms/.exec(e.logs())?.[1];
    return `${Math.round(milliseconds)} ms from the click to the first finding, ${server} server${running ? `; it ran after ${running} ms` : ''}`;
  },

  async message(e) {
    await e.open('mistake.seg');
    await e.hover(2, 40);
    await e.see('.monaco-hover', { hasText: 'did you mean emailaddress1' });
    await e.page.waitForTimeout(500);
  },

  async tree(e) {
    await e.page.locator('.pane-header', { hasText: 'Segments' }).click();
    await e.page.locator('.pane-header', { hasText: 'contoso' }).click(); // makes room
    await e.see('.monaco-list-row', { hasText: 'Audience' });
    await e.page.locator('.monaco-list-row', { hasText: 'Audience' }).locator('.monaco-tl-twistie').click();
    await e.see('.monaco-list-row', { hasText: 'uses, in newsletter.seg' });
    await e.page.locator('.monaco-list-row', { hasText: /^Active/ }).locator('.monaco-tl-twistie').click();
    await e.see('.monaco-list-row', { hasText: 'emailadress1' });
    await e.picture(e.pictureNow);
    await e.page.locator('.pane-header', { hasText: 'contoso' }).click();
    await e.page.locator('.pane-header', { hasText: 'Segments' }).click();
  },

  async fix(e) {
    await e.open('mistake.seg');
    await e.goTo(2, 40);
    await e.press('Control+.');
    const fix = e.page.locator('.action-widget .monaco-list-row', { hasText: 'emailaddress1' }).first();
    await fix.waitFor();
    await e.picture(e.pictureNow.replace('.png', '-menu.png'));
    await e.press('Enter');
    await e.see('.view-line', { hasText: 'emailaddress1' });
    await eventually(async () => assert.match(await e.text(), /emailaddress1 != ''/));
  },

  async completeColumn(e) {
    await e.open('scratch.seg');
    await e.goTo(1, 99);
    await e.type('.FILTER(emaila');
    await e.press('Control+Space');
    await e.see('.suggest-widget .monaco-list-row', { hasText: 'emailaddress1' });
    await e.page.waitForTimeout(500);
    await e.picture(e.pictureNow.replace('.png', '-list.png'));
    await e.press('Enter');
    await eventually(async () => assert.match(await e.text(), /FILTER\(emailaddress1/));
  },

  async completeChoice(e) {
    await e.open('scratch.seg');
    await e.goTo(1, 99);
    await e.type(".FILTER(emailaddress1 != '' && statecode == ina");
    await e.press('Control+Space');
    await e.see('.suggest-widget .monaco-list-row', { hasText: 'Inactive' });
    await e.page.waitForTimeout(500);
    await e.picture(e.pictureNow.replace('.png', '-list.png'));
    await e.press('Enter');
    await eventually(async () => assert.match(await e.text(), /statecode == 1/));
  },

  async hover(e) {
    await e.open('newsletter.seg');
    await e.hover(3, 42);
    await e.see('.monaco-hover', { hasText: 'donotbulkemail' });
    await e.page.waitForTimeout(300);
  },

  async formatOnSave(e) {
    await e.open('untidy.seg');
    await e.type(' ');
    await e.press('Control+s');
    await eventually(() => assert.equal(readFileSync(e.path('untidy.seg'), 'utf8'), `Untidy = PROFILE(contact)
  .FILTER(
    statecode == 0 &&
    (firstname == 'Ada' || lastname == 'Lovelace' || address1_city == 'London')
  )
`));
  },

  async rename(e) {
    await e.open('newsletter.seg');
    await e.goTo(9, 3);
    await e.press('F2');
    const input = e.page.locator('.rename-box input');
    await input.waitFor();
    await input.fill('Readership');
    await e.picture(e.pictureNow.replace('.png', '-box.png'));
    await e.press('Enter');
    await e.see('.view-line', { hasText: 'Readership' });
    await e.command('File: Save All Files');
    await eventually(() => assert.match(readFileSync(e.path('reminder.seg'), 'utf8'), /SEGMENT\(Readership\)/));
    await eventually(() => assert.match(readFileSync(e.path('newsletter.seg'), 'utf8'), /^Readership = /m));
    await e.open('reminder.seg');
  },

  async definition(e) {
    await e.open('reminder.seg');
    await e.goTo(1, 22);
    await e.press('F12');
    await e.see('.tab.active', { hasText: 'newsletter.seg' });
    await e.see('.statusbar-item', { hasText: 'Ln 9' });
  },

  async inlayHints(e) {
    await e.open('newsletter.seg');
    await e.see('.view-line', { hasText: /statecode.==.0.*Active/ });
  },

  async explain(e) {
    await e.open('newsletter.seg');
    await e.goTo(6, 3);
    await e.command('Segment Query: Explain');
    await e.see('.tab', { hasText: 'Explanation of newsletter' });
    await e.page.waitForTimeout(500);
  },

  async chooseDialect(e) {
    await e.open('scratch.seg');
    await e.page.locator('.statusbar-item', { hasText: 'realtime' }).click();
    await e.see('.quick-input-list .monaco-list-row', { hasText: 'Choose Dialect' });
    await e.picture(e.pictureNow.replace('.png', '-menu.png'));
    await e.pick('Choose Dialect');
    await e.see('.quick-input-list .monaco-list-row', { hasText: 'Adds // seg:dialect outbound' });
    await e.picture(e.pictureNow.replace('.png', '-list.png'));
    await e.pick('Adds // seg:dialect outbound');
    await e.see('.view-line', { hasText: '// seg:dialect outbound' });
    await e.see('.statusbar-item', { hasText: 'outbound' });
  },

  async validate(e) {
    await e.open('campaign.seg');
    await e.command('Segment Query: Validate with Dataverse');
    // An organization that only the project names is sent nothing before the user agrees.
    const agree = e.page.locator('.notification-toast .monaco-button', { hasText: 'Sign in and validate' });
    await agree.waitFor();
    await e.picture(e.pictureNow.replace('.png', '-consent.png'));
    await agree.click();
    await e.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Allow' }).click();
    await e.see('.notification-toast', { hasText: 'accepts 1 query' });
    await e.page.waitForTimeout(500);
  },

  async pullSchema(e) {
    await e.open('campaign.seg');
    await e.command('Segment Query: Pull Schema from Organization...');
    await e.press('Enter'); // the organization of seg.toml
    const allow = e.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Allow' }); // unless that was asked before
    await Promise.race([allow.waitFor().then(() => allow.click()), e.see('.notification-toast', { hasText: 'Names are checked against' })]);
    await e.see('.notification-toast', { hasText: 'Names are checked against' });
    await e.see('.statusbar-item', { hasText: 'schema.json' });
    assert.match(readFileSync(e.path('seg.toml'), 'utf8'), /^schema = "schema.json"$/m);
  },

  async importSchema(e) {
    await e.open('campaign.seg');
    await e.command('Segment Query: Import Schema...');
    await e.page.locator('.quick-input-box input').fill(e.path('entities.json'));
    await e.see('.quick-input-list .monaco-list-row', { hasText: 'entities.json' });
    await e.press('Enter');
    if (existsSync(e.path('schema.json'))) await e.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Replace' }).click();
    await e.see('.notification-toast', { hasText: 'Names are checked against 1 table now' });
    await eventually(() => assert.match(readFileSync(e.path('schema.json'), 'utf8'), /"emailaddress1"/));
  },

  async walkthrough(e) {
    await e.command('Welcome: Open Walkthrough...');
    await e.pick('Get started with segment queries');
    await e.see('.getting-started-step', { hasText: 'Open a segment' });
    await e.page.waitForTimeout(1000);
  },

  async log(e) {
    await e.command('Segment Query: Show Log');
    await e.see('.output-view .view-line', { hasText: /\[(info|warning)\]/ });
    await e.picture(e.pictureNow);
    await e.command('View: Toggle Panel Visibility');
  },

  async restart(e) {
    await e.open('mistake.seg');
    await e.command('Segment Query: Restart Server');
    await e.see('.statusbar-item', { hasText: 'realtime' });
    await e.see('.squiggly-error');
  },

  async crashes(e, { segls }) {
    // Started again after each of four crashes; after the fifth the user is told.
    await e.open('mistake.seg');
    for (let crash = 1; crash <= 5; crash++) {
      await e.see('.statusbar-item', { hasText: 'realtime' });
      let pid;
      await eventually(() => { pid = Number(execFileSync('pgrep', ['-fx', segls], { encoding: 'utf8' })); });
      process.kill(pid, 'SIGKILL');
      if (crash < 5) await eventually(() => assert.match(e.logs(), new RegExp(`(starts again[^]*){${crash}}`)));
    }
    await e.see('.notification-toast', { hasText: 'crashed five times' });
    await e.page.waitForTimeout(500);
    await e.picture(e.pictureNow);
    await e.page.locator('.notification-toast .monaco-button', { hasText: 'Restart Server' }).click();
    await e.see('.statusbar-item', { hasText: 'realtime' });
  },

  async restricted(e) {
    await e.open('mistake.seg');
    await e.see('.squiggly-error');
    await e.see('.statusbar-item', { hasText: 'Restricted Mode' });
    await e.press('F1');
    await e.page.locator('.quick-input-box input').fill('>Segment Query: Explain');
    await e.see('.quick-input-list .monaco-list-row .label-name', { hasText: 'Segment Query: Explain' });
    await e.page.locator('.quick-input-box input').fill('>Segment Query: Validate');
    await e.page.waitForTimeout(1000);
    assert.equal(await e.page.locator('.quick-input-list .label-name', { hasText: 'Segment Query: Validate' }).count(), 0);
  },
};
