/** Names that the user declares, and references to them. `../references.ts` checks both. */
import { z } from 'zod';
import { withMeaning, type Named, type Section } from './meaning.js';

/** An object whose keys are names, each for one `what`. */
export function declares<S extends z.ZodType>(what: Named, entry: S, section: Partial<Omit<Section, 'what'>> = {}) {
  const { atLeastOne = false, builtIn = [], taken = () => null } = section;
  const error = `expected at least one ${what}`;
  const schema = atLeastOne
    ? z.record(z.string(), entry, { error }).refine((entries) => Object.keys(entries).length > 0, { error })
    : z.record(z.string(), entry);
  return withMeaning(schema, { section: { what, atLeastOne, builtIn, taken } });
}

/** The name of a declared `what`. */
export const ref = (what: Named) => withMeaning(z.string(), { refersTo: what });
