/** Prometheus metrics (text format 0.0.4). Label values come from the tables or from closed lists, never from a request, so their number is bounded. */
export type Labels = Readonly<Record<string, string>>;

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** name → help. Everything that is exported is named here. */
const COUNTERS = {
  mcpgen_requests_total: 'Requests by server, method and status.',
  mcpgen_refusals_total: 'Requests turned away, by reason.',
  mcpgen_origin_refusals_total: 'Requests turned away for their origin, by server.',
  mcpgen_auth_attempts_total: 'Credentials looked at, by outcome.',
  mcpgen_rate_limited_total: 'Requests turned away for their rate, by limit.',
  mcpgen_tool_calls_total: 'Tool calls passed on, by server.',
  mcpgen_sessions_opened_total: 'Legacy sessions opened by this process.',
  mcpgen_sessions_ended_total: 'Legacy sessions ended at this process.',
  mcpgen_upstream_failures_total: 'Requests that failed behind the gateway, by server and stage.',
  mcpgen_upstream_retries_total: 'Requests sent to another instance after one failed, by server.',
  mcpgen_spans_total: 'Spans of requests, by what became of them.',
} as const;
export type Counter = keyof typeof COUNTERS;

export class Metrics {
  readonly #counters = new Map<Counter, Map<string, number>>();
  readonly #durations = new Map<string, Histogram>();
  readonly #gauges: { name: string; help: string; read: () => Iterable<readonly [Labels, number]> }[] = [];

  count(name: Counter, labels: Labels, by = 1): void {
    const series = this.#counters.get(name) ?? new Map<string, number>();
    const key = render(labels);
    series.set(key, (series.get(key) ?? 0) + by);
    this.#counters.set(name, series);
  }

  /** Seconds from the first byte of a request to the last of its answer. */
  duration(labels: Labels, seconds: number): void {
    const key = render(labels).slice(1, -1);
    const histogram = this.#durations.get(key) ?? { counts: BOUNDS.map(() => 0), sum: 0, count: 0 };
    const index = BOUNDS.findIndex((bound) => seconds <= bound);
    if (index !== -1) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
    histogram.sum += seconds;
    histogram.count++;
    this.#durations.set(key, histogram);
  }

  gauge(name: string, help: string, read: () => Iterable<readonly [Labels, number]>): void {
    this.#gauges.push({ name, help, read });
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, help] of Object.entries(COUNTERS)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      for (const [labels, value] of this.#counters.get(name as Counter) ?? []) lines.push(`${name}${labels} ${value}`);
    }
    const duration = 'mcpgen_request_duration_seconds';
    lines.push(`# HELP ${duration} Time from request to end of answer, by server.`, `# TYPE ${duration} histogram`);
    for (const [labels, { counts, sum, count }] of this.#durations) {
      let total = 0;
      for (const [i, bound] of BOUNDS.entries()) lines.push(`${duration}_bucket{${labels},le="${bound}"} ${(total += counts[i] ?? 0)}`);
      lines.push(`${duration}_bucket{${labels},le="+Inf"} ${count}`, `${duration}_sum{${labels}} ${sum}`, `${duration}_count{${labels}} ${count}`);
    }
    for (const { name, help, read } of this.#gauges) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
      for (const [labels, value] of read()) lines.push(`${name}${render(labels)} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

function render(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
