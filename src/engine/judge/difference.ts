import type { AssayRecord, BytesCoverage, Difference, Indication, QuestionAnswer } from '#domain/record';

/** What of a record a comparison needs. */
export interface Compared {
  readonly indications: readonly Indication[];
  readonly questions: readonly QuestionAnswer[];
  readonly coverage: { readonly bytes: Pick<BytesCoverage, 'innermost'> };
}

/** What changed since an earlier revision. Indications are the same when their fingerprints are. */
export function difference(before: AssayRecord, now: Compared): Difference {
  const known = new Set(before.indications.map(({ fingerprint }) => fingerprint));
  const current = new Set(now.indications.map(({ fingerprint }) => fingerprint));
  return {
    from: before.revision,
    newIndications: now.indications.filter(({ fingerprint }) => !known.has(fingerprint)).map(({ id }) => id),
    goneIndications: before.indications
      .filter(({ fingerprint }) => !current.has(fingerprint))
      .map(({ fingerprint, title }) => ({ fingerprint, title })),
    coverageChange: Math.round((shareOf(now) - shareOf(before)) * 1e6) / 1e6,
    answers: now.questions.flatMap(({ id, answer }) => {
      const earlier = before.questions.find((question) => question.id === id)?.answer;
      return earlier === undefined || earlier === answer ? [] : [{ id, from: earlier, to: answer }];
    }),
  };
}

/** Share of content explained: what the answers are held against. */
function shareOf({ coverage }: Compared): number {
  const { total, explained } = coverage.bytes.innermost;
  return total === 0 ? 0 : explained / total;
}
