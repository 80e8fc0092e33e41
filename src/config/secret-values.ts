import { ALONE, asName, inside, secretParts, type Standing } from '../diagnostics/secret-places.js';

/** The texts of a loaded config that must not be shown. Any value may be walked: what is wrong with its shape is said elsewhere. */
export function secretValues(config: unknown): readonly string[] {
  const found = new Set<string>();
  // A part that is used at two places may be a secret at the second of them only.
  const seen = new Map<object, Set<string>>();
  const visit = (value: unknown, standing: Standing): void => {
    if (typeof value === 'string' || typeof value === 'number') secretParts(String(value), standing).forEach((part) => found.add(part));
    if (typeof value !== 'object' || value === null) return;
    const { name, owner, mark } = standing;
    const places = seen.get(value) ?? new Set();
    const place = `${owner} ${name} ${mark}`;
    if (places.has(place)) return;
    seen.set(value, places.add(place));
    if (Array.isArray(value)) value.forEach((entry, i) => visit(entry, { ...standing, previous: textOf(value[i - 1]) }));
    else for (const [key, entry] of Object.entries(value)) visitNamed(key, entry, standing);
  };
  const visitNamed = (key: string, entry: unknown, standing: Standing): void => {
    secretParts(key, asName(standing)).forEach((part) => found.add(part));
    visit(entry, inside(standing, key));
  };
  visit(config, ALONE);
  return [...found];
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
