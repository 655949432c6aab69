import { env, l10n, window } from 'vscode';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { Services } from '../../services.ts';
import { environmentText, type EnvironmentFormat } from '../../environment-text.ts';

/** Copies what a program needs in its environment to call the mesh as one of its workloads. */
export function registerProxyEnvironment({ commands, engine, mesh }: Services): void {
  commands.register(commandIds.copyProxyEnvironment, async () => {
    if (!mesh.isActive) throw new UserFacingError(l10n.t('Start the local mesh first.'));
    const workloads = (mesh.status?.workloads ?? []).filter(({ kind }) => kind !== 'gateway');
    const items = [
      {
        label: l10n.t('A program of its own'),
        description: l10n.t('not as one of the workloads'),
        workload: undefined,
      },
      ...workloads.map(({ name, namespace, principal }) => ({
        label: name,
        description: `${namespace} · ${principal}`,
        workload: name,
      })),
    ];
    const caller = await window.showQuickPick(items, { placeHolder: l10n.t('Call the mesh as') });
    if (caller === undefined) return;
    const formats: readonly { label: string; description: string; format: EnvironmentFormat }[] = [
      { label: 'Shell', description: "export HTTP_PROXY='…'", format: 'shell' },
      { label: 'PowerShell', description: "$env:HTTP_PROXY = '…'", format: 'powershell' },
      { label: '.env', description: 'HTTP_PROXY=…', format: 'dotenv' },
    ];
    const format = await window.showQuickPick(formats, { placeHolder: l10n.t('Format') });
    if (format === undefined) return;
    const { workload } = caller;
    const variables = await engine.request('mesh/proxyEnvironment', workload === undefined ? {} : { workload });
    await env.clipboard.writeText(environmentText(variables, format.format));
    const count = Object.keys(variables).length;
    void window.showInformationMessage(
      l10n.t(
        '{0} variables copied. They hold loopback addresses and nothing secret, and count while the mesh runs.',
        count,
      ),
    );
  });
}
