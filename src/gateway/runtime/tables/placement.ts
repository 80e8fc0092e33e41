/**
 * Where a gateway runs. Policy is the same everywhere; addresses are not, so the tables hold them once for each placement. `image`: a container of the gateway's
 * own image, on whatever platform somebody runs it.
 */
export type Placement = 'local' | 'compose' | 'kubernetes' | 'fly' | 'image';
export type PerPlacement<T> = Readonly<Record<Placement, T>>;

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** A hop that may set `X-Forwarded-*`: a network, or a name that is resolved again and again. */
export type Hop = { readonly cidr: string } | { readonly name: string };
