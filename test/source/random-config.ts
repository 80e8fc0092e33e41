import type { Random } from '../support/random.js';

/** A random config: its value, and its source spread over constants, spreads and imported fragments. */
export interface RandomConfig {
  readonly value: unknown;
  /** Path → text; `/mcp.config.ts` first. */
  readonly files: ReadonlyMap<string, string>;
  /** Every constant by name, with its value: what a located name stands for. */
  readonly constants: ReadonlyMap<string, unknown>;
}

const KEYS = ['a', 'b', 'name', 'x-y', 'with space', '7', "it's", '🙂', 'constructor', 'toString', 'default', 'if', 'ünï'];
const SCALARS: readonly unknown[] = ['', 'text', "quote'd", 'a\nb', '𠮷', 0, 1, -5, 2.5, true, false, null];

export function randomConfig(random: Random): RandomConfig {
  const writer = new Writer(random);
  const value = randomObject(random, 4);
  const root = writer.literal(value, '/mcp.config.ts', 1);
  return { value, files: writer.finish(root), constants: writer.constants };
}

function randomValue(random: Random, depth: number): unknown {
  if (depth === 0 || random.chance(0.3)) return random.pick(SCALARS);
  if (random.chance(0.3)) return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
  return randomObject(random, depth);
}

function randomObject(random: Random, depth: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: random.below(5) }, () => [random.pick(KEYS), randomValue(random, depth - 1)]));
}

class Writer {
  readonly constants = new Map<string, unknown>();
  private readonly statements = new Map<string, string[]>([['/mcp.config.ts', []]]);
  private count = 0;
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  finish(root: string): ReadonlyMap<string, string> {
    const { random } = this;
    const config = random.pick([
      `export default defineConfig(${root});`,
      `export default (${root}) satisfies object;`,
      `const config = defineConfig(${root});\nexport default config;`,
      `const config = ${root};\nexport { config as default };`,
    ]);
    const header = (file: string): string => (file === '/mcp.config.ts' ? "import { defineConfig } from 'mcpgen';\n" : '');
    return new Map(
      Array.from(this.statements, ([file, lines]) => [
        file,
        `${header(file)}${lines.join('\n')}\n${file === '/mcp.config.ts' ? config : ''}\n`,
      ]),
    );
  }

  /** An expression for a value: written out, or the name of a constant that holds it. */
  expression(value: unknown, file: string, depth: number): string {
    if (this.random.chance(0.2)) return this.constant(value, file);
    const text = this.literal(value, file, depth);
    return this.random.chance(0.1) ? `(${text})` : text;
  }

  literal(value: unknown, file: string, depth: number): string {
    if (Array.isArray(value)) return this.array(value, file, depth);
    if (typeof value === 'object' && value !== null) return this.object(value as Record<string, unknown>, file, depth);
    return typeof value === 'string' ? this.string(value) : String(value);
  }

