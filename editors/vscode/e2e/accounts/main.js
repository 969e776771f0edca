// Stands in for the sign-in to Microsoft, which the VS Code of the tests does not have: whoever asks gets a token that the
// double of Dataverse takes.
const vscode = require('vscode');

exports.activate = (context) => {
  // Tells the tests that extensions run.
  const ready = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left);
  ready.text = 'extensions run';
  ready.show();
  context.subscriptions.push(vscode.window.onDidChangeActiveTextEditor(() => ready.dispose()));
  const changed = new vscode.EventEmitter();
  const sessions = [];
  context.subscriptions.push(vscode.authentication.registerAuthenticationProvider('microsoft', 'Microsoft', {
    onDidChangeSessions: changed.event,
    getSessions: async (scopes) => sessions.filter((s) => !scopes || s.scopes.join() === [...scopes].join()),
    createSession: async (scopes) => {
      const session = { id: String(sessions.length + 1), accessToken: 'test', account: { id: 'ada', label: 'ada@contoso.example' }, scopes };
      sessions.push(session);
      changed.fire({ added: [session], removed: [], changed: [] });
      return session;
    },
    removeSession: async () => {},
  }));
};
