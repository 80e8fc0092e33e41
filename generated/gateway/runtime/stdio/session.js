// mcpgen: do not edit.
import { randomBytes } from 'node:crypto';
import { UpstreamFault } from '../upstream/upstream.js';
import { EventStream } from '../event-stream.js';
/** At most `limit` bytes wait in each stream. */
export function createSession(running, limit, log) {
	const posts = new Set();
	const flow = (on) => () => void running().then(({ link }) => link.flow(on), () => { });
	const failed = (error) => {
		if (error instanceof UpstreamFault) log('warn', 'messages-dropped', { reason: 'not read by the client' });
	};
	const open = (shown = false) => Object.assign(new EventStream(), { limit, shown }).on('full', flow(false)).on('drain', flow(true)).on('close', flow(true)).on('error', failed);
	const openPost = (shown) => {
		const post = open(shown).on('close', () => posts.delete(post));
		posts.add(post);
		return post;
	};
	const session = { id: randomBytes(24).toString('base64url'), running, posts, standalone: open(), seen: 0, openPost };
	const renew = () => {
		session.standalone = open().on('close', renew);
	};
	renew();
	return session;
}
/** On one stream only (2025-03-26, Transports § Multiple Connections). `asking` when the message is a request. */
export function deliver({ posts, standalone }, bytes, asking) {
	const post = asking || !standalone.shown ? [...posts].findLast(({ shown }) => shown) : undefined;
	(post ?? standalone).event(bytes);
}
