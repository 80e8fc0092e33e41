/** A gateway seen from outside, and a server below HTTP that knows what it was asked: what the tests of faults share. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { LogLine, RunningGateway } from '../../support/gateway.js';
import { ask, until } from '../../support/http.js';
import { startRawUpstream } from '../../support/upstreams.js';

export interface Asked {
  readonly method: string;
  readonly head: string;
  readonly message: { readonly id?: string | number; readonly method?: string } | undefined;
  /** Which request of its connection it is, from 0. */
  readonly turn: number;
  readonly socket: Socket;
}

export interface Faulty {
  readonly url: string;
  /** What it does with each request, once that has come whole. */
  behave: (asked: Asked) => void;
  /** How often each id of a request has come. */
  readonly seen: Map<string, number>;
}

export const ok = (id: unknown, more = ''): string => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, result: {} });
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
};

/** Reads requests as strictly as it needs to, and leaves all the rest to `behave`. */
export async function startFaulty(): Promise<Faulty> {
  const seen = new Map<string, number>();
  const faulty = { behave: (_: Asked): void => {}, seen };
  const { url } = await startRawUpstream((socket) => {
    let rest = Buffer.alloc(0);
    let turn = 0;
    socket.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf('\r\n\r\n'); end !== -1; end = rest.indexOf('\r\n\r\n')) {
        const head = rest.subarray(0, end).toString('latin1');
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (rest.length < end + 4 + length) return;
        const body = rest.subarray(end + 4, end + 4 + length).toString();
        rest = rest.subarray(end + 4 + length);
        const message = body === '' ? undefined : (JSON.parse(body) as Asked['message']);
        if (message?.id !== undefined) seen.set(`${message.id}`, (seen.get(`${message.id}`) ?? 0) + 1);
        faulty.behave({ method: head.split(' ', 1)[0] ?? '', head, message, turn: turn++, socket });
      }
    });
  });
  return Object.assign(faulty, { url });
}

/** Open descriptors of a process by kind, such as `socket` and `pipe`. */
export function descriptors(pid: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const kind = readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/:?\[?\d*\]?$/, '');
      counts[kind] = (counts[kind] ?? 0) + 1;
    } catch {
      // Closed meanwhile.
    }
  }
  return counts;
}

interface Process {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

function processes(): readonly Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // The name in brackets may hold anything.
      const [state = '', parent, group] = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      return [{ pid: Number(name), state, parent: Number(parent), group: Number(group) }];
    } catch {
      return [];
    }
  });
}

/** Processes below one, those included that nobody has collected. */
export function childrenOf(pid: number): readonly number[] {
  return processes().filter(({ parent }) => parent === pid).map((child) => child.pid);
}

/** Processes that still run in groups of children, though their parents may be gone. */
export function inGroups(groups: readonly number[]): readonly number[] {
  return processes().filter(({ group, state }) => groups.includes(group) && state !== 'Z').map(({ pid }) => pid);
}

export const residentBytes = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;

interface Stats {
  readonly servers: Readonly<Record<string, { readonly active: number }>>;
}

export interface Before {
  readonly descriptors: Readonly<Record<string, number>>;
  readonly resident: number;
  readonly children: readonly number[];
}

export const look = ({ pid }: RunningGateway): Before => ({ descriptors: descriptors(pid), resident: residentBytes(pid), children: childrenOf(pid) });

export const MB = 2 ** 20;

/**
 * The environment of a gateway whose memory is measured. Node 26 lets the young generation grow to 53 MB before it collects anything, and the old one as far:
 * with little room, what is garbage does not look like what is kept.
 */
export const LITTLE_ROOM = { NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=4' };

/** Whatever has happened: nothing is left of it, and the gateway is there for the next. */
export async function assertNothingLeft(gateway: RunningGateway, before: Before, growth = 64 * MB): Promise<void> {
  let last: unknown;
  const same = async (read: () => Promise<unknown> | unknown, wanted: unknown, what: string): Promise<void> => {
    const isSame = async (): Promise<boolean> => JSON.stringify((last = await read())) === JSON.stringify(wanted);
    await until(what, isSame).catch((error: Error) => assert.fail(`${error.message}: ${JSON.stringify(last)}, wanted ${JSON.stringify(wanted)}`));
  };
  await same(async () => (await gateway.metrics()).get('mcpgen_streams_open'), 0, 'no open stream being counted');
  const active = async (): Promise<string[]> => {
    const { servers } = JSON.parse((await gateway.admin('/gateway/stats')).text) as Stats;
    return Object.entries(servers).flatMap(([name, { active }]) => (active === 0 ? [] : [`${name}: ${active}`]));
  };
  await same(active, [], 'no instance being busy');
  await same(() => childrenOf(gateway.pid), before.children, 'no child process being left');
  const more = (): string[] =>
    Object.entries(descriptors(gateway.pid)).flatMap(([kind, count]) => (count > (before.descriptors[kind] ?? 0) ? [`${kind}: ${count}`] : []));
  await same(more, [], `descriptors as before (${JSON.stringify(before.descriptors)})`);
  // Memory is given back when the loop has work and the collector a reason.
  const settled = async (): Promise<boolean> => {
    for (let i = 0; i < 20; i++) assert.equal((await ask(gateway.port, { path: '/health' })).status, 200);
    return residentBytes(gateway.pid) <= before.resident + growth;
  };
  await until(`memory within ${growth / MB} MB of what it was`, settled, 20_000);
  assert.deepEqual(faultsOf(gateway), []);
  assert.equal(gateway.stderr(), '');
}

/** What it said of faults of its own. That a child had to be killed is none. */
export const faultsOf = ({ logs }: RunningGateway): readonly LogLine[] => logs.filter(({ level, event }) => level === 'error' && event !== 'child-killed');

/** `work` so often, and never more than `width` at once. */
export async function repeat<T>(times: number, width: number, work: (n: number) => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) all.push(await work(next++));
  };
  await Promise.all(Array.from({ length: Math.min(width, times) }, worker));
  return all;
}

/** How often a fault is tried, where `times` is enough to find what seldom happens. */
export const often = (times: number): number => (process.env['MCPGEN_FAULTS'] === 'few' ? Math.ceil(times / 5) : times);

/** What different things came out, and how often each. */
export function tally(outcomes: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const one of outcomes) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
