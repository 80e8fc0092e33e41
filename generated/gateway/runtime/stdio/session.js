// mcpgen: What one client hears of a child: an event stream for each of its POSTs, and one that stands.
import {randomBytes} from 'node:crypto';
import {EventStream} from '../wire/event-stream.js';
import {UpstreamFault} from '../wire/fault.js';
export function createSession(caller, flow, limit, log) {
	const posts = new Set();
	const resume = () => flow(true);
	const failed = (error) => {
		if (error instanceof UpstreamFault) log('warn', 'messages-dropped', { reason: 'not read by the client' });
	};
	const open = (shown = false) => Object.assign(new EventStream(), {limit, shown}).on('full', () => flow(false)).on('drain', resume).on('close', resume).on('error', failed);
	const openPost = (isShown) => {
		const post = open(isShown).on('close', () => posts.delete(post));
		posts.add(post);
		return post;
	};
	const session = {...caller, id: randomBytes(24).toString('base64url'), posts, standalone: open(), seen: 0, calls: 0, until: 0, openPost };
	const renew = () => {
		session.standalone = open().on('close', renew);
	};
	renew();
	return session;
}
export function tellClient({posts, standalone}, event, isRequest) {
	const post = isRequest || !standalone.shown ? [...posts].findLast(({shown}) => shown) : undefined;
	(post ?? standalone).event(event);
}
