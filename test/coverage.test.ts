import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Artefact, Digest, Entry, Extent, Opened, Part, Role } from '#domain/artefact';
import type { ByteRange } from '#domain/range';
import type { Cut, Gap } from '#domain/record';
import { bytesCoverage, coverageMap, gapShareOf } from '#engine/judge/coverage';

function artefact(name: string, size: number): Artefact {
  return { digest: `sha256:${name}`, size };
}

/** Extents one behind another: role and length. */
function extents(...given: readonly (readonly [role: Role, length: number])[]): readonly Extent[] {
  let at = 0;
  return given.map(([role, length]) => {
    const range: ByteRange = [at, at + length];
    at += length;
    const open = role === 'opaque' || role === 'unexplained';
    return { range, role, reason: open ? 'no-format' : null };
  });
}

function file(path: string, content: Artefact | null, stored: readonly ByteRange[] = []): Entry {
  return {
    path,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    modifiedAt: null,
    target: null,
    device: null,
    stored,
    content,
  };
}

function part(range: ByteRange, entries: readonly Entry[]): Part {
  return { format: 'made-up', range, entries, facts: {} };
}

function cut(gaps: readonly Gap[], most: number): Cut<Gap> {
  return { total: gaps.length, listed: gaps.slice(0, most), rest: null };
}

const INNER = artefact('inner', 100);
const OUTER = artefact('outer', 1000);

/** An image of a header, packed content that gives INNER, a second part that hands nothing on, padding and a gap. */
const opened: readonly Opened[] = [
  {
    artefact: OUTER,
    parts: [part([0, 400], [file('a', INNER, [[64, 400]])]), part([400, 500], [])],
    extents: extents(['header', 64], ['payload', 436], ['erased', 300], ['opaque', 200]),
  },
  { artefact: INNER, parts: [], extents: extents(['payload', 60], ['padding', 10], ['unexplained', 30]) },
];

const coverage = bytesCoverage(opened, (digest) => digest.slice(7), cut);

test('every byte of every artefact is counted once, by what became of it', () => {
  const { gaps: _, innermost: __, ...sums } = coverage;
  assert.deepEqual(sums, { total: 1100, explained: 870, opaque: 200, unexplained: 30, padding: 310 });
  assert.equal(sums.explained + sums.opaque + sums.unexplained, sums.total);
});

test('content counts where it arrived, padding not at all', () => {
  // Outer: 64 of header, 100 of the part that hands nothing on, 200 of gap; inner: 60 and a gap of 30.
  assert.deepEqual(coverage.innermost, { total: 454, explained: 224 });
  assert.equal(gapShareOf(coverage), 230 / 454);
});

test('payload that a part keeps counts in it, whatever else it hands on', () => {
  const kernel = artefact('kernel', 500);
  const parts = (stored: readonly ByteRange[]) => [part([0, 500], [file('config.gz', INNER, stored)])];
  const whole = extents(['header', 20], ['payload', 480]);
  const counted = (stored: readonly ByteRange[]) =>
    bytesCoverage([{ artefact: kernel, parts: parts(stored), extents: whole }], () => '', cut).innermost;
  assert.deepEqual(counted([[400, 440]]), { total: 460, explained: 460 });
  // A part that does not say where its file lies may have given all of it.
  assert.deepEqual(counted([]), { total: 20, explained: 20 });
});

test('gaps stand largest first, with the way to them', () => {
  assert.deepEqual(
    coverage.gaps.listed.map(({ path, range }) => [path, range]),
    [
      ['outer', [800, 1000]],
      ['inner', [70, 100]],
    ],
  );
});

test('nothing opened leaves nothing to say', () => {
  const none = bytesCoverage([], () => '', cut);
  assert.equal(none.total, 0);
  assert.equal(gapShareOf(none), 0);
});

test('the map shows bytes in the order of the file; packed content with gaps inside is partly explained', () => {
  const byDigest = new Map<Digest, Opened>(opened.map((one) => [one.artefact.digest, one]));
  assert.deepEqual(coverageMap(OUTER.digest, byDigest)?.runs, [
    [64, 'structure'],
    [400, 'partly'],
    [500, 'content'],
    [800, 'padding'],
    [1000, 'opaque'],
  ]);
  assert.equal(coverageMap(artefact('unknown', 1).digest, byDigest), null);
});

test('content stored as it is, is drawn by its own extents', () => {
  const wrapper = artefact('wrapper', 164);
  const whole: Opened = {
    artefact: wrapper,
    parts: [part([0, 164], [file('a', INNER, [[64, 164]])])],
    extents: extents(['header', 64], ['payload', 100]),
  };
  const [, inner] = opened;
  assert.ok(inner !== undefined);
  const byDigest = new Map<Digest, Opened>([
    [wrapper.digest, whole],
    [INNER.digest, inner],
  ]);
  assert.deepEqual(coverageMap(wrapper.digest, byDigest)?.runs, [
    [64, 'structure'],
    [124, 'content'],
    [134, 'padding'],
    [164, 'unexplained'],
  ]);
});

test('a map has at most 4,000 runs, whatever the file is like, and ends where the file ends', () => {
  const many = artefact('many', 100_003);
  const roles: readonly Role[] = ['header', 'unexplained', 'payload'];
  const pieces = Array.from({ length: 100_003 }, (_, i) => [roles[i % 3] ?? 'payload', 1] as const);
  const runs =
    coverageMap(
      many.digest,
      new Map([[many.digest, { artefact: many, parts: [], extents: extents(...pieces) }]]),
    )?.runs ?? [];
  assert.ok(runs.length <= 4000);
  assert.equal(runs.at(-1)?.[0], 100_003);
  assert.ok(runs.every(([end], i) => end > (runs[i - 1]?.[0] ?? 0)));
});

test('200,000 entries stored in the same place are drawn in time', () => {
  const blob = artefact('blob', 1_000_000);
  const entries = Array.from({ length: 200_000 }, (_, i) => file(`f${i}`, INNER, [[0, 1_000_000]]));
  const pieces = Array.from(
    { length: 10_000 },
    (_, i) => [i % 2 === 0 ? 'payload' : 'metadata', 100] as const,
  );
  const whole: Opened = {
    artefact: blob,
    parts: [part([0, 1_000_000], entries)],
    extents: extents(...pieces),
  };
  const started = performance.now();
  const byDigest = new Map<Digest, Opened>([
    [blob.digest, whole],
    ...opened.map((one) => [one.artefact.digest, one] as const),
  ]);
  assert.ok((coverageMap(blob.digest, byDigest)?.runs.length ?? 0) > 1);
  assert.ok(performance.now() - started < 5000);
});
