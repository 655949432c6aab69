import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Engine } from '../../engine/engine.ts';
import { namesOf } from '../../engine/policy/checks/check.ts';
import { undecidedReference } from '../../engine/policy/checks/engine/undecided-reference.ts';
import type { Severity } from '../../shared/diagnostics.ts';
import { didYouMean, nearestNames } from '../../shared/nearest-names.ts';
import { ruleLevels, type RuleLevel, type RuleSettings } from '../../shared/rule-settings.ts';
import { clusterDetails, clusterOptions } from '../cluster-flags.ts';
import type { EngineParams } from '../../shared/engine-protocol.ts';
import type { Command, CommandIo, OptionValues } from '../command.ts';
import { choiceOption, ExitCode, stringOption, stringsOption, UsageError } from '../command.ts';
import { cacheFolder } from '../cache-folder.ts';
import { loadWhole } from '../compiled-code.ts';
import { FindingsCache } from '../findings-cache.ts';
import { formatFindings } from '../format/format-findings.ts';
import { formatSarif } from '../format/findings-sarif.ts';
import { hasColors } from '../format/has-colors.ts';
import { inputsFrom } from '../inputs.ts';

type Question = EngineParams<'mesh/analyze'>;

const order: readonly Severity[] = ['hint', 'information', 'warning', 'error'];

export const analyzeCommand: Command = {
  name: 'analyze',
  summary: 'Finds what is wrong in mesh policies, in files, folders or standard input.',
  usage:
    'analyze [PATH…] [--fix] [--context NAME] [--layer admission] [--cache FOLDER|--no-cache] [--format text|json|sarif|github] [--fail-on error|warning|information|hint|never]',
  details: [
    'PATH            files and folders with YAML; default: this folder; - reads standard input',
    '--format        text (default) with the lines concerned, json, sarif 2.1.0, or github annotations',
    '--fail-on       the mildest finding that makes the exit code 1; default error',
    '--fix           makes the preferred fix of each finding that has one, writes the files, and shows what is left',
    '--layer         admission: only whether API server and webhook would accept each object; an error means refused',
    '--rule          NAME=LEVEL, as often as needed: error, warning, information, hint or off for a rule by its name,',
    '                its code, or the code of another tool',
    '--config        configuration file to go by, or none; default: the .meshlensrc.yaml of each file’s nearest folder',
    '--undecided     says too what could not be checked, because nothing here declares it',
    '--cache         folder in which findings are kept: the same question of the same files is answered from there;',
    '                default: meshlens/findings in your folder for caches',
    '--no-cache      keeps nothing, and looks at nothing that was kept',
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
    fix: { type: 'boolean' },
    undecided: { type: 'boolean' },
    cache: { type: 'string' },
    'no-cache': { type: 'boolean' },
    rule: { type: 'string', multiple: true },
    namespace: { type: 'string' },
    'cluster-domain': { type: 'string' },
    ...clusterOptions,
  },
  async run(values, positionals, io) {
    const format = choiceOption(values, 'format', ['text', 'json', 'sarif', 'github'], 'text');
    const failOn = choiceOption(values, 'fail-on', ['error', 'warning', 'information', 'hint', 'never'], 'error');
    const layer = values.layer === undefined ? undefined : choiceOption(values, 'layer', ['admission'], 'admission');
    if (values.fix === true && positionals.includes('-'))
      throw new UsageError('--fix writes files, and standard input is none. Name the files instead of -.');
    const inputs = await inputsFrom(positionals, values, io);
    const question: Question = { ...inputs, ...(layer && { layer }), rules: await rulesOf(values) };
    const cache = await cacheFor(question, values, io);
    const { result, texts } = cache?.answer(Date.now()) ?? (await analyzed(question, values, io, cache));
    const options = { color: hasColors(io.env, io.isTerminal), cwd: io.cwd };
    const written =
      format === 'sarif'
        ? formatSarif(result, (await loadFilesModel()).knownRules(), options)
        : formatFindings(format, result, texts, options);
    io.out(written);
    const worst =
      failOn !== 'never' && result.diagnostics.some(({ severity }) => order.indexOf(severity) >= order.indexOf(failOn));
    return worst ? ExitCode.findings : ExitCode.ok;
  },
};

async function cacheFor(question: Question, values: OptionValues, io: CommandIo): Promise<FindingsCache | undefined> {
  const named = stringOption(values, 'cache');
  // What a cluster has changes without the files, and what is fixed changes the files.
  if (values['no-cache'] === true || values.context !== undefined || values.fix === true) return undefined;
  const usual = { env: io.env, platform: process.platform, home: homedir() };
  const folder = named === undefined ? cacheFolder(usual) : path.resolve(io.cwd, named);
  return folder === undefined ? undefined : FindingsCache.of(folder, question);
}

type Found = Pick<Awaited<ReturnType<Engine['analyze']>>, 'result' | 'texts' | 'holdsUntil'>;
type Analyze = (question: Question) => Promise<Found>;

async function analyzed(
  question: Question,
  values: OptionValues,
  io: CommandIo,
  cache: FindingsCache | undefined,
): Promise<Found> {
  const use = values.context === undefined ? withFiles : withCluster;
  return use(values, io, async (analyze) => {
    if (values.fix === true) return (await import('../fix-files.ts')).fixFiles(question, analyze, io);
    const found = await analyze(cache?.question ?? question);
    try {
      cache?.keep(found);
    } catch (error) {
      // A folder that nobody named need not be there.
      if (values.cache !== undefined)
        io.err(`The findings were not kept: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    return found;
  });
}

type With = (values: OptionValues, io: CommandIo, ask: (analyze: Analyze) => Promise<Found>) => Promise<Found>;

/** Loads what analyzes, which answers from a cache do not wait for. */
const withFiles: With = async (_, io, ask) => {
  const { filesModel } = await loadFilesModel();
  const model = filesModel();
  return ask((question) => model.analyze(question, io.signal));
};

const withCluster: With = async (values, io, ask) => {
  const { connectContext, engineFor } = await import('../cluster-option.ts');
  const engine = engineFor(values);
  try {
    const context = await connectContext(engine, values, io);
    return await ask((question) =>
      engine.analyze({ ...question, ...(context !== undefined && { context }) }, io.signal),
    );
  } finally {
    await engine.dispose();
  }
};

const loadFilesModel = () => loadWhole(() => import('../files-model.ts'));

/** Severities that the command line gives to rules. */
async function rulesOf(values: OptionValues): Promise<RuleSettings> {
  const words = stringsOption(values, 'rule');
  const known = words.length > 0 ? (await loadFilesModel()).knownRules().flatMap(namesOf) : [];
  const given = words.map((text): readonly [string, RuleLevel] => {
    const [, name, level] = /^([\w-]+)=([a-z]+)$/.exec(text) ?? [];
    const severity = ruleLevels.find((each) => each === level);
    if (name === undefined || severity === undefined) {
      throw new UsageError(
        `--rule takes the name of a rule and one of ${ruleLevels.join(', ')}, such as MESH1203=off, not "${text}".`,
      );
    }
    if (!known.includes(name)) {
      throw new UsageError(`No rule is called "${name}".${didYouMean(nearestNames(name, known))}`);
    }
    return [name, severity];
  });
  return Object.fromEntries([
    ...(values.undecided === true ? [[undecidedReference.code, undecidedReference.severity] as const] : []),
    ...given,
  ]);
}
