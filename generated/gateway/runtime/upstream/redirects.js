// mcpgen: A server that sends its callers elsewhere, where no gateway follows: what to configure instead.
import {UpstreamFault} from '../wire/fault.js';
export const isRedirection = (status) => status > 299 && status < 400 && status !== 304;
export function redirection({status, headers}, origin, setting = URL_PATH) {
	return new UpstreamFault('redirected', `it answered ${status}: ${advice(String(headers['location'] ?? ''), origin, setting)}`);
}
const URL_PATH = 'the URL of its instances has to have the path';
export const HEALTH_PATH = 'its health.path has to be';
function advice(location, origin, setting) {
	if (location === '' || !URL.canParse(location, origin)) return 'it redirects to no place that could be named here';
	const {protocol, host, pathname} = new URL(location, origin);
	const isSame = `${protocol}//${host}` === origin;
	const elsewhere = `the URL of its instances has to have the address ${protocol}//${host}`;
	return (isSame ? `${setting} ${pathname}` : setting === URL_PATH ? elsewhere + pathname : elsewhere).slice(0, 250);
}
