const UNITS = [
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;

/** Bytes in the largest binary unit that keeps them exact: `256Mi`, `1500` (Kubernetes quantity, resource.Quantity). */
export function binary(bytes: number): string {
  const unit = UNITS.find(([, size]) => bytes > 0 && bytes % size === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : String(bytes);
}

/** The same for Docker, whose `m` is already binary (go-units RAMInBytes): `256m`, `1500b`. */
export function dockerBytes(bytes: number): string {
  const quantity = binary(bytes);
  return quantity.endsWith('i') ? quantity.slice(0, -1).toLowerCase() : `${quantity}b`;
}

/** Thousandths of a core: `250m`, `2`. */
export function cores(thousandths: number): string {
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Whole seconds, rounded up, at least one: platforms take no fractions, and a shorter wait than declared is never meant. */
export function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
