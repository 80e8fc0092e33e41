declare const expanded: unique symbol;

/** The value of a variable of a container, in which the kubelet replaces `$(NAME)` and reads `$$` as `$` (EnvVar v1 core, `value`). */
export type Expanded = string & { readonly [expanded]: true };

/** Text that means itself. */
export function literal(text: string): Expanded {
  return text.replaceAll('$', () => '$$') as Expanded;
}
