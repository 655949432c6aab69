/** What Node compiled is kept for the next start, which then spends a third of the time on it. Node.js 20 cannot do that. */
import module from 'node:module';
import { setFlagsFromString } from 'node:v8';

let isKept = false;

/** From here on; code that was loaded before is not kept. */
export function keepCompiledCode(): void {
  if (!('enableCompileCache' in module)) return;
  const { status } = module.enableCompileCache();
  const { ENABLED, ALREADY_ENABLED } = module.constants.compileCacheStatus;
  isKept = status === ENABLED || status === ALREADY_ENABLED;
}

/**
 * Loads code most of which will run. Node keeps a module as it was when it had been loaded, and V8 compiles most functions
 * only when they are first called: then each start would compile them again. So here they are compiled with the module,
 * once, which takes longer than all else the first time, and next to nothing after it.
 */
export async function loadWhole<T>(load: () => Promise<T>): Promise<T> {
  if (!isKept) return load();
  setFlagsFromString('--no-lazy');
  try {
    return await load();
  } finally {
    setFlagsFromString('--lazy');
  }
}
