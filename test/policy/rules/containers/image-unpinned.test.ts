import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pinningOf } from '#src/policy/image-reference.js';
import { imageUnpinned as rule } from '#src/policy/rules/containers/image-unpinned.js';
import { image, npm } from '../../../support/example.js';
import { randomOf } from '../../../support/random.js';
import { findingsOf, found, PINNED, planOf } from '../../support.js';

const foundFor = (reference: string): readonly string[] => found(rule, planOf({ servers: { search: image({ image: reference }) } }));

test('latest and no tag are errors, a tag without a digest is a warning', () => {
  assert.deepEqual(foundFor('ghcr.io/acme/search:latest'), ['error servers.search.image']);
  assert.deepEqual(foundFor('ghcr.io/acme/search'), ['error servers.search.image']);
  assert.deepEqual(foundFor('ghcr.io/acme/search:1.4.2'), ['warn servers.search.image']);
});

test('a tag is fixed by its digest, which only the registry knows', () => {
  const fixOf = (reference: string) => findingsOf(rule, planOf({ servers: { search: image({ image: reference }) } }))[0]?.fix;
  assert.deepEqual(fixOf('acme/search:1.4.2'), {
    title: 'append @ and the digest that docker buildx imagetools inspect acme/search:1.4.2 prints',
    edits: [],
  });
  assert.equal(fixOf('acme/search:latest'), null);
});

test('a digest is neither, with or without a tag', () => {
  assert.deepEqual(foundFor(PINNED), []);
  assert.deepEqual(foundFor(PINNED.replace(':1.4.2', '')), []);
  assert.deepEqual(foundFor(PINNED.replace('1.4.2', 'latest')), []);
});

test('stock images are judged when the user chose them', () => {
  const servers = { files: npm('@acme/files@1.0.0') };
  assert.deepEqual(found(rule, planOf({ servers })), []);
  assert.deepEqual(found(rule, planOf({ servers, images: { node: 'node:26', nginx: 'nginx:latest' } })), [
    'error images.nginx',
    'warn images.node',
  ]);
});

test('an image that runs several servers is one finding for each place it is written', () => {
  assert.deepEqual(found(rule, planOf({ servers: { a: image({ image: 'x:1' }), b: image({ image: 'x:1' }) } })), [
    'warn servers.a.image',
    'warn servers.b.image',
  ]);
});

test('a port is no tag', () => {
  assert.equal(pinningOf('registry.acme.test:5000/search'), 'none');
  assert.equal(pinningOf('registry.acme.test:5000/search:1'), 'tag');
  assert.equal(pinningOf('localhost:5000/a/b:latest'), 'latest');
});

test('what only looks like a digest pins nothing', () => {
  for (const digest of ['@sha256:abc', `@sha256:${'g'.repeat(64)}`, `@sha256:${'a'.repeat(63)}`, `@sha512:${'a'.repeat(64)}`, '@']) {
    assert.notEqual(pinningOf(`x:1${digest}`), 'digest', digest);
  }
});

test('any reference: the parts it was put together from are the parts that are seen', () => {
  const { pick } = randomOf();
  for (let round = 0; round < 2000; round++) {
    const name = `${pick(['', 'docker.io/', 'r.test:5000/', 'localhost:1/'])}${pick(['a', 'a/b', 'a-b/c.d_e'])}`;
    const tag = pick(['', ':latest', ':1', ':v1.2.3-rc.1', ':Latest']);
    const digest = pick(['', `@sha256:${'0af'.repeat(21)}1`]);
    const wanted = digest !== '' ? 'digest' : tag === '' ? 'none' : tag === ':latest' ? 'latest' : 'tag';
    assert.equal(pinningOf(name + tag + digest), wanted, name + tag + digest);
  }
});
