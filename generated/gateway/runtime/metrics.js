// mcpgen: do not edit.
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
};
export const NO_METRICS = { count: () => { }, duration: () => { }, gauge: () => { }, toolLabel: () => '' };
