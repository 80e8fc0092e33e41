/** Secrets in the text of a config: where they stand, so that no frame shows them, and what they are, so that no message repeats them. */
import { ts } from 'ts-morph';
import { ALONE, asName, inside, mayHoldSecrets, REFERENCE, secretParts, type Standing } from '../diagnostics/secret-places.js';
import { secretStretches, type Stretch } from '../diagnostics/secret-shapes.js';
import type { SourceGraph } from './source-graph.js';
import { syntaxOf } from './syntax.js';

export interface SourceSecrets {
  /** Absolute path → the file's text with every secret covered up. Length and line breaks stay, so that columns point where they did. */
  readonly covered: ReadonlyMap<string, string>;
  readonly texts: readonly string[];
}

// Every frame of a run asks for the same sources.
const known = new WeakMap<SourceGraph, SourceSecrets>();

export function secretsIn(sources: SourceGraph): SourceSecrets {
  const found = known.get(sources) ?? find(sources);
  known.set(sources, found);
  return found;
}

function find(sources: SourceGraph): SourceSecrets {
  const trees = syntaxOf(sources).all();
  const texts = new Set<string>();
  // A constant that stands where a secret belongs holds one, wherever it is declared; one may be given to another.
  const constants = new Map<string, Standing>();
  const parameters = new Map<string, readonly string[]>();
  const hidden = new Map<string, Stretch[]>();
  for (let before = -1; before !== constants.size; ) {
    before = constants.size;
    for (const tree of trees) {
      const stretches: Stretch[] = [];
      const note = (stretch: Stretch, text: string | null): void => {
        stretches.push(stretch);
        if (text !== null) texts.add(text);
      };
      new Walk(tree, { constants, parameters }, note).visit(tree, ALONE);
      hidden.set(tree.fileName, stretches);
    }
  }
  const covered = Array.from(sources.files, ([file, text]) => [file, coverUp(text, [...(hidden.get(file) ?? []), ...secretStretches(text)])] as const);
  return { covered: new Map(covered), texts: [...texts] };
}

/** The text with these stretches covered up, white space excepted. */
function coverUp(text: string, stretches: readonly Stretch[]): string {
  return stretches.reduce((shown, { start, end }) => shown.slice(0, start) + shown.slice(start, end).replace(/\S/g, '•') + shown.slice(end), text);
}

/** What all walks through the files of a config have found. */
interface Known {
  /** Constants and parameters by name, with the place they are put at. */
  readonly constants: Map<string, Standing>;
  /** Functions by name, with the names of their parameters. */
  readonly parameters: Map<string, readonly string[]>;
}

/** One walk through a file. */
class Walk {
  readonly #file: ts.SourceFile;
  readonly #constants: Map<string, Standing>;
  readonly #parameters: Map<string, readonly string[]>;
  readonly #note: (stretch: Stretch, text: string | null) => void;

  constructor(file: ts.SourceFile, { constants, parameters }: Known, note: (stretch: Stretch, text: string | null) => void) {
    this.#file = file;
    this.#constants = constants;
    this.#parameters = parameters;
    this.#note = note;
  }

