import { ts } from 'ts-morph';

/** What a place in the config accepts: the literal strings, and everything else described in words. */
export interface Wanted {
  readonly names: readonly string[];
  readonly others: readonly string[];
}

/** Types that are described or shown by example, because their own notation would not help. */
const IN_WORDS: readonly { readonly type: RegExp; readonly words: string }[] = [
  { type: /^`\$\{number\}(ms|s|m|h)`$/, words: "a duration with its unit, such as '15s' or '5m'" },
  { type: /^`\$\{number\}(kb|mb|gb|Ki|Mi|Gi)`$/, words: "a size with its unit, such as '256mb' or '1Gi'" },
  { type: /^`\$\{number\}\/(s|min|h)`$/, words: "a rate with its unit, such as '20/s' or '100/min'" },
  { type: /^`\$\{number\}%`$/, words: "a percentage, such as '50%'" },
  { type: /^`\$\{number\}-\$\{number\}-\$\{number\}`$/, words: "a day, such as '2027-03-01'" },
  { type: /^`\/\$\{string\}`$/, words: "a path that begins with '/'" },
  { type: /^`\$\{string\}:\/\/\$\{string\}`$/, words: "an origin, such as 'https://app.example.com'" },
  { type: /^Secret$/, words: "secret('NAME')" },
  { type: /^(readonly )?(\[.*\]|\S.*\[\])$/s, words: 'a list' },
];

export function wanted(target: readonly ts.Type[], checker: ts.TypeChecker): Wanted {
  const members = target.filter(isGivable);
  const names = members.flatMap((member) => (member.isStringLiteral() ? [member.value] : []));
  const others = members.filter((member) => !member.isStringLiteral()).map((member) => inWords(member, checker));
  return { names, others: Array.from(new Set(others)) };
}

export function unionMembers(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

/** True for a type that a value can be written for: it is not undefined, null or never. */
export function isGivable(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Never)) === 0;
}

function inWords(type: ts.Type, checker: ts.TypeChecker): string {
  const text = checker.typeToString(type);
  const words = IN_WORDS.find((entry) => entry.type.test(text))?.words;
  if (words !== undefined) return words;
  if ((type.flags & ts.TypeFlags.TemplateLiteral) !== 0) return patternInWords(text);
  if ((type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0) return text;
  const required = checker.getPropertiesOfType(type).filter((property) => (property.flags & ts.SymbolFlags.Optional) === 0);
  return required.length === 0 ? 'an object' : `an object with ${required.map(({ name }) => name).join(' and ')}`;
}

/** `${string}@${string}` → '…@…' */
function patternInWords(template: string): string {
  return `'${template.slice(1, -1).replaceAll('${number}', 'N').replaceAll('${string}', '…')}'`;
}
