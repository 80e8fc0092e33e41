// mcpgen
const hasIssuers = ({auth}) => auth.issuers.length > 0;
const hasLookup = ({auth}) => auth.lookup !== null;
const hasServers = ({auth}) => auth.authorizationServers.length > 0;
const hasItemRules = ({tenants, pools}) => tenants.some(([, {tools}]) => tools !== null) || pools.some(([, {permissions: {call, list}}]) => call !== null || list !== null);
const forwards = ({tenants}) => tenants.some(([, {forward}]) => forward !== null);
const exchanges = ({pools}) => pools.some(([, {toServer}]) => (toServer?.exchange ?? null) !== null);
const shows = ({pools}) => pools.some(([, {toServer}]) => toServer !== null);
export const NEEDS = {
	ask: (tables) => hasIssuers(tables) || hasLookup(tables), credentials: ({auth}) => auth.wanted, denials: hasItemRules,
	environmentRate: ({limits}) => limits.perClient.fromEnvironment, exchange: exchanges,
	expiry: (tables) => hasIssuers(tables) || hasLookup(tables), forward: forwards, itemRules: hasItemRules,
	items: hasItemRules, lookup: hasLookup, oauth: hasServers,
	resources: (tables) => hasIssuers(tables) || hasServers(tables), toServer: shows, tokens: hasIssuers,
	towards: (tables) => forwards(tables) || shows(tables), vouching: (tables) => forwards(tables) || exchanges(tables),
};
export function lackingParts(tables, parts) {
	return Object.entries(NEEDS).flatMap(([name, isNeeded]) => (isNeeded(tables) && !(name in parts) ? [name] : []));
}
