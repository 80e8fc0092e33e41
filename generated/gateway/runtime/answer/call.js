// mcpgen
import {ANY_INSTANCE} from '../identity/session.js';
import {UpstreamFault} from '../wire/fault.js';
export async function sendTo({pool, request, send}, {instance, upstreamId}) {
	if (instance === ANY_INSTANCE) return send(inSession(request, upstreamId));
	const at = pool.byId(instance);
	if (!at) throw new UpstreamFault('refused');
	return send(inSession(request, upstreamId), {at});
}
export function inSession(request, upstreamId) {
	return upstreamId === '' ? request : { ...request, headers: { ...request.headers, 'mcp-session-id': upstreamId } };
}
