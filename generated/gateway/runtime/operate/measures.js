// mcpgen
const STATES = ['closed', 'half-open', 'open'];
const OUTCOMES = ['answered', 'failed', 'unreachable', 'abandoned'];
export function measurePools(metrics, pools) {
	const each = (read) => () => pools.all().flatMap((pool) => pool.instances.flatMap((instance) => read(instance, { server: pool.server, instance: instance.id }, pool)));
	const now = () => performance.now();
	metrics.gauge('mcpgen_upstream_up', 'Whether an instance is in rotation, by its probes and what requests found.', each(({ up }, labels) => [[labels, Number(up)]]));
	metrics.gauge('mcpgen_upstream_active', 'Requests under way at an instance.', each(({ active }, labels) => [[labels, active]]));
	metrics.gauge('mcpgen_upstream_health_ratio', 'Share of the instances of a server that are asked.', () => pools.all().map((pool) => {
		const { healthy, total } = pool.health();
		return [{ server: pool.server }, total === 0 ? 0 : healthy / total];
	}));
	metrics.gauge('mcpgen_breaker_state', 'Circuit breaker of an instance: 0 closed, 1 half-open, 2 open.', each(({ breaker }, labels) => (breaker ? [[labels, STATES.indexOf(breaker.stateAt(now()))]] : [])));
	metrics.gauge('mcpgen_upstream_requests_total', 'Requests at an instance, by what became of them.', each(({ tally }, labels) => OUTCOMES.map((outcome) => [{ ...labels, outcome }, tally[outcome]])), 'counter');
}
