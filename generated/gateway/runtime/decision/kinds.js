// mcpgen
const NO_ROWS = new Set();
export const KINDS = {
	mcp: {
		omits: NO_ROWS, omitsInLocal: NO_ROWS, era: 'of-message',
		session: {carrier: 'header', isRequired: false, openedBy: 'initialize', transport: 'mcp', livesIn: 'id' },
		answeredBy: 'server', ownAnswer: null, resource: 'itself', origins: 'of-route',
	},
	sse: {
		omits: NO_ROWS, omitsInLocal: NO_ROWS, era: 'legacy',
		session: {carrier: 'header', isRequired: false, openedBy: 'any-request', transport: 'message', livesIn: 'connection' },
		answeredBy: 'sse', ownAnswer: null, resource: 'itself', origins: 'of-route',
	},
	message: {
		omits: NO_ROWS, omitsInLocal: NO_ROWS, era: 'legacy',
		session: {carrier: 'query', isRequired: true, openedBy: 'nothing', transport: 'message', livesIn: 'connection' },
		answeredBy: 'sse', ownAnswer: null, resource: 'stream', origins: 'of-route',
	},
	health: {
		omits: NO_ROWS, omitsInLocal: new Set(['credentials', 'tenant', 'grant', 'quota']), era: 'legacy',
		session: {carrier: 'none', isRequired: false, openedBy: 'nothing', transport: 'mcp', livesIn: 'id' },
		answeredBy: 'gateway', ownAnswer: 'servers', resource: 'none', origins: 'of-route',
	},
	wellknown: {
		omits: new Set(['credentials', 'tenant', 'grant', 'quota']), omitsInLocal: NO_ROWS, era: 'legacy',
		session: {carrier: 'none', isRequired: false, openedBy: 'nothing', transport: 'mcp', livesIn: 'id' },
		answeredBy: 'gateway', ownAnswer: 'wellknown', resource: 'none', origins: 'any',
	},
};
