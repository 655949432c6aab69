import type { ClusterContext } from '../../shared/cluster.ts';
import { engineFor } from '../cluster-option.ts';
import type { Command } from '../command.ts';
import { choiceOption, ExitCode } from '../command.ts';

function line({ name, isCurrent, server, namespace, authentication, insecure, problem }: ClusterContext): string {
  const words = [
    server,
    ...(namespace === undefined ? [] : [`namespace ${namespace}`]),
    `by ${authentication}`,
    ...(insecure ? ['certificate not verified'] : []),
    ...(problem === undefined ? [] : [problem]),
  ];
  return `${isCurrent ? '*' : ' '} ${name}  ${words.filter((word) => word !== '').join(', ')}\n`;
}

export const clustersCommand: Command = {
  name: 'clusters',
  summary: 'The contexts of the kubeconfig, which other commands take with --context.',
  usage: 'clusters [--kubeconfig PATH] [--format text|json]',
  details: [
    '--kubeconfig  path; default KUBECONFIG, else ~/.kube/config',
    '--format      text (default, * is the current context) or json, the object of mesh/contexts',
  ],
  options: { kubeconfig: { type: 'string' }, format: { type: 'string' } },
  async run(values, _positionals, io) {
    const format = choiceOption(values, 'format', ['text', 'json'], 'text');
    const engine = engineFor(values);
    try {
      const summary = await engine.request('mesh/contexts', {});
      for (const problem of summary.problems) io.err(`${problem}\n`);
      if (format === 'json') io.out(`${JSON.stringify(summary, null, 2)}\n`);
      else for (const context of summary.contexts) io.out(line(context));
      return summary.problems.length > 0 && summary.contexts.length === 0 ? ExitCode.usage : ExitCode.ok;
    } finally {
      await engine.dispose();
    }
  },
};
