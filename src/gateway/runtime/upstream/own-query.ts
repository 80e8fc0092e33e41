/** The query that an operator wrote into the URL of an instance, which no client may answer for. */

/** As servers read it: of a form, whatever it is. The ampersand in front keeps a question mark what it is. */
const nameOf = (parameter: string): string => new URLSearchParams(`&${parameter}`).keys().next().value ?? '';
/** Some servers take a semicolon for an ampersand (HTML 4, B.2.2). */
const namesIn = (parameter: string): string[] => parameter.split(';').map(nameOf);

/** Of two parameters of one name servers take the last, or make a list of them: the client's are left out, and all else stays byte for byte. */
export function withoutNamesOf(own: string, query: string): string {
  const names = new Set(own.split('&').flatMap(namesIn));
  return query.split('&').filter((parameter) => parameter === '' || !namesIn(parameter).some((name) => names.has(name))).join('&');
}
