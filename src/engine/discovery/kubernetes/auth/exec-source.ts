import { KubeFailure } from '../transport/kube-transport.ts';
import type { ClusterEntry, ExecEntry } from '../kubeconfig/kubeconfig-entries.ts';
import { shownCommand } from '../kubeconfig/shown-command.ts';
import type { Clock, Credential, CredentialSource } from './credential.ts';
import { execInfo, parseExecCredential } from './exec-credential.ts';
import { Expiry } from './expiry.ts';
import { pluginComplaint } from './plugin-complaint.ts';
import { runPlugin } from './plugin-process.ts';
import { readSecretFile } from './read-secret-file.ts';
import { SingleFlight } from './single-flight.ts';

/** Asked before every run of a program of the kubeconfig, with the command as it is shown to people. */
export type ConsentGate = (command: string) => boolean | Promise<boolean>;

/** A program of the kubeconfig would have to be run, and nobody agreed to that. */
export class ConsentMissing extends KubeFailure {
  /** As it is shown to people. */
  readonly command: string;

  constructor(command: string) {
    super(
      'credentials',
      `To sign in, the kubeconfig has this program run: ${command}. Nobody agreed to that yet. Connect again and allow it.`,
    );
    this.command = command;
  }
}

export interface ExecOptions {
  readonly consent: ConsentGate;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Signing in may open a browser and wait for a person. */
  readonly timeoutMs: number;
}

const maxOutputBytes = 1024 * 1024;
/** A plugin that failed, or whose credential the server never took, is left alone that long: many requests ask at once. */
const pauseMs = 2000;

/** Credentials that a program gives, in the protocol of `client.authentication.k8s.io`. */
export function execSource(exec: ExecEntry, cluster: ClusterEntry, options: ExecOptions): CredentialSource {
  return new ExecSource(exec, cluster, options);
}

class ExecSource implements CredentialSource {
  readonly #exec: ExecEntry;
  readonly #cluster: ClusterEntry;
  readonly #options: ExecOptions;
  readonly #shown: string;
  readonly #ending = new AbortController();
  readonly #flight = new SingleFlight<Credential>();
  #known: { readonly credential: Credential; readonly expiry?: Expiry } | undefined;
  #wasAccepted = false;
  #ranAt = -Infinity;
  #failure: KubeFailure | undefined;

  constructor(exec: ExecEntry, cluster: ClusterEntry, options: ExecOptions) {
    this.#exec = exec;
    this.#cluster = cluster;
    this.#options = options;
    this.#shown = shownCommand(exec.command, exec.args);
  }

  async current(signal?: AbortSignal): Promise<Credential> {
    const known = this.#known;
    if (known && !known.expiry?.isDue) return known.credential;
    // A clock that is wrong makes every credential look ended: what the server takes is used all the same for a while.
    if (known && this.#isPausing && !this.#failure) return known.credential;
    try {
      return await this.#obtain(signal);
    } catch (error) {
      if (known && !known.expiry?.isOver && this.#known === known && !signal?.aborted) return known.credential;
      throw error;
    }
  }

  async renew(credential: Credential, signal?: AbortSignal): Promise<Credential> {
    if (this.#known && this.#known.credential !== credential) return this.#known.credential;
    if (!this.#wasAccepted && this.#isPausing && this.#known) return credential;
    return this.#obtain(signal);
  }

  accepted(credential: Credential): void {
    if (credential === this.#known?.credential) this.#wasAccepted = true;
  }

  dispose(): void {
    this.#ending.abort();
    this.#known = undefined;
  }

  get #isPausing(): boolean {
    return this.#options.clock.steady() - this.#ranAt < pauseMs;
  }

  #obtain(signal?: AbortSignal): Promise<Credential> {
    return this.#flight.run(async () => {
      if (this.#failure && this.#isPausing) throw this.#failure;
      if (!(await this.#options.consent(this.#shown))) throw new ConsentMissing(this.#shown);
      try {
        const { credential, expires } = await this.#run();
        this.#failure = undefined;
        this.#wasAccepted = false;
        this.#known = {
          credential,
          ...(expires !== undefined && { expiry: new Expiry(expires, this.#options.clock) }),
        };
        return credential;
      } catch (error) {
        this.#failure = error instanceof KubeFailure ? error : this.#failed('could not be run', '');
        throw this.#failure;
      } finally {
        this.#ranAt = this.#options.clock.steady();
      }
    }, signal);
  }

  async #run(): Promise<ReturnType<typeof parseExecCredential>> {
    const { args, command, env, apiVersion, interactiveMode } = this.#exec;
    if (interactiveMode === 'Always') {
      throw this.#failed(
        'wants a terminal (interactiveMode: Always), which an editor cannot give',
        'Write “interactiveMode: IfAvailable” if it can do without, or use another user.',
      );
    }
    const own = env.map(({ name, value }) => [name, value] as const);
    const run = await runPlugin(
      {
        command,
        args,
        env: {
          ...this.#options.env,
          ...Object.fromEntries(own),
          KUBERNETES_EXEC_INFO: execInfo(this.#exec, this.#cluster, await this.#authority()),
        },
        timeoutMs: this.#options.timeoutMs,
        maxBytes: maxOutputBytes,
      },
      this.#ending.signal,
    );
    const complaint =
      'stderr' in run
        ? pluginComplaint(
            run.stderr,
            own.map(([, value]) => value),
          )
        : '';
    const said = complaint === '' ? '' : ` It said: ${complaint}`;
    switch (run.kind) {
      case 'exited':
        if (run.code === 0) return parseExecCredential(run.stdout, apiVersion, this.#shown);
        throw this.#failed(
          `ended with ${run.code === null ? 'a signal' : `code ${run.code}`}`,
          `Run it in a terminal, sign in if it asks for that, and connect again.${said}`,
        );
      case 'not-started':
        throw this.#failed(notStarted(run.code), this.#installHint());
      case 'timeout':
        throw this.#failed(
          `did not answer within ${Math.round(this.#options.timeoutMs / 1000)} s and was ended`,
          `Run it in a terminal to see what it waits for.${said}`,
        );
      case 'too-much':
        throw this.#failed('printed more than any credential takes', 'Run it in a terminal to see what is wrong.');
      case 'ended':
        throw new KubeFailure('aborted', 'The connection was given up while signing in.');
    }
  }

  #installHint(): string {
    const hint = this.#exec.installHint.replace(/\p{Cc}+/gu, ' ').trim();
    return hint === '' ? 'Install it, or correct “command:” in the kubeconfig.' : hint.slice(0, 1000);
  }

  async #authority(): Promise<string> {
    const { certificateAuthority, certificateAuthorityData } = this.#cluster;
    if (!this.#exec.provideClusterInfo || certificateAuthorityData !== '' || certificateAuthority === '') {
      return certificateAuthorityData;
    }
    return Buffer.from(await readSecretFile(certificateAuthority, 'certificate authority')).toString('base64');
  }

  #failed(why: string, way: string): KubeFailure {
    return new KubeFailure('credentials', `The credential plugin “${this.#shown}” ${why}. ${way}`.trim());
  }
}

function notStarted(code: string): string {
  if (code === 'ENOENT') return 'is not installed or not in the PATH';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be run by this user';
  return `could not be started (${code})`;
}
