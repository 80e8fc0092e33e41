/** One target under load for a while, and what that cost it, the load and the upstream. */
import type { ChildProcess } from 'node:child_process';
import type { Job, Load } from './load.js';
import { messageOf } from './processes.js';
import { HEADERS, PATH, requestsOf, SESSION_PLACEHOLDER } from './requests.js';
import { OPENING, type Scenario } from './scenarios.js';
import type { Started } from './targets.js';
import { machineUsage, usageOf, type Usage } from './usage.js';

/** Microseconds of processor per request; null where there is no such process, or no /proc. */
export interface Costs {
  readonly target: number | null;
  readonly load: number | null;
  readonly upstream: number | null;
}

export interface Window extends Load {
  /** Requests per second. */
  readonly throughput: number;
  readonly cpu: Costs;
  /** The share of the machine's processor time that was taken by none of these: by the kernel for them, and by whatever else ran. */
  readonly others: number | null;
  /** Bytes that the target has resident at the end. */
  readonly rss: number | null;
}

export interface Amount {
  readonly concurrency: number;
  readonly seconds: number;
}

/** The processes of the bench itself. */
export interface Bench {
  readonly load: ChildProcess;
  readonly upstream: ChildProcess;
}

export async function measure({ load, upstream }: Bench, target: Started, scenario: Scenario, { concurrency, seconds }: Amount): Promise<Window> {
  const { port, pid, headers } = target;
  const usage = (id: number | null | undefined): Usage | null => (typeof id === 'number' ? usageOf(id) : null);
  const look = () => ({ target: usage(pid), load: usage(load.pid), upstream: usage(upstream.pid), machine: machineUsage() });
  const before = look();
  load.send({ port, ...requestsOf(scenario, headers), concurrency, seconds } satisfies Job);
  const result = (await messageOf(load)) as Load;
  const after = look();
  const spent = (of: keyof Costs): number | null => {
    const [from, to] = [before[of], after[of]];
    return from && to ? to.seconds - from.seconds : null;
  };
  const cost = (of: keyof Costs): number | null => {
    const processor = spent(of);
    return processor === null || result.completed === 0 ? null : (processor * 1e6) / result.completed;
  };
  const [busy, all] = [after.machine.busy - before.machine.busy, after.machine.all - before.machine.all];
  const own = (spent('target') ?? 0) + (spent('load') ?? 0) + (spent('upstream') ?? 0);
  return {
    ...result,
    throughput: result.completed / result.seconds,
    cpu: { target: cost('target'), load: cost('load'), upstream: cost('upstream') },
    others: after.load === null || all === 0 ? null : Math.max(0, busy - own) / all,
    rss: after.target?.rss ?? null,
  };
}

/** Asks once and looks at all of the answer: the load looks at its status and its length alone. */
export async function verify({ about, port, headers }: Started, scenario: Scenario): Promise<void> {
  const ask = async (body: string, more: Readonly<Record<string, string>>, expected: string): Promise<Headers> => {
    const response = await fetch(`http://127.0.0.1:${port}${PATH}`, { method: 'POST', body, headers: { ...HEADERS, ...headers, ...more } });
    const answer = await response.text();
    if (response.status !== 200 || answer !== expected) throw new Error(`${about} answers ${response.status}: ${answer.slice(0, 500)}`);
    return response.headers;
  };
  if (!scenario.hasSession) return void (await ask(scenario.body, {}, scenario.text));
  const opened = await ask(OPENING.body, {}, OPENING.text);
  const id = opened.get('mcp-session-id') ?? SESSION_PLACEHOLDER;
  await ask(scenario.body, { 'mcp-session-id': id }, scenario.text);
}
