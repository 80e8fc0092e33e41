/** The parts of a config whose keys are names that the user declares, and where the schema has them. */
import { placesThatMean } from './fields.js';
import type { Named, Section } from './schema/meaning.js';

export interface PlacedSection extends Section {
  /** Its path, such as `auth.clients`: no section stands below a name. */
  readonly path: string;
}

export const SECTIONS: ReadonlyMap<Named, PlacedSection> = new Map(
  [...placesThatMean('section')].map(([path, section]) => [section.what, { ...section, path }]),
);
