import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/unit/**/*.test.ts'] },
  // There is no editor around these tests; what they need of it is in test/unit/vscode.ts.
  resolve: { alias: { vscode: join(import.meta.dirname, 'test/unit/vscode.ts') } },
});
