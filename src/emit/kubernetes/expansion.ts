declare const expanded: unique symbol;

/** The value of a container's environment variable. The kubelet replaces `$(NAME)` in it and reads `$$` as `$` (EnvVar v1 core, `value`). */
export type Expanded = string & { readonly [expanded]: true };

/** A text in which the kubelet replaces nothing. */
export function literal(text: string): Expanded {
  return text.replaceAll('$', () => '$$') as Expanded;
}
