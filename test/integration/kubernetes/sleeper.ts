/** A process that follows a cluster, to be put to sleep: says what it knows whenever it is asked, over its standard streams. */
import { createInterface } from 'node:readline';
import { messagesOf, startRig, versionsOf } from '../../kubernetes/reflector-rig.ts';
import { transportTo } from '../../kubernetes/transport-to.ts';

const way = await transportTo({ server: process.argv[2] });
const rig = startRig(way.transport);
for await (const kind of createInterface({ input: process.stdin })) {
  const { isSynced } = rig.set.status;
  process.stdout.write(
    `${JSON.stringify({ isSynced, versions: versionsOf(rig.store, kind), messages: messagesOf(rig.set.status) })}\n`,
  );
}
rig.set.dispose();
await way.dispose();
