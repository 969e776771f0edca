import { expect, test, vi } from 'vitest';
import { logLine } from '../../src/log';

test.each([
  ['time=2026-01-01T00:00:00Z level=ERROR msg="internal error"', 'error'],
  ['time=2026-01-01T00:00:00Z level=WARN msg="file not read"', 'warn'],
  ['time=2026-01-01T00:00:00Z level=DEBUG msg=x', 'debug'],
  ['panic: it broke', 'info'],
] as const)('%s is logged as %s', (line, want) => {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  logLine(log, line);
  expect(log[want]).toHaveBeenCalledWith(line);
});
