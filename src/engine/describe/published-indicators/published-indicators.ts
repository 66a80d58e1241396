import type { KnownCase, Knowledge } from '#domain/knowledge';
import type { Observation } from '#domain/observation';
import type { BytesObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { latin1 } from '#engine/bytes/text';
import { type Needle, needlesOf } from '#engine/describe/published-indicators/needles';
import { type Search, searchFor } from '#engine/bytes/search';

/** Bytes read in one step. */
const STEP = 1024 * 1024;
/** Bytes around an occurrence that its edges and its partner are looked for in. */
const AROUND = 256;
/** Occurrences of one indicator that are looked at in a file; a file of nothing but a short one has millions. */
const LOOKS = 10_000;

/** Bytes that were published with a case, wherever they are written. */
export const publishedIndicators: BytesObserver = {
  kind: 'observer',
  id: 'published-indicators',
  version: 1,
  doc: {
    name: 'published indicators',
    says: 'Gives the first place in a file where a string, header, path, address, credential or byte sequence stands that was published with a documented case. Letters, digits and names must end where the indicator ends.',
    sources: ['data/known-cases/, each case with its own source'],
    limits: [
      'Only what was published, byte for byte: a changed letter, another encoding, UTF-16 or compression hides it.',
      'A user and a password published together count when they stand within 256 bytes of one another.',
      'Behaviour on the wire, knock sequences and ports in compiled code are not seen.',
      `Of one indicator ${LOOKS} occurrences in a file are looked at; the first that stands by itself counts.`,
    ],
  },
  reads: 'bytes',
  usesKnowledge: true,
  wants: ({ size }) => size >= 4,
  observe(source, place, knowledge) {
    const { needles, search } = preparedFor(knowledge);
    if (search === null) return [];
    const found = new Map<string, Observation>();
    for (const { needle, range } of occurrences(source, needles, search)) {
      const id = `${needle.case} ${needle.index}`;
      if (found.has(id)) continue;
      const { case: of, indicator, index } = needle;
      found.set(id, { kind: 'published', place: place(range), case: of, indicator, index });
    }
    return [...found.values()];
  },
};

interface Prepared {
  readonly needles: readonly Needle[];
  /** Null: nothing to look for. */
  readonly search: Search | null;
}

/** A worker looks at thousands of files with the same knowledge. */
const prepared = new WeakMap<Knowledge, Prepared>();

function preparedFor(knowledge: Knowledge): Prepared {
  const known = prepared.get(knowledge);
  if (known !== undefined) return known;
  const needles = knowledge.knownCases.flatMap((each: KnownCase) => needlesOf(each));
  const search = needles.length === 0 ? null : searchFor(needles.map(({ bytes }) => bytes));
  const fresh = { needles, search };
  prepared.set(knowledge, fresh);
  return fresh;
}

interface Occurrence {
  readonly needle: Needle;
  readonly range: ByteRange;
}

function occurrences(source: Source, needles: readonly Needle[], search: Search): readonly Occurrence[] {
  const kept: Occurrence[] = [];
  const met = new Set<number>();
  let state = 0;
  const looks = new Uint16Array(needles.length);
  for (let base = 0; base < source.size; base += STEP) {
    const window = source.bytes(base, Math.min(source.size, base + STEP));
    state = search.scan(window, base, state, (pattern, at) => {
      const needle = needles[pattern];
      const looked = looks[pattern] ?? 0;
      if (needle === undefined || met.has(pattern) || looked === LOOKS) return;
      looks[pattern] = looked + 1;
      if (!fits(needle, at, source)) return;
      met.add(pattern);
      kept.push({ needle, range: [at, at + needle.bytes.length] });
    });
  }
  return kept;
}

function fits(needle: Needle, at: number, source: Source): boolean {
  const from = Math.max(0, at - AROUND);
  const end = at + needle.bytes.length;
  const before = latin1(source.bytes(from, at));
  const after = latin1(source.bytes(end, Math.min(source.size, end + AROUND)));
  if (needle.notBefore.test(before) || needle.notAfter.test(after)) return false;
  return needle.beside === null || hasWord(before, needle.beside) || hasWord(after, needle.beside);
}

/** The word stands in the text and does not go on at its ends. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!/\w$/.test(text.slice(0, at)) && !/^\w/.test(text.slice(at + word.length))) return true;
  }
  return false;
}
