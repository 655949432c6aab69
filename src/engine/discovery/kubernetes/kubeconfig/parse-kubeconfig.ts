import path from 'node:path';
import { CORE_SCHEMA, load, Type, YAMLException } from 'js-yaml';
import { isRecord, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import { EntryReader } from './entry-reader.ts';
import type { ClusterEntry, ContextEntry, ExecEntry, KubeconfigEntries, UserEntry } from './kubeconfig-entries.ts';

/** Values that a file may hold when aliases are written out; a thousand contexts take about 15,000. */
const maxValues = 1_000_000;
const maxDepth = 100;

const mergeKeys = new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text: unknown) => text === '<<' });
const schema = CORE_SCHEMA.extend({ implicit: [mergeKeys] });
const execExtension = 'client.authentication.k8s.io/exec';
const versionsWithDefaultMode = ['client.authentication.k8s.io/v1beta1', 'client.authentication.k8s.io/v1alpha1'];

/**
 * Reads one file as kubectl does: unknown fields are ignored, a known field of a wrong type or a name given twice makes the
 * whole file unusable. `problem` is the end of a sentence that begins with the file's name; it quotes no value.
 */
export function parseKubeconfig(
  text: string,
  file: string,
  platform: NodeJS.Platform,
): KubeconfigEntries | { readonly problem: string } {
  let document: unknown;
  try {
    // `json`: the last of two equal keys wins, as in the parser of Kubernetes.
    document = load(text, { schema, json: true }) ?? {};
  } catch (error) {
    // The parser's message quotes the line, which may hold a token.
    const line: unknown = error instanceof YAMLException ? error.mark?.line : undefined;
    return { problem: `is not valid YAML${typeof line === 'number' ? ` (line ${line + 1})` : ''}` };
  }
  if (!isRecord(document)) return { problem: 'does not hold a kubeconfig: it is no YAML mapping' };
  if (!isSmall(document)) return { problem: 'holds more values than a kubeconfig can have' };
  const reader = new EntryReader();
  const entries = readDocument(document, reader, file, platform);
  return reader.problem === undefined ? entries : { problem: reader.problem };
}

/** Makes the references of a file absolute: they are relative to its folder. */
interface Places {
  path(reference: string): string;
  /** A command without a separator is looked up in PATH instead. */
  command(reference: string): string;
}

function placesOf(file: string, platform: NodeJS.Platform): Places {
  const system = platform === 'win32' ? path.win32 : path.posix;
  const resolve = (reference: string): string => system.resolve(system.dirname(file), reference);
  return {
    path: (reference) => (reference === '' ? '' : resolve(reference)),
    command: (reference) => (reference.includes(system.sep) ? resolve(reference) : reference),
  };
}

function readDocument(
  document: UntrustedRecord,
  reader: EntryReader,
  file: string,
  platform: NodeJS.Platform,
): KubeconfigEntries {
  const places = placesOf(file, platform);
  const apiVersion = reader.text(document, 'apiVersion', '');
  const kind = reader.text(document, 'kind', '');
  if ((apiVersion !== '' && apiVersion !== 'v1') || (kind !== '' && kind !== 'Config')) {
    reader.fail('is no kubeconfig: its apiVersion and kind are not “v1” and “Config”');
  }
  return {
    clusters: reader.named(document, 'clusters', 'cluster', (name, record, where) =>
      readCluster(name, record, where, reader, places),
    ),
    users: reader.named(document, 'users', 'user', (name, record, where) =>
      readUser(name, record, where, reader, places),
    ),
    contexts: reader.named(document, 'contexts', 'context', (name, record, where): ContextEntry => ({
      name,
      cluster: reader.text(record, 'cluster', where),
      user: reader.text(record, 'user', where),
      namespace: reader.text(record, 'namespace', where),
    })),
    currentContext: reader.text(document, 'current-context', ''),
  };
}

function readCluster(
  name: string,
  record: UntrustedRecord,
  where: string,
  reader: EntryReader,
  places: Places,
): ClusterEntry {
  const extensions = reader.list(record, 'extensions', where).filter(isRecord);
  const execConfig = extensions.find((extension) => extension['name'] === execExtension)?.['extension'];
  return {
    name,
    server: reader.text(record, 'server', where),
    tlsServerName: reader.text(record, 'tls-server-name', where),
    insecureSkipTlsVerify: reader.flag(record, 'insecure-skip-tls-verify', where),
    certificateAuthority: places.path(reader.text(record, 'certificate-authority', where)),
    certificateAuthorityData: reader.base64(record, 'certificate-authority-data', where),
    proxyUrl: reader.text(record, 'proxy-url', where),
    disableCompression: reader.flag(record, 'disable-compression', where),
    ...(execConfig !== undefined && { execConfig }),
  };
}

function readUser(
  name: string,
  record: UntrustedRecord,
  where: string,
  reader: EntryReader,
  places: Places,
): UserEntry {
  const exec = reader.optionalRecord(record, 'exec', where);
  const provider = reader.optionalRecord(record, 'auth-provider', where);
  return {
    name,
    clientCertificate: places.path(reader.text(record, 'client-certificate', where)),
    clientCertificateData: reader.base64(record, 'client-certificate-data', where),
    clientKey: places.path(reader.text(record, 'client-key', where)),
    clientKeyData: reader.base64(record, 'client-key-data', where),
    token: reader.text(record, 'token', where),
    tokenFile: places.path(reader.text(record, 'tokenFile', where)),
    username: reader.text(record, 'username', where),
    password: reader.text(record, 'password', where),
    impersonate: reader.text(record, 'as', where),
    impersonateUid: reader.text(record, 'as-uid', where),
    impersonateGroups: reader.texts(record, 'as-groups', where),
    impersonateExtra: reader.textLists(record, 'as-user-extra', where),
    ...(exec && { exec: readExec(exec, `${where}.exec`, reader, places) }),
    ...(provider && {
      authProvider: {
        name: reader.text(provider, 'name', `${where}.auth-provider`),
        config: reader.textMap(provider, 'config', `${where}.auth-provider`),
      },
    }),
  };
}

function readExec(record: UntrustedRecord, where: string, reader: EntryReader, places: Places): ExecEntry {
  const apiVersion = reader.text(record, 'apiVersion', where);
  const mode = reader.text(record, 'interactiveMode', where);
  return {
    command: places.command(reader.text(record, 'command', where)),
    args: reader.texts(record, 'args', where),
    env: reader.records(record, 'env', where).map((variable) => ({
      name: reader.text(variable, 'name', `${where}.env`),
      value: reader.text(variable, 'value', `${where}.env`),
    })),
    apiVersion,
    installHint: reader.text(record, 'installHint', where),
    provideClusterInfo: reader.flag(record, 'provideClusterInfo', where),
    interactiveMode: mode === '' && versionsWithDefaultMode.includes(apiVersion) ? 'IfAvailable' : mode,
  };
}

/** Whether the document stays small when every alias is written out; aliases of aliases grow without end. */
function isSmall(document: unknown): boolean {
  let left = maxValues;
  const visit = (value: unknown, depth: number): boolean => {
    left -= 1;
    if (left < 0 || depth > maxDepth) return false;
    if (typeof value !== 'object' || value === null) return true;
    return Object.values(value).every((inner) => visit(inner, depth + 1));
  };
  return visit(document, 0);
}
