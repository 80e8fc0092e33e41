// mcpgen
export function createOpenCounts() {
	const opened = new Map();
	const sessions = tally();
	const streams = tally();
	const end = (tag) => {
		opened.get(tag)?.release();
		return opened.delete(tag);
	};
	return {
		bodies: 0, get streams() {
			return streams.all();
		},
		get sessions() {
			return sessions.all();
		},
		streamsOf: streams.of, sessionsOf: sessions.of, openStream: streams.hold, holdSession: sessions.hold,
		openSession(id, tenant, until) {
			const tag = tagOf(id);
			const known = opened.get(tag);
			if (known) known.until = until;
			else opened.set(tag, { release: sessions.hold(tenant), until });
			return !known;
		},
		endSession: (id) => end(tagOf(id)), expire(now) {
			let ended = 0;
			for (const [tag, { until }] of opened)
				if (until <= now && end(tag)) ended++;
			return ended;
		},
	};
}
function tally() {
	let all = 0;
	const byTenant = new Map();
	const of = (tenant) => byTenant.get(tenant) ?? 0;
	const add = (tenant, by) => {
		all += by;
		byTenant.set(tenant, of(tenant) + by);
	};
	const hold = (tenant) => {
		let held = 1;
		add(tenant, held);
		return () => {
			add(tenant, -held);
			held = 0;
		};
	};
	return { all: () => all, of, hold };
}
const tagOf = (id) => id.slice(-22);
