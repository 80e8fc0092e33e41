// mcpgen
const STATES = ['closed', 'half-open', 'open'];
const OUTCOMES = ['answered', 'erred', 'failed', 'unreachable', 'abandoned'];
const OF_CHILDREN = {
	dropped: ['mcpgen_stdio_messages_dropped_total', 'Messages of children that reached nobody, because several callers could be meant or they were too long.'],
	refused: ['mcpgen_stdio_questions_refused_total', 'Questions of children that were refused to them, because no caller or several could be meant.'],
	ended: ['mcpgen_stdio_sessions_ended_total', 'Idle sessions of stdio servers that were ended to make room for others.'],
	full: ['mcpgen_stdio_sessions_full_total', 'Callers that were refused a session with a stdio server because all were in use.'],
};
export function measurePools(metrics, pools) {
	const each = (read) => () => pools.all().flatMap((pool) => pool.instances.flatMap((instance) => read(instance, {server: pool.server, instance: instance.id}, pool)));
	const now = () => performance.now();
	metrics.gauge('mcpgen_upstream_up', 'Whether an instance is in rotation, by its probes and what requests found; no series until either has said something.', each(({ up, isKnown }, labels) => (up && !isKnown ? [] : [[labels, Number(up)]])));
	metrics.gauge('mcpgen_upstream_active', 'Requests under way at an instance.', each(({ active }, labels) => [[labels, active]]));
	metrics.gauge('mcpgen_upstream_health_ratio', 'Share of the instances of a server that are asked.', () => pools.all().flatMap((pool) => {
		const {healthy, total, percent} = pool.health();
		return percent === null ? [] : [[{server: pool.server}, total === 0 ? 0 : healthy / total]];
	}));
	metrics.gauge('mcpgen_breaker_state', 'Circuit breaker of an instance: 0 closed, 1 half-open, 2 open.', each(({ breaker }, labels) => (breaker ? [[labels, STATES.indexOf(breaker.stateAt(now()))]] : [])));
	metrics.gauge('mcpgen_upstream_requests_total', 'Requests at an instance, by what became of them.', each(({ tally }, labels) => OUTCOMES.map((outcome) => [{ ...labels, outcome }, tally[outcome]])), 'counter');
	for (const [count, [name, help]] of Object.entries(OF_CHILDREN)) {
		metrics.gauge(name, help, each(({upstream: {counts}}, labels) => (counts ? [[labels, counts[count] ?? 0]] : [])), 'counter');
	}
}
