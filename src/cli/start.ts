import module from 'node:module';

// What Node compiled is kept for the next start, which then spends a third of the time on it. Node.js 20 cannot do that.
if ('enableCompileCache' in module) module.enableCompileCache();
await import('./main.ts');
