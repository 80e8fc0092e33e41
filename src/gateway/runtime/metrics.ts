/** What is counted. A gateway without an admin listener shows it to nobody, and counts nothing. */
export type Labels = Readonly<Record<string, string>>;

/** name → help. Every counter is named here. */
export const COUNTERS = {
  mcpgen_requests_total: 'Requests by server, method and status.',
  mcpgen_messages_total: 'Messages judged, by server and era: a hop that strips headers shows as legacy traffic.',
  mcpgen_refusals_total: 'Requests turned away, by reason.',
  mcpgen_origin_refusals_total: 'Requests turned away for their origin, by server and reason.',
  mcpgen_auth_attempts_total: 'Credentials looked at, by outcome.',
  mcpgen_rate_limited_total: 'Requests turned away for their rate, by limit.',
  mcpgen_tool_calls_total: 'Tool calls passed on, by server and tool.',
  mcpgen_sessions_opened_total: 'Legacy sessions opened by this process.',
  mcpgen_sessions_ended_total: 'Legacy sessions ended at this process, or not heard of for an hour.',
  mcpgen_upstream_failures_total: 'Requests that failed behind the gateway, by server and stage.',
  mcpgen_upstream_retries_total: 'Requests sent to another instance after one failed, by server.',
  mcpgen_spans_total: 'Spans of requests, by what became of them.',
} as const;
export type Counter = keyof typeof COUNTERS;

export interface Metrics {
  /** Label values come from the tables or from closed lists, never as they are from a request, so that their number is bounded. */
  count(name: Counter, labels: Labels, by?: number): void;
  /** Seconds from the first byte of a request to the last of its answer. */
  duration(server: string, seconds: number): void;
  /** What is read when it is asked for; a `counter` is one that is counted elsewhere. */
  gauge(name: string, help: string, read: () => Iterable<readonly [Labels, number]>, type?: 'gauge' | 'counter'): void;
  /** A tool's own label while its server has few, then `other`. */
  toolLabel(server: string, tool: string, most: number): string;
}

export const NO_METRICS: Metrics = { count: () => {}, duration: () => {}, gauge: () => {}, toolLabel: () => '' };
