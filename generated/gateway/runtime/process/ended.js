// mcpgen: As many as are remembered; beyond them the oldest is forgotten, and then only its server refuses it.
const MOST = 100_000;
export const tagOf = (id) => id.slice(-22);
function createEnded(now = Date.now) {
	const ended = new Map();
	const add = ([tag, until]) => {
		ended.delete(tag);
		ended.set(tag, until);
		for (const [oldest, over] of ended) {
			if (ended.size <= MOST && over > now()) break;
			ended.delete(oldest);
		}
	};
	const store = {
		end(id, until) {
			const tag = tagOf(id);
			if (ended.has(tag)) return;
			add([tag, until]);
			store.onEnd([tag, until]);
		},
		has: (id) => ended.size > 0 && ended.has(tagOf(id)), learn(sessions) {
			for (const session of sessions) add(session);
		},
		all: () => [...ended],
		onEnd: () => {},
	};
	return store;
}
export const ended = createEnded();