  private string(value: string): string {
    if (this.random.chance(0.2)) return `\`${value.replaceAll('\\', '\\\\')}\``;
    const escaped = JSON.stringify(value);
    return this.random.chance(0.5) ? escaped : `'${escaped.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  }

  private array(items: readonly unknown[], file: string, depth: number): string {
    const parts: string[] = [];
    for (let index = 0; index < items.length; index++) {
      const many = this.random.chance(0.2) ? 1 + this.random.below(items.length - index) : 0;
      if (many === 0) parts.push(this.expression(items[index], file, depth + 1));
      else parts.push(`...${this.expression(items.slice(index, index + many), file, depth + 1)}`);
      index += Math.max(0, many - 1);
    }
    return `[${this.random.pick(['', ' ', '\n'])}${parts.join(', ')}${this.random.pick(['', ' /* end */ '])}]`;
  }

  private object(value: Record<string, unknown>, file: string, depth: number): string {
    const { random } = this;
    const entries = Object.entries(value);
    const parts: string[] = [];
    for (let index = 0; index < entries.length; index++) {
      const [key, item] = entries[index] ?? ['', null];
      if (random.chance(0.15)) {
        const many = 1 + random.below(entries.length - index);
        const spread = Object.fromEntries(entries.slice(index, index + many));
        parts.push(`...${this.expression(spread, file, depth + 1)}`);
        index += many - 1;
        continue;
      }
      // Said twice: the later one counts.
      if (random.chance(0.1)) parts.push(`...{ ${this.key(key, file)}: 'overridden' }`);
      parts.push(`${this.key(key, file)}: ${this.expression(item, file, depth + 1)}`);
    }
    const [open, between, close] = random.pick([
      ['{ ', ', ', ' }'],
      ['{\n\t', ',\n\t', ',\n}'],
      ['{ // why\n  ', ', /* 🙂 */ ', '\n}'],
    ] as const);
    return parts.length === 0 ? '{}' : `${open}${parts.join(between)}${close}`;
  }

  private key(key: string, file: string): string {
    const kinds = [`'${key.replaceAll("'", "\\'")}'`, JSON.stringify(key), `[${JSON.stringify(key)}]`];
    if (/^[a-zü][\wüï]*$/u.test(key)) kinds.push(key, key);
    if (/^\d+$/.test(key)) kinds.push(key);
    if (this.random.chance(0.1)) kinds.push(`[${this.constant(key, file)}]`);
    return this.random.pick(kinds);
  }

  /** Declares a constant for a value, here or in a fragment, and says how to name it from `file`. */
  private constant(value: unknown, file: string): string {
    const { random } = this;
    const name = `c${++this.count}`;
    if (random.chance(0.2)) {
      const holder = this.constant({ inner: value, other: [value] }, file);
      return random.pick([`${holder}.inner`, `${holder}['inner']`, `${holder}.other[0]`]);
    }
    this.constants.set(name, value);
    if (file !== '/mcp.config.ts' || random.chance(0.5)) {
      const text = this.literal(value, file, 1);
      this.add(file, `const ${name}${random.pick([': unknown', ''])} = ${text}${random.pick(['', ' as const', ' as unknown'])};`);
      return name;
    }
    const fragment = `/parts/f${this.count}.ts`;
    this.statements.set(fragment, []);
    const text = this.literal(value, fragment, 1);
    return this.exported(name, text, fragment, file);
  }

  private exported(name: string, text: string, fragment: string, file: string): string {
    const from = `'.${fragment.replace('.ts', this.random.pick(['.js', '', '.ts']))}'`;
    const space = `ns${this.count}`;
    switch (this.random.below(5)) {
      case 0:
        this.add(fragment, `export const ${name} = ${text};`);
        this.add(file, `import { ${name} } from ${from};`);
        return name;
      case 1:
        this.add(fragment, `const local = ${text};\nexport { local as ${name} };`);
        this.add(file, `import * as ${space} from ${from};`);
        this.constants.set(space, { [name]: this.constants.get(name) });
        return `${space}.${name}`;
      case 2:
        this.add(fragment, `export default ${text};`);
        this.add(file, `import ${name} from ${from};`);
        return name;
      case 3: {
        const between = fragment.replace('.ts', '-again.ts');
        this.add(fragment, `const holder = { deep: [0, ${text}] } as const;\nexport const { deep: [, value] } = holder;`);
        this.statements.set(between, [`export { value as ${name} } from './${fragment.split('/').at(-1)}';`]);
        this.add(file, `import { ${name} } from '.${between}';`);
        return name;
      }
      default: {
        const between = fragment.replace('.ts', '-all.ts');
        this.add(fragment, `export const ${name} = ${text};`);
        this.statements.set(between, [`export * from './${fragment.split('/').at(-1)}';`]);
        this.add(file, `import { ${name} } from '.${between}';`);
        return name;
      }
    }
  }

  private add(file: string, statement: string): void {
    const lines = this.statements.get(file);
    if (lines === undefined) throw new Error(`no such file: ${file}`);
    lines.push(statement);
  }
}
