/** Stands for the editor in the test of how the engine ends: starts the engine on its own standard input and output. */
import { spawn } from 'node:child_process';
import { pipeHolder } from './pipe-holder.ts';

const [, , hold = '', ...command] = process.argv;
const [program = process.execPath, ...args] = command;
// `own`: the pipes to the engine break with this process. `shared`: another process holds them, too, so that only the
// process id that `initialize` named tells of this one's death.
const engine = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
if (hold === 'shared') {
  const stay = [process.execPath, '-e', 'setTimeout(() => undefined, 60_000)', pipeHolder] as const;
  spawn(stay[0], stay.slice(1), { stdio: ['ignore', engine.stdin, 'ignore'] }).unref();
}
process.stdin.pipe(engine.stdin);
engine.stdout.pipe(process.stdout);
engine.on('exit', (code) => process.exit(code ?? 1));
