import { ruleNames } from '../../engine/policy/analysis/rule-settings.ts';
import { undecidedReference } from '../../engine/policy/checks/engine/undecided-reference.ts';
import type { Severity } from '../../shared/diagnostics.ts';
import { ruleLevels, type RuleLevel, type RuleSettings } from '../../shared/rule-settings.ts';
import { clusterDetails, clusterOptions, connectContext, engineFor } from '../cluster-option.ts';
import type { Command, OptionValues } from '../command.ts';
import { choiceOption, ExitCode, stringsOption, UsageError } from '../command.ts';
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
    '--rule          NAME=LEVEL, as often as needed: error, warning, information, hint or off for a rule by its name,',
    '                its code, or the code of another tool',
    '--config        configuration file to go by, or none; default: the .meshlensrc.yaml of each file’s nearest folder',
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
    config: { type: 'string' },
    undecided: { type: 'boolean' },
    rule: { type: 'string', multiple: true },
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
          rules: rulesOf(values),
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

/** Severities that the command line gives to rules. */
function rulesOf(values: OptionValues): RuleSettings {
  const known = ruleNames();
  const given = stringsOption(values, 'rule').map((text): readonly [string, RuleLevel] => {
    const [, name, level] = /^([\w-]+)=([a-z]+)$/.exec(text) ?? [];
    const severity = ruleLevels.find((each) => each === level);
    if (name === undefined || severity === undefined || !known.includes(name)) {
      throw new UsageError(
        `--rule takes the name of a rule and one of ${ruleLevels.join(', ')}, such as MESH1203=off.`,
      );
    }
    return [name, severity];
  });
  return Object.fromEntries([
    ...(values.undecided === true ? [[undecidedReference.code, undecidedReference.severity] as const] : []),
    ...given,
  ]);
}
