/** Counts in memory, and the text Prometheus reads (exposition format 0.0.4). */
import type { CallAnswer, Counter, Labels, Metrics } from '../process/metrics.js';
import { createPlaces, type Holder, type Places } from '../process/places.js';
import { whetherTool } from './tool-calls.js';

/** What each counter counts, as its help says it. */
const COUNTERS: Readonly<Record<Counter, string>> = {
  mcpgen_requests_total: 'Requests by server, method and status.',
  mcpgen_messages_total: 'Messages judged, by server and era: a hop that strips headers shows as legacy traffic.',
  mcpgen_refusals_total: 'Requests turned away, by reason.',
  mcpgen_origin_refusals_total: 'Requests turned away for their origin, by server and reason.',
  mcpgen_auth_attempts_total: 'Credentials looked at, by outcome.',
  mcpgen_rate_limited_total: 'Requests turned away for their rate, by limit.',
  mcpgen_tool_calls_total: 'Tool calls passed on, by server and tool; other until the server has answered one with a result.',
  mcpgen_sessions_opened_total: 'Legacy sessions opened by this process.',
  mcpgen_sessions_ended_total: 'Legacy sessions ended at this process, or not heard of for an hour.',
  mcpgen_upstream_failures_total: 'Requests that failed behind the gateway, by server and stage.',
  mcpgen_upstream_retries_total: 'Requests sent to another instance after one failed, by server.',
  mcpgen_spans_total: 'Spans of requests, by what became of them.',
};

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const DURATION = 'mcpgen_request_duration_seconds';

/** For names that no caller has chosen: there is no share to leave. */
const NOBODY: Holder = { tenant: '', caller: '', hasNeighbours: false };

interface Series {
  readonly labels: Labels;
  value: number;
}

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly read: () => Iterable<readonly [Labels, number]>;
  readonly type: 'gauge' | 'counter';
}

export class Prometheus implements Metrics {
  readonly #counters = new Map<Counter, Map<string, Series>>();
  readonly #durations = new Map<string, Histogram>();
  readonly #gauges: Gauge[] = [];
  readonly #tools = new Map<string, { readonly known: Set<string>; readonly places: Places }>();

  count(name: Counter, labels: Labels, by = 1): void {
    let all = this.#counters.get(name);
    if (!all) this.#counters.set(name, (all = new Map()));
    // A counter has the same labels always, so that their values tell its series apart.
    let key = '';
    for (const label in labels) key += `${labels[label] ?? ''}\n`;
    const series = all.get(key);
    if (series) series.value += by;
    else all.set(key, { labels, value: by });
  }

  duration(server: string, seconds: number): void {
    let histogram = this.#durations.get(server);
    if (!histogram) this.#durations.set(server, (histogram = { counts: BOUNDS.map(() => 0), sum: 0, count: 0 }));
    let index = 0;
    while (seconds > (BOUNDS[index] ?? Infinity)) index++;
    if (index < BOUNDS.length) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
    histogram.sum += seconds;
    histogram.count++;
  }

  gauge(name: string, help: string, read: Gauge['read'], type: Gauge['type'] = 'gauge'): void {
    this.#gauges.push({ name, help, read, type });
  }

  toolCalls(server: string, tools: readonly string[], most: number, answer: CallAnswer | null, caller = NOBODY): void {
    const count = (isTool: boolean): void => {
      for (const tool of tools) this.count('mcpgen_tool_calls_total', { server, tool: this.toolLabel(server, tool, most, isTool, caller) });
    };
    const [only = ''] = tools;
    // The answers of a batch do not stand in its order.
    if (tools.length > 1 || answer === null || this.#tools.get(server)?.known.has(only)) count(false);
    else whetherTool(answer, count);
  }

  toolLabel(server: string, tool: string, most: number, isTool: boolean, caller: Holder = NOBODY): string {
    let labels = this.#tools.get(server);
    if (!labels) this.#tools.set(server, (labels = { known: new Set(), places: createPlaces() }));
    if (labels.known.has(tool)) return tool;
    const { places } = labels;
    const isShared = caller.hasNeighbours || caller.hasPeers === true;
    // A label is for ever: so is the place of whoever called the tool first.
    const isLabel = isTool && /^[\w./-]{1,128}$/.test(tool) && (isShared || places.held < most) && places.take(isShared ? most : Infinity, caller) !== null;
    if (!isLabel) return 'other';
    labels.known.add(tool);
    return tool;
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, help] of Object.entries(COUNTERS)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      for (const { labels, value } of this.#counters.get(name as Counter)?.values() ?? []) lines.push(`${name}${render(labels)} ${value}`);
    }
    lines.push(`# HELP ${DURATION} Time from request to end of answer, by server.`, `# TYPE ${DURATION} histogram`);
    for (const [server, { counts, sum, count }] of this.#durations) {
      let total = 0;
      for (const [i, bound] of BOUNDS.entries()) lines.push(`${DURATION}_bucket${render({ server, le: String(bound) })} ${(total += counts[i] ?? 0)}`);
      const labels = render({ server });
      lines.push(`${DURATION}_bucket${render({ server, le: '+Inf' })} ${count}`, `${DURATION}_sum${labels} ${sum}`, `${DURATION}_count${labels} ${count}`);
    }
    for (const { name, help, read, type } of this.#gauges) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, value] of read()) lines.push(`${name}${render(labels)} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

function render(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
