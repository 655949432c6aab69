import type { FormAnswer, FormRequest, PostForm } from '../../../../src/engine/telemetry/prometheus/http-post.ts';
import type { InstantSample } from '../../../../src/engine/telemetry/prometheus/prometheus-api.ts';

/** What is given for a query; an answer of its own, or samples. */
export type Reply = FormAnswer | readonly InstantSample[];

export function vector(samples: readonly InstantSample[], more: object = {}): FormAnswer {
  const result = samples.map(({ labels, value }) => ({ metric: labels, value: [1_700_000_000, String(value)] }));
  return json(200, { status: 'success', data: { resultType: 'vector', result }, ...more });
}

export function json(status: number, body: unknown): FormAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

/** Stands for a Prometheus: keeps what it is asked, and answers by what a query begins with or holds. */
export class FakePrometheus {
  readonly asked: { readonly path: string; readonly query: string; readonly time: string | undefined }[] = [];
  /** Called for each query; nothing: no samples. */
  reply: (query: string) => Reply | Promise<Reply> | undefined = () => undefined;
  running = 0;
  mostAtOnce = 0;

  readonly post: PostForm = async ({ path, form, signal }: FormRequest): Promise<FormAnswer> => {
    const query = form.get('query') ?? '';
    this.asked.push({ path, query, time: form.get('time') ?? undefined });
    this.running++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
      const reply = (await Promise.race([Promise.resolve(this.reply(query)), aborted])) ?? [];
      return 'status' in reply ? reply : vector(reply);
    } finally {
      this.running--;
    }
  };
}
