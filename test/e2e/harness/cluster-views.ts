import type { RunningEditor } from './editor.ts';
import { waitFor } from './wait.ts';

/** Planning two dozen objects takes its time on a busy machine. */
export const clusterPatience = 90_000;

/** Waits for a row of the view Clusters, as "label description". */
export function clusterRow({ workbench }: RunningEditor, pattern: RegExp): Promise<string> {
  return waitFor(
    `a row like ${String(pattern)}`,
    async () => (await workbench.rows('Clusters')).find((text) => pattern.test(text)),
    clusterPatience,
  );
}

/** Waits for a notification. */
export function notified({ workbench }: RunningEditor, pattern: RegExp): Promise<string> {
  return waitFor(
    `a notification like ${String(pattern)}`,
    async () => (await workbench.notifications()).find((text) => pattern.test(text)),
    clusterPatience,
  );
}

/** Starts a command that changes the cluster, goes past the diff, and returns the question that is asked. */
export async function reviewOf(
  editor: RunningEditor,
  context: string,
  id: string,
  ...args: readonly unknown[]
): Promise<string> {
  const { companion, workbench } = editor;
  await companion.command('notifications.clearAll');
  await companion.beginCommand(id, ...args);
  await pastDiff(editor, context);
  return workbench.dialogText();
}

/** Waits until the diff of a plan is shown, and goes on to its question. */
export async function pastDiff(editor: RunningEditor, context: string): Promise<void> {
  await notified(editor, new RegExp(`look through what would change in ${context}`));
  await editor.workbench.pressNotification('Continue');
}
