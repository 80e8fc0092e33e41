// mcpgen: That of an instance whose table asks for one; `known` is the one it has had so far.
export function makeBreaker(table, now, known, turned) {
	return table && new Breaker(table, now, known, (state) => turned(state === 'open' ? 'warn' : 'info', `breaker-${state}`));
}
const EXISTS = 3_600_000;
export class Breaker {
	#table;
	#turned;
	state = 'closed';
	since;
	#failures = [];
	#caller = '';
	#callerAt = -Infinity;
	#otherAt = -Infinity;
	#trial = null;
	constructor(table, now, known, turned) {
		this.#table = table;
		this.#turned = turned;
		this.since = known?.since ?? now;
		if (!known) return;
		this.state = known.state;
		this.#failures = known.#failures;
		this.#trial = known.#trial;
		this.#caller = known.#caller;
		this.#callerAt = known.#callerAt;
		this.#otherAt = known.#otherAt;
	}
	stateAt(now) {
		return this.state === 'open' && this.wait(now) === 0 ? 'half-open' : this.state;
	}
	wait(now) {
		return this.state === 'open' ? Math.max(0, this.since + this.#table.cooldown - now) : 0;
	}
	failures(now) {
		return this.#recent(now).length;
	}
	admits(now) {
		if (this.state !== 'half-open') return this.wait(now) === 0;
		return this.#trial === null || now - this.#trial >= this.#table.cooldown;
	}
	claim(now) {
		if (this.state === 'closed') return;
		if (this.state === 'open') this.#turnTo('half-open', now);
		this.#trial = now;
	}
	heard(outcome, began, now, caller = '') {
		if (caller !== this.#caller) this.#otherAt = this.#callerAt;
		this.#caller = caller;
		this.#callerAt = now;
		if (this.state === 'half-open') {
			if (this.#trial === null || began < this.#trial) return;
			this.#trial = null;
			if (outcome !== 'abandoned') this.#turnTo(isWell(outcome) ? 'closed' : 'open', now);
			return;
		}
		if (this.state === 'open' || isWell(outcome) || outcome === 'abandoned') return;
		this.#failures = [...this.#recent(now), {at: now, caller}];
		if (this.#isEnough(now)) this.#turnTo('open', now);
	}
	#isEnough(now) {
		const {failures} = this.#table;
		if (now - this.#otherAt > EXISTS) return this.#failures.length >= failures;
		const most = Math.ceil(Math.max(2, failures) / 2);
		const ofCallers = new Map();
		for (const {caller} of this.#failures) ofCallers.set(caller, Math.min(most, (ofCallers.get(caller) ?? 0) + 1));
		return [...ofCallers.values()].reduce((sum, count) => sum + count, 0) >= Math.max(2, failures);
	}
	reset(now) {
		if (this.state !== 'closed') this.#turnTo('closed', now);
		this.#failures = [];
	}
	#turnTo(state, now) {
		this.state = state;
		this.since = now;
		this.#trial = null;
		if (state === 'closed') this.#failures = [];
		this.#turned(state);
	}
	#recent(now) {
		return this.#failures.filter(({at}) => now - at < this.#table.window);
	}
}
const isWell = (outcome) => outcome === 'answered' || outcome === 'erred';
