import { commands as vscodeCommands } from 'vscode';
import { commandIds } from '../../commands.ts';
import { walkthroughId } from '../../contribution-ids.ts';
import type { Services } from '../../services.ts';

/** "Get Started" opens our walkthrough. */
export function registerWalkthrough({ commands, context }: Services): void {
  commands.register(commandIds.openWalkthrough, () =>
    vscodeCommands.executeCommand(
      'workbench.action.openWalkthrough',
      `${context.extension.id}#${walkthroughId}`,
      false,
    ),
  );
}
