// mcpgen: What is measured when it is asked for.
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {measurePools} from './measures.js';
export function registerGauges(metrics, counts, pools, tables) {
	const delay = monitorEventLoopDelay({resolution: 20});
	delay.enable();
	metrics.gauge('mcpgen_build_info', 'The config this gateway enforces.', () => [[{ name: tables().raw.name, config_hash: tables().raw.hash }, 1]]);
	metrics.gauge('mcpgen_streams_open', 'Event streams open at this process.', () => [[{}, counts.streams]]);
	metrics.gauge('mcpgen_sessions_active', 'Legacy sessions this process has seen opened and not ended.', () => [[{}, counts.sessions]]);
	metrics.gauge('mcpgen_calls_open', 'Calls under way at this process, and answers of calls that have turned into streams.', () => [[{}, counts.calls]]);
	metrics.gauge('mcpgen_body_bytes', 'Bytes of request bodies that this process holds.', () => [[{}, counts.bodies.held]]);
	metrics.gauge('process_start_time_seconds', 'Start of the process, in seconds since the epoch.', () => [[{}, performance.timeOrigin / 1000]]);
	metrics.gauge('process_resident_memory_bytes', 'Resident memory.', () => [[{}, process.memoryUsage.rss()]]);
	metrics.gauge('process_cpu_seconds_total', 'Processor time, user and system.', () => [[{}, processorSeconds()]], 'counter');
	measurePools(metrics, pools);
	metrics.gauge('mcpgen_event_loop_delay_p99_seconds', 'Event loop delay since start, 99th percentile.', () => [[{}, delay.percentile(99) / 1e9]]);
}
function processorSeconds() {
	const {user, system} = process.cpuUsage();
	return (user + system) / 1e6;
}
