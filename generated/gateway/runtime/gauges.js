// mcpgen: do not edit.
/** What is measured when it is asked for. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
export function registerGauges(metrics, counts, pools, state) {
	const delay = monitorEventLoopDelay({ resolution: 20 });
	delay.enable();
	metrics.gauge('mcpgen_build_info', 'The config this gateway enforces.', () => [[{ name: state().tables.raw.name, config_hash: state().tables.raw.hash }, 1]]);
	metrics.gauge('mcpgen_streams_open', 'Event streams open at this process.', () => [[{}, counts.streams]]);
	metrics.gauge('mcpgen_sessions_active', 'Legacy sessions this process has seen opened and not ended.', () => [[{}, counts.sessions]]);
	metrics.gauge('mcpgen_upstream_up', 'Whether an instance answers its probes.', () => pools.all().flatMap(({ server, instances }) => instances.map(({ id, up }) => [{ server, instance: id }, up ? 1 : 0])));
	metrics.gauge('mcpgen_event_loop_delay_p99_seconds', 'Event loop delay since start, 99th percentile.', () => [[{}, delay.percentile(99) / 1e9]]);
}
