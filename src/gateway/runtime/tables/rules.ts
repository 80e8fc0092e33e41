/** Ordered rules on what a caller may use of a server: the first that matches decides, and where none does the answer is no. */
import type { Pairs } from './pairs.js';

/** What a server offers under names. */
export type ItemKind = 'tool' | 'prompt' | 'resource';

/** Its place in the list is its place in `tenants.<name>.tools`. */
export interface ItemRuleTable {
  readonly effect: 'allow' | 'deny';
  /** Null for any server. */
  readonly server: string | null;
  /** A glob over the server's own name of the item, or over its URI: `*` is any text, also none. Nothing else has a meaning. */
  readonly name: string;
  readonly kinds: readonly ItemKind[];
  /** Argument → its condition; all must hold. A dot in the argument's name goes into objects. Empty for any arguments. */
  readonly args: Pairs<ConditionTable>;
  /** Permissions that the caller must have beside, where the rule allows. */
  readonly needs: readonly string[];
}

export type Scalar = string | number | boolean;

/** An argument that is not there, or not of that type, fulfils only `present: false`. */
export type ConditionTable =
  | { readonly kind: 'in'; readonly values: readonly Scalar[] }
  | { readonly kind: 'matches'; readonly glob: string }
  /** A path at or below this one, without a `..` segment, an escape or a backslash. */
  | { readonly kind: 'under'; readonly path: string }
  | { readonly kind: 'range'; readonly min: number | null; readonly max: number | null }
  | { readonly kind: 'length'; readonly max: number }
  | { readonly kind: 'present'; readonly is: boolean };
