// mcpgen: The rows of the decision by name, in the order in which they are asked (DESIGN §4).
export const STEPS = [
	'normal-form', 'host', 'route', 'preflight', 'origin', 'method', 'head', 'address', 'credentials', 'tenant', 'grant', 'quota', 'body', 'revision',
	'permission', 'session', 'instance',
];
export const rankOf = (step) => STEPS.indexOf(step);
