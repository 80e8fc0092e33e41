// mcpgen: A stdio server's processes, behind the seam of every instance.
import {SettingError} from '../process/env.js';
import {readSecret} from '../process/secrets.js';
import {UpstreamFault} from '../wire/fault.js';
import {ownFailureText} from '../wire/replies.js';
import {isExecutable} from './executable.js';
import {readMessages} from './message.js';
import {rehearse} from './rehearsal.js';
import {jsonResponse} from './response.js';
const TIMEOUTS = {firstByte: 60_000, response: 600_000};
export function createStdioUpstream(given, {serveLegacy, serveModern}) {
	const {modern, sharing} = given.child;
	const serve = modern ? serveModern : serveLegacy;
	if (!serve) throw new SettingError('this gateway was baked without the era of a stdio server in its tables');
	const closing = new AbortController();
	const counts = {dropped: 0, refused: 0, ended: 0, full: 0};
	const options = {timeouts: TIMEOUTS, ...given, counts};
	const {links, answer, close} = serve(options, closing.signal);
	return {
		async send(request) {
			if (closing.signal.aborted) throw new UpstreamFault('refused');
			const read = request.method === 'POST' ? readMessages(`${request.body}`) : { isBatch: false, messages: [] };
			if (typeof read !== 'number') return answer(request, read);
			return jsonResponse(400, ownFailureText(request.headers, null, read, 'Not a JSON-RPC message', 'body-not-message'));
		},
		async close() {
			closing.abort();
			close();
			await links.close();
		},
		counts,
		status: () => ({processes: links.running, restarts: modern || sharing === 'shared' ? Math.max(0, links.started - 1) : 0 }),
		isWell: async () => (links.health !== 'unknown' ? links.health === 'well' : (await isExecutable(given.child, given.env)) ? null : false),
		async rehearse() {
			if (links.health === 'well' || closing.signal.aborted) return true;
			try {
				return await rehearse(links, modern, options.timeouts.firstByte);
			} catch (error) {
				if (!(error instanceof UpstreamFault)) throw error;
				return false;
			}
		},
	};
}
export async function loadEras({stdioLegacy, stdioModern}) {
	return {...(await stdioLegacy?.()), ...(await stdioModern?.())};
}
export function startChildren(server, child, settings, eras) {
	const {env: environment, keepAlive, log, timeouts} = settings;
	const env = child.env.map(([name, value]) => [name, 'text' in value ? value.text : readSecret(environment, value.secret)]);
	const said = (level, event, fields) => log(level, event, {server, ...fields});
	return createStdioUpstream({child, env: Object.fromEntries(env), keepAlive, timeouts, log: said}, eras);
}
