/** What a rule may be called. Slugs name the pattern, so that they read well after "allow", and never the remedy. */
const SLUG = /^[a-z]+(-[a-z]+)+$/;
const REMEDY = /^(no|use|avoid|require|forbid|prefer|must|should|check|validate)-/;

/** What is wrong with a slug, or null. */
export function faultOfSlug(slug: string): string | null {
  if (!SLUG.test(slug)) return `"${slug}" is no slug: at least two words of small letters, with dashes between them`;
  if (REMEDY.test(slug)) return `"${slug}" names a remedy: name what is found, so that it reads well after "allow"`;
  return null;
}
