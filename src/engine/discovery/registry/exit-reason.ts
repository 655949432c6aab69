/** Why a process ended, as a person would say it: "killed by SIGKILL", "exited with code 1: Error: no database". */
export function exitReason(code: number | null, signal: NodeJS.Signals | null, errorLines: readonly string[]): string {
  if (signal !== null) return `killed by ${signal}`;
  if (code === 0) return 'exited';
  const line = tellingLine(errorLines);
  const status = `exited with code ${code ?? 'unknown'}`;
  return line === '' ? status : `${status}: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}`;
}

/** Runtimes end a stack trace with places and their own version; the error itself stands before. */
function tellingLine(lines: readonly string[]): string {
  const candidates = lines.map((line) => line.trim()).filter((line) => line !== '' && !isNoise(line));
  const named = candidates.findLast((line) => /^(?:[\w.]*(?:Error|Exception)\b|panic:|fatal\b)/i.test(line));
  return named ?? candidates.at(-1) ?? '';
}

const isNoise = (line: string): boolean => /^(?:at |Node\.js v\d|goroutine \d|exit status \d|[{}^]+$)/.test(line);

/** Whether a process ended because somebody else has its port. */
export function isPortCollision(errorLines: readonly string[]): boolean {
  return errorLines.some((line) => /EADDRINUSE|address already in use/i.test(line));
}

/** Why a process could not be started at all. */
export function spawnFailure(error: Error & { readonly code?: string }, program: string, directory: string): string {
  if (error.code === 'ENOENT') return `"${program}" was not found, or there is no folder ${directory}`;
  if (error.code === 'EACCES') return `"${program}" is not executable`;
  return `could not be started: ${error.message}`;
}
