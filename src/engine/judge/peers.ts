import type { AssayRecord, Indication, Peer } from '#domain/record';
import { coverageShare } from '#engine/judge/verdict';

/** Most indications named as shared with one peer. */
const SHARED = 1000;

/** The same examiners' counts here and on other cases, and what both have. Nothing here says who made what.
 *  @param here     indications of this case
 *  @param plugins  examiners of this build, with version: `undeclared-account@1`
 *  @param others   the latest records of other cases */
export function peersOf(
  here: readonly Indication[],
  plugins: readonly string[],
  others: readonly AssayRecord[],
): readonly Peer[] {
  return others.map((other) => ({
    case: other.case,
    revision: other.revision,
    asOf: other.asOf,
    files: other.opened.files,
    explained: coverageShare(other.coverage.bytes),
    counts: plugins.map((examiner) => ({
      examiner,
      here: countOf(examiner, here),
      there: lookedWith(examiner, other) ? countOf(examiner, other.indications) : null,
    })),
    shared: sharedWith(here, other.indications),
  }));
}

function countOf(examiner: string, indications: readonly Indication[]): number {
  return indications.filter((each) => each.examiner === examiner).length;
}

function lookedWith(examiner: string, { engine }: AssayRecord): boolean {
  const [id = '', version = ''] = examiner.split('@');
  return (engine.plugins[id] ?? '').startsWith(`${version}+`);
}

function sharedWith(here: readonly Indication[], there: readonly Indication[]): Peer['shared'] {
  const known = new Map(there.map(({ examiner, fingerprint, id }) => [`${examiner} ${fingerprint}`, id]));
  return here
    .flatMap(({ examiner, fingerprint, id }) => {
      const same = known.get(`${examiner} ${fingerprint}`);
      return same === undefined ? [] : [{ here: id, there: same }];
    })
    .slice(0, SHARED);
}
