/**
 * Where a gateway runs. Policy is the same everywhere; addresses are not, so the tables hold them once for each placement. `image` is a container of the
 * gateway's own image, on a platform that nothing is generated for.
 */
export type Placement = Surroundings | 'image';
/** Placements that differ in where servers are found. Nothing is known of what stands beside an image, so there they are found as in placement `local`. */
export type Surroundings = 'local' | 'compose' | 'kubernetes' | 'fly';
export type PerPlacement<T> = Readonly<Record<Placement, T>>;
export type PerSurroundings<T> = Readonly<Record<Surroundings, T>>;

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** A hop that may set `X-Forwarded-*`: a network, or a name that is resolved again and again. */
export type Hop = { readonly cidr: string } | { readonly name: string };
