import { canonicalJson } from '#domain/canonical';
import type { AssayRecord } from '#domain/record';
import { answerRow } from '#engine/report/answers';

/** The record as canonical JSON in one line: the same record gives the same bytes, keys in code-unit order.
 *  @throws Error when an answer lacks what it rests on, as in every other report */
export function recordJson(record: AssayRecord): string {
  for (const question of record.questions) answerRow(question, record.gate);
  return canonicalJson(record);
}
