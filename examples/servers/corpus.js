// @ts-check
/** The articles in corpus/, ranked with Okapi BM25. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} Article
 * @property {string} id
 * @property {string} title
 * @property {string} path
 * @property {string} text
 *
 * @typedef {{ article: Article, counts: Map<string, number>, length: number }} Entry
 */

/** The customary constants: how soon repetition stops counting, how much long articles are held back. */
const K1 = 1.2;
const B = 0.75;
/** A word in the title says more about an article than one in its body. */
const TITLE_WEIGHT = 3;
const SNIPPET_CHARS = 240;

const folder = new URL('corpus/', import.meta.url);

/** @type {ReadonlyMap<string, Article>} by id, in alphabetical order */
export const articles = new Map(readdirSync(folder).filter(name => name.endsWith('.md')).sort().map(name => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const id = name.slice(0, -'.md'.length);
  const title = /^# (.+)/.exec(text)?.[1] ?? id;
  return [id, { id, title, path: `corpus/${name}`, text }];
}));

const entries = [...articles.values()].map(indexed);
const holders = countWords(entries.flatMap(({ counts }) => [...counts.keys()]));
const averageLength = entries.reduce((sum, { length }) => sum + length, 0) / entries.length;

/**
 * Articles that share a word with the query, best first.
 *
 * @param {string} query
 * @param {number} limit
 */
export function search(query, limit) {
  const terms = [...new Set(words(query))];
  return entries
    .map(entry => ({ article: entry.article, score: score(entry, terms) }))
    .filter(hit => hit.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ article, score }) => ({
      id: article.id,
      title: article.title,
      path: article.path,
      snippet: snippet(article, terms),
      score: Number(score.toFixed(3)),
    }));
}

/**
 * @param {Entry} entry
 * @param {readonly string[]} terms
 */
function score({ counts, length }, terms) {
  return terms.reduce((sum, term) => {
    const count = counts.get(term) ?? 0;
    const holding = holders.get(term) ?? 0;
    const rarity = Math.log(1 + (entries.length - holding + 0.5) / (holding + 0.5));
    return sum + rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * length / averageLength));
  }, 0);
}

/**
 * The sentence that holds most of the terms.
 *
 * @param {Article} article
 * @param {readonly string[]} terms
 */
function snippet({ text }, terms) {
  const sentences = text.replace(/^# .+\n+/, '').split(/(?<=[.!?])\s+/);
  const hits = sentences.map(sentence => words(sentence).filter(word => terms.includes(word)).length);
  const best = sentences[hits.indexOf(Math.max(...hits))] ?? '';
  return best.length <= SNIPPET_CHARS ? best : `${best.slice(0, SNIPPET_CHARS)}…`;
}

/**
 * @param {Article} article
 * @returns {Entry}
 */
function indexed(article) {
  const all = [...words(article.text), ...Array.from({ length: TITLE_WEIGHT - 1 }, () => words(article.title)).flat()];
  return { article, counts: countWords(all), length: all.length };
}

/** @param {readonly string[]} all */
function countWords(all) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/**
 * Lower-case words without a plural s, so that "header" finds "headers".
 *
 * @param {string} text
 */
function words(text) {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(word => word.replace(/(?<=[^s]{3})s$/, ''));
}
