// mcpgen: One shared child, kept running.
import {setTimeout as sleep} from 'node:timers/promises';
import {messageText} from '../wire/json-rpc.js';
import {CodedError} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {exited, silent} from './lost.js';
import {idText} from './message.js';
const FIRST_DELAY = 100;
const LAST_DELAY = 30_000;
const MOST_WAIT = 1000;
const RESTING = new CodedError('CHILD_RESTARTING', 'the child has ended, and its next start is not due yet: see child-restarting');
export function greet(link, initialize, within) {
	return new Promise((resolve) => {
		let isLate = false;
		const why = `no answer to initialize within timeouts.firstByte (${within / 1000} s)`;
		const timer = setTimeout(() => {
			isLate = true;
			link.kill(why);
		}, within).unref();
		link.ask(initialize, (text, lost) => {
			clearTimeout(timer);
			if (text !== null) return resolve({link, reply: JSON.parse(text), text, lost: null});
			const id = idText(initialize);
			resolve({link, reply: {}, text: '', lost: isLate ? silent(id, why) : (lost ?? exited(id)) });
		});
	});
}
export async function introduce(link, initialize, within) {
	const greeted = await greet(link, initialize, within);
	if (greeted.reply['result'] !== undefined) link.write(messageText({ method: 'notifications/initialized' }));
	return greeted;
}
export function supervise(launch, log, signal, begin) {
	let handshake;
	let isAccepted = false;
	let running;
	let isResting = false;
	let notStarted = null;
	const attempt = async (delay) => {
		await sleep(delay, undefined, {ref: false, signal}).catch(() => {
			throw new UpstreamFault('refused');
		});
		const begun = Date.now();
		const restart = () => {
			if (signal.aborted) return;
			const next = Date.now() - begun > LAST_DELAY ? FIRST_DELAY : Math.min(Math.max(delay * 2, FIRST_DELAY), LAST_DELAY);
			log('warn', 'child-restarting', { delay: next });
			start(next);
		};
		isResting = false;
		let link;
		try {
			link = launch(restart);
			notStarted = null;
		} catch (fault) {
			notStarted = fault;
			restart();
			throw fault;
		}
		const greeted = await begin(link, handshake);
		if (greeted.reply['result'] !== undefined) isAccepted = true;
		else link.kill('initialize refused');
		return greeted;
	};
	const start = (delay) => {
		isResting = delay > MOST_WAIT;
		running = attempt(delay);
		running.catch(() => {});
	};
	return async (initialize) => {
		if (initialize && !isAccepted) handshake = initialize;
		if (!running) start(0);
		if (!running || isResting) throw notStarted ?? new UpstreamFault('refused', RESTING);
		return running;
	};
}
