declare const interpolated: unique symbol;

/**
 * A value of a compose file: compose replaces `$NAME` and `${NAME}` in every one of them (compose spec, Interpolation), so text gets here
 * through `literal` and a secret through `required`, never as it is.
 */
export type Interpolated = string & { readonly [interpolated]: true };

/** Text that means itself. */
export function literal(text: string): Interpolated {
  return text.replaceAll('$', () => '$$') as Interpolated;
}

/** A variable of the shell or of `.env`; compose stops before it starts anything when it is missing or empty. */
export function required(name: string): Interpolated {
  return `\${${name}:?set ${name} in .env}` as Interpolated;
}
