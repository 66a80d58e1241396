import { type Elicited, type Remark, type RemarkKind, REMARKS } from '#domain/elicited';

/** Of {@link REMARKS} how many may be of each kind: a thousand merged cells must not push out a row that is not read. */
const SHARE: Readonly<Record<RemarkKind, number>> = {
  unusable: REMARKS / 2,
  mended: REMARKS / 4,
  noted: REMARKS / 4,
};

/** Remarks of one reading: every one is counted, the first of each kind are kept. */
export class RemarkList {
  private readonly kept: Remark[] = [];
  private readonly counts: Record<RemarkKind, number> = { unusable: 0, mended: 0, noted: 0 };

  say(kind: RemarkKind, at: string, text: string): void {
    if (this.counts[kind]++ < SHARE[kind]) this.kept.push({ kind, at, text });
  }

  take(remarks: readonly Remark[]): void {
    for (const { kind, at, text } of remarks) this.say(kind, at, text);
  }

  get result(): Pick<Elicited, 'remarks' | 'remarked'> {
    return { remarks: this.kept, remarked: this.counts };
  }
}

/** Text of a document as it is quoted: one line, with a mark where it is cut. */
export function quoted(text: string, most = 60): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return `"${line.length > most ? `${line.slice(0, most - 1).toWellFormed()}…` : line}"`;
}
