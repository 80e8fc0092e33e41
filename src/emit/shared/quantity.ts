const UNITS = [
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;

/** A number of bytes as Kubernetes writes it (resource.Quantity), in the largest unit that needs no fraction: `256Mi`, `1500`. */
export function kubernetesBytes(bytes: number): string {
  const unit = UNITS.find(([, size]) => bytes > 0 && bytes % size === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : String(bytes);
}

/** A number of bytes as Docker writes it, whose `m` means 2^20 bytes (go-units RAMInBytes): `256m`, `1500b`. */
export function dockerBytes(bytes: number): string {
  const quantity = kubernetesBytes(bytes);
  return quantity.endsWith('i') ? quantity.slice(0, -1).toLowerCase() : `${quantity}b`;
}

/** Thousandths of a core as Kubernetes writes them: `250m` for a quarter, `2` for two whole cores. */
export function kubernetesCores(thousandths: number): string {
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Whole seconds, because platforms take no fractions. They are rounded up, and at least one, so that no wait is shorter than the config says. */
export function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
