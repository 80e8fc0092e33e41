// mcpgen
import {createPlaces} from '../process/places.js';
import {whetherTool} from './tool-calls.js';
const COUNTERS = {
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
const NOBODY = {tenant: '', caller: '', hasNeighbours: false };
export class Prometheus {
	#counters = new Map();
	#durations = new Map();
	#gauges = [];
	#tools = new Map();
	count(name, labels, by = 1) {
		let all = this.#counters.get(name);
		if (!all) this.#counters.set(name, (all = new Map()));
		let key = '';
		for (const label in labels) key += `${labels[label] ?? ''}\n`;
		const series = all.get(key);
		if (series) series.value += by;
		else all.set(key, {labels, value: by});
	}
	duration(server, seconds) {
		let histogram = this.#durations.get(server);
		if (!histogram) this.#durations.set(server, (histogram = {counts: BOUNDS.map(() => 0), sum: 0, count: 0}));
		let index = 0;
		while (seconds > (BOUNDS[index] ?? Infinity))
			index++;
		if (index < BOUNDS.length) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
		histogram.sum += seconds;
		histogram.count++;
	}
	gauge(name, help, read, type = 'gauge') {
		this.#gauges.push({name, help, read, type});
	}
	toolCalls(server, tools, most, answer, caller = NOBODY) {
		const count = (isTool) => {
			for (const tool of tools) this.count('mcpgen_tool_calls_total', { server, tool: this.toolLabel(server, tool, most, isTool, caller) });
		};
		const [only = ''] = tools;
		if (tools.length > 1 || answer === null || this.#tools.get(server)?.known.has(only)) count(false);
		else whetherTool(answer, count);
	}
	toolLabel(server, tool, most, isTool, caller = NOBODY) {
		let labels = this.#tools.get(server);
		if (!labels) this.#tools.set(server, (labels = {known: new Set(), places: createPlaces()}));
		if (labels.known.has(tool)) return tool;
		const {places} = labels;
		const isShared = caller.hasNeighbours || caller.hasPeers === true;
		const isLabel = isTool && /^[\w./-]{1,128}$/.test(tool) && (isShared || places.held < most) && places.take(isShared ? most : Infinity, caller) !== null;
		if (!isLabel) return 'other';
		labels.known.add(tool);
		return tool;
	}
	text() {
		const lines = [];
		for (const [name, help] of Object.entries(COUNTERS)) {
			lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
			for (const {labels, value} of this.#counters.get(name)?.values() ?? []) lines.push(`${name}${render(labels)} ${value}`);
		}
		lines.push(`# HELP ${DURATION} Time from request to end of answer, by server.`, `# TYPE ${DURATION} histogram`);
		for (const [server, {counts, sum, count}] of this.#durations) {
			let total = 0;
			for (const [i, bound] of BOUNDS.entries()) lines.push(`${DURATION}_bucket${render({ server, le: String(bound) })} ${(total += counts[i] ?? 0)}`);
			const labels = render({server});
			lines.push(`${DURATION}_bucket${render({ server, le: '+Inf' })} ${count}`, `${DURATION}_sum${labels} ${sum}`, `${DURATION}_count${labels} ${count}`);
		}
		for (const {name, help, read, type} of this.#gauges) {
			lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
			for (const [labels, value] of read()) lines.push(`${name}${render(labels)} ${value}`);
		}
		return `${lines.join('\n')}\n`;
	}
}
function render(labels) {
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`);
	return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
