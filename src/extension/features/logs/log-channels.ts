import { l10n, window, type OutputChannel } from 'vscode';
import type { LogLine } from '../../../shared/engine-protocol.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { LogBuffer } from './log-buffer.ts';

const linesKept = 10_000;

interface Log {
  readonly buffer: LogBuffer;
  channel?: OutputChannel;
}

/** Output of the workloads, one channel each, made when it says its first word; the access log when somebody asks. */
export function registerLogChannels({ commands, engine }: Services, owned: DisposableList): void {
  const logs = new Map<string, Log>();
  const access: Log = { buffer: new LogBuffer(linesKept) };
  owned.add({
    dispose: () => {
      for (const log of [access, ...logs.values()]) log.channel?.dispose();
    },
  });

  const write = (log: Log, lines: readonly string[]): void => {
    const change = log.buffer.add(lines);
    if ('append' in change) log.channel?.append(change.append);
    else log.channel?.replace(change.replace);
  };
  const open = (log: Log, name: string): OutputChannel => {
    if (log.channel === undefined) {
      log.channel = window.createOutputChannel(name, 'log');
      log.channel.append(log.buffer.text);
    }
    return log.channel;
  };

  owned.add(
    engine.onNotification('mesh/log', ({ lines }) => {
      const [accessLines, others] = split(lines);
      if (accessLines.length > 0) write(access, accessLines);
      for (const [workload, texts] of others) {
        const log = logs.get(workload) ?? { buffer: new LogBuffer(linesKept) };
        logs.set(workload, log);
        write(log, texts);
        if (log.channel === undefined) open(log, channelName(workload));
      }
    }),
  );

  commands.register(commandIds.showAccessLog, () => open(access, l10n.t('Meshlens: access log')).show(true));
  commands.register(commandIds.showServiceLog, async (argument) => {
    const workload =
      workloadOf(argument) ??
      (await window.showQuickPick([...logs.keys()].toSorted(), {
        placeHolder: l10n.t('Workload whose output to show'),
      }));
    if (workload === undefined) return;
    const log = logs.get(workload);
    if (log === undefined) throw new UserFacingError(l10n.t('{0} has not written anything yet.', workload));
    open(log, channelName(workload)).show(true);
  });
}

function channelName(workload: string): string {
  return `Meshlens: ${workload}`;
}

function split(lines: readonly LogLine[]): [readonly string[], ReadonlyMap<string, readonly string[]>] {
  const access: string[] = [];
  const others = new Map<string, string[]>();
  for (const line of lines) {
    if (line.stream === 'access') {
      access.push(line.text);
      continue;
    }
    const group = others.get(line.workload) ?? [];
    others.set(line.workload, group);
    group.push(toText(line));
  }
  return [access, others];
}

/** "00:14:31.120 [ratings-v1-0] listening", errors marked as such. */
function toText({ time, instance, stream, text }: LogLine): string {
  const clock = new Date(time).toISOString().slice(11, 23);
  return `${clock} [${instance}]${stream === 'stdout' ? '' : ` ${stream}:`} ${text}`;
}

/** Rows of the Services view carry the workload; other callers may name it. */
function workloadOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const target = 'target' in argument ? argument.target : argument;
  if (typeof target !== 'object' || target === null) return undefined;
  return 'workload' in target && typeof target.workload === 'string' ? target.workload : undefined;
}
