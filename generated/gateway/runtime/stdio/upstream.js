// mcpgen: A stdio server's processes, behind the seam of every instance.
import {SettingError} from '../process/env.js';
import {readSecret} from '../process/secrets.js';
import {UpstreamFault} from '../wire/fault.js';
import {errorText, readMessages} from './message.js';
import {jsonResponse} from './response.js';
export function createStdioUpstream(options, { serveLegacy, serveModern }) {
	const { modern, sharing } = options.child;
	const serve = modern ? serveModern : serveLegacy;
	if (!serve) throw new SettingError('this gateway was baked without the era of a stdio server in its tables');
	const closing = new AbortController();
	const { links, answer, close } = serve(options, closing.signal);
	return {
		async send(request) {
			if (closing.signal.aborted) throw new UpstreamFault('refused');
			const read = request.method === 'POST' ? readMessages(`${request.body}`) : { isBatch: false, messages: [] };
			return typeof read === 'number' ? jsonResponse(400, errorText(null, read, 'Not a JSON-RPC message')) : answer(request, read);
		},
		async close() {
			closing.abort();
			close();
			await links.close();
		},
		status: () => ({ processes: links.running, restarts: modern || sharing === 'shared' ? Math.max(0, links.started - 1) : 0 }),
	};
}
export async function loadEras({ stdioLegacy, stdioModern }) {
	return { ...(await stdioLegacy?.()), ...(await stdioModern?.()) };
}
export function startChildren(child, environment, keepAlive, log, eras) {
	const env = child.env.map(([name, value]) => [name, 'text' in value ? value.text : readSecret(environment, value.secret)]);
	return createStdioUpstream({ child, env: Object.fromEntries(env), keepAlive, log }, eras);
}
