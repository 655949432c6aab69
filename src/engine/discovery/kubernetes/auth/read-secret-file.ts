import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import { KubeFailure } from '../transport/kube-transport.ts';

const maxBytes = 1024 * 1024;

/** Text of a file that the kubeconfig refers to. `what` names it for people: `token`, `client key`. */
export async function readSecretFile(file: string, what: string): Promise<string> {
  const failure = (why: string): KubeFailure =>
    new KubeFailure('credentials', `The ${what} file ${file} ${why}. Correct the kubeconfig or put the file there.`);
  let text: string | undefined;
  try {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = await handle.stat();
      if (stat.isFile() && stat.size <= maxBytes) text = await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw failure('does not exist');
    if (code === 'EACCES' || code === 'EPERM') throw failure('may not be read by this user');
    throw failure(`cannot be read (${code ?? 'unknown error'})`);
  }
  if (text === undefined) throw failure('is no regular file of a sensible size');
  return text;
}
