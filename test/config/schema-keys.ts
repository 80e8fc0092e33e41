/** The keys of a schema as patterns: names that the user chooses are `*`, places in a list `#`. */
import type { z } from 'zod';

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
}

export function schemaKeys(schema: z.core.$ZodType, path: readonly string[] = []): ReadonlySet<string> {
  const { shape, innerType, in: before, valueType, element, options } = schema._zod.def as Definition;
  const inner: (readonly [z.core.$ZodType, readonly string[]])[] = [
    ...Object.entries(shape ?? {}).map(([key, type]) => [type, [...path, key]] as const),
    ...[innerType, before, ...(options ?? [])].flatMap((type) => (type ? [[type, path] as const] : [])),
    ...(valueType ? [[valueType, [...path, '*']] as const] : []),
    ...(element ? [[element, [...path, '#']] as const] : []),
  ];
  const own = Object.keys(shape ?? {}).map((key) => [...path, key].join('.'));
  return new Set([...own, ...inner.flatMap(([type, at]) => [...schemaKeys(type, at)])]);
}
