/** A rule's page, taken apart into its sections. */
export const SECTIONS = ['Why', 'Bad', 'Good', 'When to ignore'] as const;
export type Section = (typeof SECTIONS)[number];

export interface RulePage {
  /** What is above the first heading: one line. */
  readonly what: string;
  readonly sections: Readonly<Record<Section, string>>;
}

/** Takes a page apart; a missing section is empty. */
export function readPage(markdown: string): RulePage {
  const [what = '', ...parts] = markdown.split(/^## /m);
  const texts = new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')).trim(), part.slice(part.indexOf('\n')).trim()]));
  const text = (section: Section): string => texts.get(section) ?? '';
  return {
    what: what.trim(),
    sections: { 'Why': text('Why'), 'Bad': text('Bad'), 'Good': text('Good'), 'When to ignore': text('When to ignore') },
  };
}
