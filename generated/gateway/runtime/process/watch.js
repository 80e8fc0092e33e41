// mcpgen: Looks at something again and again, one look at a time.
export class Watch {
	#look;
	#clock;
	#callOff = () => {};
	#due = Infinity;
	#isLooking = false;
	#isStopped = false;
	constructor(look, clock) {
		this.#look = look;
		this.#clock = clock;
	}
	soon(ms) {
		const due = this.#clock.now() + ms;
		if (this.#isStopped || due >= this.#due) return;
		this.#callOff();
		this.#due = due;
		if (!this.#isLooking) this.#callOff = this.#clock.after(ms, () => void this.#run());
	}
	stop() {
		this.#isStopped = true;
		this.#callOff();
	}
	async #run() {
		this.#isLooking = true;
		this.#due = Infinity;
		const next = await this.#look();
		this.#isLooking = false;
		const asked = this.#due - this.#clock.now();
		this.#due = Infinity;
		this.soon(Math.max(0, Math.min(next, asked)));
	}
}
