// mcpgen: do not edit.
import { ANY_INSTANCE } from './session.js';
import { UpstreamFault } from './upstream/upstream.js';
/** To where the session lives. `refused` where that has left the pool. */
export async function sendTo({ pool, request, send }, { instance, upstreamId }) {
	if (instance === ANY_INSTANCE) return send(inSession(request, upstreamId));
	const at = pool.byId(instance);
	if (!at) throw new UpstreamFault('refused');
	return send(inSession(request, upstreamId), { at });
}
/** The id is empty where the server keeps no sessions. */
export function inSession(request, upstreamId) {
	return upstreamId === '' ? request : { ...request, headers: { ...request.headers, 'mcp-session-id': upstreamId } };
}
