import type { LogOutputChannel } from 'vscode';

/** logLine notes a line of the server's log, as what the server takes it for. */
export function logLine(log: Pick<LogOutputChannel, 'debug' | 'info' | 'warn' | 'error'>, line: string): void {
  switch (/\blevel=(\w+)/.exec(line)?.[1]) {
    case 'ERROR':
      log.error(line);
      break;
    case 'WARN':
      log.warn(line);
      break;
    case 'DEBUG':
      log.debug(line);
      break;
    default:
      log.info(line);
  }
}
