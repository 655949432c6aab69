import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ClusterContext, KubeconfigSummary } from '../../../../shared/cluster.ts';
import { contextProblem, mentionsTls } from './context-problem.ts';
import { authenticationMethod } from './authentication-method.ts';
import type { ClusterEntry, ContextEntry, KubeconfigEntries, UserEntry } from './kubeconfig-entries.ts';
import { fingerprintOf } from './kubeconfig-fingerprint.ts';
import { kubeconfigPaths, type KubeconfigSources } from './kubeconfig-paths.ts';
import { mergeKubeconfigs } from './merge-kubeconfigs.ts';
import { parseKubeconfig } from './parse-kubeconfig.ts';
import { parseServerAddress } from './server-address.ts';
import { shownCommand } from './shown-command.ts';

/** Bytes of one file. A thousand contexts with embedded certificates take about 5 MB. */
const maxFileBytes = 8 * 1024 * 1024;

/** A context with all it refers to. Holds secrets; `summary` does not. */
export interface ResolvedContext {
  readonly summary: ClusterContext;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

export interface Kubeconfig {
  readonly summary: KubeconfigSummary;
  /** Every file that may take part, those that are missing now included: what to watch. */
  readonly paths: readonly string[];
  /** Of the files, taken before they were read. */
  readonly fingerprint: string;
  /** All files merged, with their secrets. */
  readonly entries: KubeconfigEntries;
  /** Undefined where no file has a context of that name or its `summary.problem` says that it cannot be used. */
  readonly context: (name: string) => ResolvedContext | undefined;
}

/**
 * Reads and merges the files of the kubeconfig as kubectl does. Never rejects: what cannot be read is told by
 * `summary.problems`, and the other files go on.
 */
export async function loadKubeconfig(sources: KubeconfigSources): Promise<Kubeconfig> {
  const platform = sources.platform ?? process.platform;
  const { paths, from } = kubeconfigPaths(sources);
  const fingerprint = await fingerprintOf(paths);
  const problems: string[] = [];
  const files: string[] = [];
  const parsed: KubeconfigEntries[] = [];
  const missing: string[] = [];
  for (const file of paths) {
    const content = await readText(file);
    if ('missing' in content) {
      missing.push(file);
      continue;
    }
    files.push(file);
    const entries = 'problem' in content ? content : parseKubeconfig(content.text, file, platform);
    if ('problem' in entries) problems.push(`The kubeconfig ${file} ${entries.problem}. Its contexts are left out.`);
    else parsed.push(entries);
  }
  if (from === 'setting' && missing.length > 0) {
    problems.push(
      `The kubeconfig ${missing.join(', ')} of the settings does not exist. Correct the setting, or empty it to have KUBECONFIG and ~/.kube/config read.`,
    );
  }
  if (from === 'environment' && missing.length === paths.length) {
    problems.push(
      `No file that the variable KUBECONFIG names exists (${missing.join(', ') || 'it names none'}). Correct it or unset it to have ~/.kube/config read.`,
    );
  }
  const entries = mergeKubeconfigs(parsed);
  const contexts = [...entries.contexts.values()].map((context) => summaryOf(context, entries));
  if (entries.currentContext !== '' && !entries.contexts.has(entries.currentContext)) {
    problems.push(
      `The kubeconfig's current context “${entries.currentContext}” does not exist. Choose another with “kubectl config use-context”.`,
    );
  }
  return {
    summary: { files, contexts, problems },
    paths,
    fingerprint,
    entries,
    context: (name) => {
      const summary = contexts.find((context) => context.name === name);
      const cluster = summary && entries.clusters.get(summary.cluster);
      const user = summary && entries.users.get(summary.user);
      return summary && cluster && user && summary.problem === undefined ? { summary, cluster, user } : undefined;
    },
  };
}

function summaryOf(context: ContextEntry, entries: KubeconfigEntries): ClusterContext {
  const cluster = entries.clusters.get(context.cluster);
  const user = entries.users.get(context.user);
  const authentication = user ? authenticationMethod(user) : 'none';
  const problem = contextProblem(context, entries);
  return {
    name: context.name,
    cluster: context.cluster,
    user: context.user,
    ...(context.namespace !== '' && { namespace: context.namespace }),
    server: (cluster && parseServerAddress(cluster.server, mentionsTls(cluster, user))?.shown) ?? '',
    isCurrent: context.name === entries.currentContext,
    insecure: cluster?.insecureSkipTlsVerify ?? false,
    authentication,
    ...(authentication === 'exec' && user?.exec && { execCommand: shownCommand(user.exec.command, user.exec.args) }),
    needsConsent: authentication === 'exec',
    ...(problem !== undefined && { problem }),
  };
}

type FileContent = { readonly text: string } | { readonly missing: true } | { readonly problem: string };

async function readText(file: string): Promise<FileContent> {
  try {
    // Non-blocking, because opening a named pipe would wait for whoever writes to it.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const { size } = await handle.stat().then((stat) => (stat.isFile() ? stat : { size: -1 }));
      if (size < 0) return { problem: 'is not a regular file' };
      if (size > maxFileBytes) return { problem: `is larger than ${maxFileBytes / 1024 / 1024} MiB` };
      return { text: (await handle.readFile('utf8')).replace(/^\uFEFF/, '') };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true };
    if (code === 'EACCES' || code === 'EPERM') return { problem: 'may not be read by this user' };
    return { problem: `cannot be read (${code ?? 'unknown error'})` };
  }
}
