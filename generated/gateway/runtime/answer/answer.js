// mcpgen
import {legAt} from '../identity/session.js';
import {UpstreamFault} from '../wire/fault.js';
import {sendTo} from './call.js';
const ANSWERED_BY = {
	server: (call, {bridge, renewals}) => bridge?.answer(call) ?? pass(call, renewals),
	sse: (call, {sse}) => sse?.answer(call) ?? nobody(), gateway: nobody,
};
function nobody() {
	return Promise.reject(new UpstreamFault('refused'));
}
export function answer(call, kind, parts) {
	const proceed = (asked) => ANSWERED_BY[kind.answeredBy](asked, parts);
	const {items, transform} = parts;
	const answered = call.items ? (items?.answer(call, call.items, proceed) ?? nobody()) : proceed(call);
	const changes = call.table.transform;
	if (!transform || !changes) return answered;
	const within = call.table.timeouts.response;
	return answered.then(async (given) => ({...given, response: await transform.response(given.response, changes, within)}));
}
function pass(call, renewals) {
	const leg = legAt(call.pool.server, call.session);
	if (!leg) return call.send(call.request);
	return renewals ? renewals.send(call, leg) : sendTo(call, leg);
}
