/** Where a gateway runs. Policy is the same everywhere; addresses are not, so the tables hold them once for each placement. */
export type Placement = 'local' | 'compose' | 'kubernetes' | 'fly';
export type PerPlacement<T> = Readonly<Record<Placement, T>>;

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** A hop that may set `X-Forwarded-*`: a network, or a name that is resolved again and again. */
export type Hop = { readonly cidr: string } | { readonly name: string };
