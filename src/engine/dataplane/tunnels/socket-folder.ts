/** Where the sockets of tunnels are: a place only this user may enter. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { announcingPath } from './tunnel-announcement.ts';

const prefix = 'meshlens-tunnels-';
/** `sun_path` holds 108 bytes on Linux and 104 on macOS, with a zero at the end. */
const longestPath = 103;
const nameLength = 10;
const longestName = announcingPath('x'.repeat(nameLength)).length;

export interface SocketFolder {
  /** The same for the same name, so that who knows it may keep it. */
  pathOf(name: string): string;
  remove(): Promise<void>;
}

/** Creates it, and removes what processes that died without doing so have left. */
export async function createSocketFolder(temporary = tmpdir()): Promise<SocketFolder> {
  if (process.platform === 'win32') {
    // Others could guess a pipe's name, but not this one; by Windows' default they may not write to it either.
    const pipe = `\\\\.\\pipe\\${prefix}${process.pid}-${randomBytes(12).toString('hex')}-`;
    return { pathOf: (name) => pipe + shortName(name), remove: () => Promise.resolve() };
  }
  const start = (folder: string): string => path.join(folder, `${prefix}${process.pid}-`);
  // mkdtemp adds six characters.
  const fits = Buffer.byteLength(start(temporary)) + 6 + 1 + longestName <= longestPath;
  const parent = fits ? temporary : '/tmp';
  await removeStale(parent);
  // Created with mode 0700.
  const folder = await mkdtemp(start(parent));
  return {
    pathOf: (name) => path.join(folder, shortName(name)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function shortName(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, nameLength);
}

async function removeStale(parent: string): Promise<void> {
  const entries = await readdir(parent).catch(() => []);
  for (const entry of entries) {
    const pid = new RegExp(`^${prefix}(\\d{1,10})-`).exec(entry)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = path.join(parent, entry);
    try {
      const { uid } = await stat(folder);
      if (uid !== process.getuid?.()) continue;
      // A process of another container that shares the folder has a number we do not know.
      if (await isServed(folder)) continue;
      await rm(folder, { recursive: true, force: true });
    } catch {
      // Somebody else removes it too.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isServed(folder: string): Promise<boolean> {
  for (const name of await readdir(folder)) {
    const accepted = await new Promise<boolean>((resolve) => {
      const socket = connect(path.join(folder, name));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (accepted) return true;
  }
  return false;
}
