// mcpgen: The query that an operator wrote into the URL of an instance, which no client may answer for.
const nameOf = (parameter) => new URLSearchParams(`&${parameter}`).keys().next().value ?? '';
const namesIn = (parameter) => parameter.split(';').map(nameOf);
export function withoutNamesOf(own, query) {
	const names = new Set(own.split('&').flatMap(namesIn));
	return query.split('&').filter((parameter) => parameter === '' || !namesIn(parameter).some((name) => names.has(name))).join('&');
}
