// A folder that is either whole or absent: what is expensive to install is built beside its place and moved there once.
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Longest that another process may take to install before its lock counts as left behind. */
const staleAfter = 15 * 60_000;

/** Folder of everything that is installed on first use; `MESHLENS_CACHE` moves it. */
export function cacheRoot() {
  if (process.env.MESHLENS_CACHE) return path.resolve(process.env.MESHLENS_CACHE);
  const base =
    process.platform === 'win32'
      ? (process.env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local'))
      : (process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'));
  return path.join(base, 'meshlens');
}

/**
 * The folder `name` of the cache, built by `install(directory)` if it is not there. Concurrent callers, in this process
 * or in another, wait for the one that builds.
 * @param {string} name
 * @param {(directory: string) => Promise<void>} install
 * @param {(line: string) => void} [say]
 * @returns {Promise<string>}
 */
export async function cached(name, install, say = () => {}) {
  const root = cacheRoot();
  const place = path.join(root, name);
  if (existsSync(place)) return place;
  await mkdir(root, { recursive: true });
  const unlock = await lock(path.join(root, `.${name}.lock`), say);
  try {
    if (existsSync(place)) return place;
    const temporary = path.join(root, `.${name}.${process.pid}.tmp`);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    try {
      await install(temporary);
      await rename(temporary, place);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
    return place;
  } finally {
    await unlock();
  }
}

async function lock(file, say) {
  for (let waited = false; ; waited = true) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (await isStale(file)) {
      await rm(file, { force: true });
      continue;
    }
    if (!waited) say('Another process is installing it; waiting.');
    await delay(500);
  }
}

async function isStale(file) {
  try {
    const [owner, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const age = Date.now() - mtimeMs;
    if (age > staleAfter) return true;
    // The file is empty for the moment between its creation and the write of the owner's id.
    if (owner === '') return age > 5_000;
    process.kill(Number(owner), 0);
    return false;
  } catch (error) {
    return error.code === 'ENOENT' || error.code === 'ESRCH';
  }
}
