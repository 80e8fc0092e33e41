declare const interpolated: unique symbol;

/**
 * A value of a compose file. Compose replaces `$NAME` and `${NAME}` in every value (compose specification, Interpolation), so a value is made by `literal` from
 * a text or by `fromEnvironment` from the name of a secret, and by nothing else.
 */
export type Interpolated = string & { readonly [interpolated]: true };

/** A text in which compose replaces nothing. */
export function literal(text: string): Interpolated {
  return text.replaceAll('$', () => '$$') as Interpolated;
}

/**
 * The value of a variable from the shell or from `.env`. Compose warns where it is missing, and goes on: with `${NAME:?}` it would refuse `ps`, `logs` and
 * `down` as well (PLATFORMS §6).
 */
export function fromEnvironment(name: string): Interpolated {
  return `\${${name}}` as Interpolated;
}
