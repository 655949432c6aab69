import { undecidedReference } from '../../engine/policy/checks/engine/undecided-reference.ts';
import type { Severity } from '../../shared/diagnostics.ts';
import { clusterDetails, clusterOptions, connectContext, engineFor } from '../cluster-option.ts';
import type { Command } from '../command.ts';
import { choiceOption, ExitCode } from '../command.ts';
import { formatFindings } from '../format/format-findings.ts';
import { inputsFrom } from '../inputs.ts';

const order: readonly Severity[] = ['hint', 'information', 'warning', 'error'];

export const analyzeCommand: Command = {
  name: 'analyze',
  summary: 'Finds what is wrong in mesh policies, in files, folders or standard input.',
  usage:
    'analyze [PATH…] [--context NAME] [--layer admission] [--format text|json|sarif|github] [--fail-on error|warning|information|hint|never]',
  details: [
    'PATH            files and folders with YAML; default: this folder; - reads standard input',
    '--format        text (default) with the lines concerned, json, sarif 2.1.0, or github annotations',
    '--fail-on       the mildest finding that makes the exit code 1; default error',
    '--layer         admission: only whether API server and webhook would accept each object; an error means refused',
    '--undecided     says too what could not be checked, because nothing here declares it',
    '--namespace     namespace of documents that name none; default default',
    '--cluster-domain  default cluster.local',
    ...clusterDetails,
    'Exit codes: 0 fine, 1 findings, 2 wrong usage or unreadable input, 3 cluster unreachable.',
  ],
  options: {
    format: { type: 'string' },
    'fail-on': { type: 'string' },
    layer: { type: 'string' },
    undecided: { type: 'boolean' },
    namespace: { type: 'string' },
    'cluster-domain': { type: 'string' },
    ...clusterOptions,
  },
  async run(values, positionals, io) {
    const format = choiceOption(values, 'format', ['text', 'json', 'sarif', 'github'], 'text');
    const failOn = choiceOption(values, 'fail-on', ['error', 'warning', 'information', 'hint', 'never'], 'error');
    const layer = values.layer === undefined ? undefined : choiceOption(values, 'layer', ['admission'], 'admission');
    const engine = engineFor(values);
    try {
      const inputs = await inputsFrom(positionals, values, io);
      const context = await connectContext(engine, values, io);
      const { result, texts } = await engine.analyze(
        {
          ...inputs,
          ...(context !== undefined && { context }),
          ...(layer && { layer }),
          ...(values.undecided === true && { rules: { [undecidedReference.code]: 'information' } }),
        },
        io.signal,
      );
      io.out(formatFindings(format, result, texts, { color: io.isTerminal, cwd: io.cwd }));
      const worst =
        failOn !== 'never' &&
        result.diagnostics.some(({ severity }) => order.indexOf(severity) >= order.indexOf(failOn));
      return worst ? ExitCode.findings : ExitCode.ok;
    } finally {
      await engine.dispose();
    }
  },
};
