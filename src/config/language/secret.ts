/** A reference to a secret: its name, never its value. It prints as `secret:NAME` wherever it is shown. */
export interface Secret {
  readonly secret: string;
}

/**
 * Names a secret that is read when the gateway or a server starts, from the file `NAME_FILE` points to, else from the variable `NAME`.
 * It becomes an env or file reference in compose, a Secret reference in Kubernetes, and a `fly secrets` line.
 *
 * @param name upper case letters, digits and underscores, as environment variables are named
 */
export function secret(name: string): Secret {
  return { secret: name };
}