  visit(node: ts.Node, standing: Standing): void {
    const text = textOf(node);
    if (text !== null) return this.#literal(node, text, standing);
    if (ts.isPropertyAssignment(node)) {
      if (ts.isComputedPropertyName(node.name)) this.visit(node.name, ALONE);
      else this.#literal(node.name, node.name.text, asName(standing));
      return this.visit(node.initializer, inside(standing, nameOf(node.name)));
    }
    if (ts.isGetAccessor(node) || ts.isMethodDeclaration(node)) {
      return node.body?.forEachChild((child) => this.visit(child, inside(standing, nameOf(node.name))));
    }
    if (ts.isShorthandPropertyAssignment(node)) return this.#reference(node.name, inside(standing, node.name.text));
    if (ts.isArrayLiteralExpression(node)) {
      const elements = node.elements.map(textOf);
      return node.elements.forEach((element, i) => this.visit(element, { ...standing, previous: elements[i - 1] ?? null }));
    }
    const named = functionOf(node);
    if (named !== null) this.#parameters.set(named.name, named.parameters);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      return this.visit(node.initializer, this.#constants.get(node.name.text) ?? inside(ALONE, node.name.text));
    }
    // `secret('NAME')`: what it is called with is a name, or else a secret.
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'secret') {
      return node.arguments.forEach((argument) => this.visit(argument, REFERENCE));
    }
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && this.#parameters.has(node.expression.text)) {
      this.#reference(node.expression, standing);
      return node.arguments.forEach((argument, i) => this.#argument(argument, this.#parameters.get(node.expression.getText())?.[i] ?? '', standing));
    }
    if (ts.isIdentifier(node)) return this.#reference(node, standing);
    // `keys: [sk-4f2a]`: quotes that were forgotten make a calculation of a secret.
    const isDifference = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.MinusToken;
    if (isDifference && mayHoldSecrets(standing)) this.#note(spanOf(node, this.#file), node.getText(this.#file));
    node.forEachChild((child) => this.visit(child, standing));
  }

  /** What a function of the config is called with stands where the function puts it, or else where the call stands. */
  #argument(node: ts.Expression, parameter: string, standing: Standing): void {
    const place = (name: string): Standing | undefined => (standing.mark === null ? this.#constants.get(name) : undefined);
    if (!ts.isObjectLiteralExpression(node)) return this.visit(node, place(parameter) ?? standing);
    for (const property of node.properties) {
      const put = ts.isPropertyAssignment(property) ? place(nameOf(property.name) ?? '') : undefined;
      if (put !== undefined && ts.isPropertyAssignment(property)) this.visit(property.initializer, put);
      else this.visit(property, place(parameter) ?? standing);
    }
  }

  /** A constant that is named where a secret belongs. */
  #reference({ text }: ts.Identifier, standing: Standing): void {
    if (!this.#constants.has(text) && mayHoldSecrets(standing)) this.#constants.set(text, standing);
  }

  #literal(node: ts.Node, text: string, standing: Standing): void {
    const parts = secretParts(text, standing);
    const { start, end } = spanOf(node, this.#file);
    const written = this.#file.text.slice(start, end);
    for (const part of parts) {
      const at = written.indexOf(part);
      this.#note(at < 0 || part === text ? within(node, start, end) : { start: start + at, end: start + at + part.length }, part);
    }
  }
}

/** The text that an expression gives by itself. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) return node.text;
  if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) return node.text;
  if (ts.isRegularExpressionLiteral(node)) return node.text;
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return null;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === null || right === null ? null : left + right;
}

/** A function that is declared by name, arrows and function expressions among them. */
function functionOf(node: ts.Node): { readonly name: string; readonly parameters: readonly string[] } | null {
  const made = ts.isVariableDeclaration(node) ? node.initializer : node;
  const name = ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node) ? node.name : undefined;
  if (made === undefined || name === undefined || !ts.isIdentifier(name)) return null;
  if (!ts.isArrowFunction(made) && !ts.isFunctionExpression(made) && !ts.isFunctionDeclaration(made)) return null;
  return { name: name.text, parameters: made.parameters.map((one) => (ts.isIdentifier(one.name) ? one.name.text : '')) };
}

const spanOf = (node: ts.Node, file: ts.SourceFile): Stretch => ({ start: node.getStart(file), end: node.end });

/** Without the quotes of a text. */
function within(node: ts.Node, start: number, end: number): Stretch {
  const isQuoted = ts.isStringLiteralLike(node) && node.isUnterminated !== true && end - start >= 2;
  return isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
}

function nameOf(name: ts.PropertyName): string | null {
  if (ts.isComputedPropertyName(name)) return textOf(name.expression);
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : null;
}
