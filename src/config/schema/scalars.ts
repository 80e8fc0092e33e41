/**
 * Scalars of the config language: each says in its own message what would be right. `W` is how the types of the language describe the text that a user
 * writes; `test/config/types.test.ts` compares the two.
 */
import { z } from 'zod';
import type { Cpu, Day, Duration, Percentage, Rate, Size } from '../language/units.js';
import { parseCpu, parseDay, parseDuration, parsePercentage, parseRate, parseSize, type TokenRate } from '../units.js';
import { object } from './later.js';
import { insteadOf, variableIn } from './spelling.js';
import { replacedWhole } from './unions.js';

function quantity<W extends string, T>(what: string, example: W, parse: (text: string) => T | null) {
  const wanted = `expected ${what}, such as "${example}"`;
  const error: z.core.$ZodErrorMap = ({ input }) => (typeof input === 'number' ? `${wanted}; a bare ${input} does not say which unit` : wanted);
  return described<W>(z.string({ error })).transform((text, context): T => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `${wanted}; got "${text}"` });
    return z.NEVER;
  });
}

/** A string schema as the type of what may be written. Zod knows only `string`, and the schema's checks are what the type cannot say. */
export const described = <W extends string>(schema: z.ZodType<string, string>) => schema as z.ZodType<string, W>;

export const duration = quantity<Duration, number>('a duration with its unit (ms, s, m, h)', '30s', parseDuration);
export const size = quantity<Size, number>('a size with its unit (kb, mb, gb or Ki, Mi, Gi)', '4mb', parseSize);
export const cpu = quantity<Cpu, number>('processor time as Kubernetes writes it', '250m', parseCpu);
export const rate = quantity<Rate, TokenRate>('a rate (per s, min or h)', '100/min', parseRate);
export const percentage = quantity<Percentage, number>('a percentage', '50%', parsePercentage);
export const day = quantity<Day, string>('a day', '2027-03-01', parseDay);

/** A string of one form, with the form said in words. @param said what is expected of this input, where the input itself should not be repeated */
export function text<W extends string = string>(form: RegExp, wanted: string, said = (input: unknown) => `${wanted}; got ${JSON.stringify(input)}`) {
  const schema = z.string({ error: `expected ${wanted}` });
  return described<W>(schema).refine((value) => form.test(value), { error: ({ input }) => `expected ${said(input)}` });
}

/** A whole number between two others, which are said where it is not. */
export const whole = (from: number, to: number, what: string) =>
  z
    .number({ error: `expected ${what}` })
    .int({ error: `expected ${what}` })
    .min(from, { error: `expected at least ${from}` })
    .max(to, { error: `expected at most ${to}` });
export const count = (most = 1_000_000) => whole(1, most, 'a whole number');
export const port = z
  .number({ error: 'expected a port number' })
  .int({ error: 'expected a port number' })
  .min(1, { error: 'expected a port from 1 to 65535' })
  .max(65535, { error: 'expected a port from 1 to 65535' });

/** Names become parts of DNS names, which may not end in a dash (RFC 1123 §2.1). */
export const NAME = /^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/;
export const dnsLabel = text(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, 'a DNS label: lower case letters, digits and dashes, at most 40');
export const volumeName = text(NAME, 'a name: lower case letters, digits and dashes');
export const absolutePath = text(/^\/[^\s\0]*$/, 'an absolute path');
/** A path no hop would rewrite: no escapes, no empty or dot segments, nothing that means something to nginx or a shell. */
export const urlPath = text<`/${string}`>(
  /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/,
  'a path of letters, digits, dots, dashes and underscores, such as "/mcp/search"',
);
export const httpPath = text<`/${string}`>(/^\/[A-Za-z0-9._~/-]*$/, 'a path, such as "/health"');
export const hostName = text(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
  'a host name in lower case, without scheme, port or wildcard',
);
export const headerName = text(/^[A-Za-z0-9-]+$/, 'a header name of letters, digits and dashes');
export const line = text(/^[^\0\r\n]*$/, 'text on one line');
/** An address alone is a network of one. */
const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
export const cidr = z.string({ error: 'expected a network, such as "10.0.0.0/8"' }).refine((value) => network.safeParse(value).success, {
  error: ({ input }) => `expected a network, such as "10.0.0.0/8" or "2001:db8::/32", or a single address; got ${JSON.stringify(input)}`,
});
/** What a process binds: a host name, or an address without brackets. */
export const listenHost = text(/^[A-Za-z0-9.:_-]+$/, 'an address or a host name, such as "0.0.0.0"');
/** Text that is there: an empty word is a slip. */
export const word = text(/^[^\0]+$/, 'text');
export const imageReference = text(
  /^[a-z0-9]+([._-][a-z0-9]+)*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
  'an image reference, such as "ghcr.io/acme/search:1.4.2@sha256:…" (lower case name, 64 hex digits of digest)',
);
const envName = text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable name: letters, digits and underscores');

const SECRET_NAME = 'a secret name: upper case letters, digits and underscores';
export const secret = replacedWhole(
  object(
    // What else stands here is probably the secret itself, so the message does not repeat it.
    { secret: text(/^[A-Z][A-Z0-9_]{0,126}$/, SECRET_NAME, () => `${SECRET_NAME}, such as secret('API_KEY'); a value is never written here`) },
    { error: (issue) => (typeof issue.input === 'string' ? "a secret is named, never written: use secret('NAME')" : "expected secret('NAME')") },
  ),
);

export const labels = z.record(z.string(), line);
export const about = { description: line.optional(), owner: line.optional(), labels: labels.default({}) };
/** Text that is handed on as it is: no shell and no compose fills anything in. @param instead what to write for a text that expects one to */
const literalText = (instead: (variable: string, text: string) => string) =>
  z.string().refine((value) => variableIn(value) === null, {
    error: ({ input }) => {
      const text = String(input);
      const variable = variableIn(text) ?? '';
      return `nothing fills in the variable ${variable} here, the text would be handed on as it stands: ${instead(variable, text)}`;
    },
  });
/** Variables of a server that `dev` runs, beside those that `dev` itself was started with. */
export const devEnv = z.record(z.string(), literalText((variable) => `leave it out, \`mcpgen dev\` hands on its own ${variable}, or write the value`));
/** Variables of a process: text or secrets. The gateway is given variables of its own, which begin with MCPGEN_. */
export const env = z.record(
  envName.refine((name) => !name.startsWith('MCPGEN_'), { error: 'names that begin with MCPGEN_ are mcpgen’s own' }),
  z.union([literalText(insteadOf).refine((value) => !value.includes('\0'), { error: 'expected text without a NUL' }), secret], {
    error: "expected text or secret('NAME')",
  }),
);
