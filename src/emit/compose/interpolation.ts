declare const interpolated: unique symbol;

/**
 * A value of a compose file. Compose replaces `$NAME` and `${NAME}` in every value (compose specification, Interpolation), so a value is made by `literal` from
 * a text or by `required` from the name of a secret, and by nothing else.
 */
export type Interpolated = string & { readonly [interpolated]: true };

/** A text in which compose replaces nothing. */
export function literal(text: string): Interpolated {
  return text.replaceAll('$', () => '$$') as Interpolated;
}

/** The value of a variable from the shell or from `.env`. If the variable is missing or empty, compose stops before it starts any service. */
export function required(name: string): Interpolated {
  return `\${${name}:?set ${name} in .env}` as Interpolated;
}
