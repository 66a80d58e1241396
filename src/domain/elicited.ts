import type { Declaration } from '#domain/declaration';

/** Subjects a document can treat. */
export type DeclaredSubject = 'matrix' | 'accounts' | 'components' | 'changes';

/** `unusable`: said, but not understood, so that it explains nothing; `mended`: read otherwise than it is written;
 *  `noted`: read as written, and a person should know. */
export type RemarkKind = 'unusable' | 'mended' | 'noted';

/** What the reading of one place of a document met. */
export interface Remark {
  readonly kind: RemarkKind;
  /** `Flows, C12` for a cell, `Flows, row 12`, `line 3, column 2`; empty: the document as a whole. All count from 1. */
  readonly at: string;
  /** One sentence; may quote the document. */
  readonly text: string;
}

/** What one reader made of a document. */
export interface Elicited {
  readonly elicitor: string;
  readonly subject: DeclaredSubject;
  /** Lists of other subjects are null. */
  readonly declaration: Declaration;
  /** Rows, lines or components that say something. */
  readonly rows: number;
  /** Of them those that cannot be compared with anything. */
  readonly unusable: number;
  /** The first {@link REMARKS}, in the order of the document. */
  readonly remarks: readonly Remark[];
  /** How many there were of each kind. */
  readonly remarked: Readonly<Record<RemarkKind, number>>;
}

/** Remarks kept of one document. */
export const REMARKS = 1000;

/** One table of a document, as a grid of text. */
export interface Sheet {
  /** Null: the document has but this one, without a name. */
  readonly name: string | null;
  /** What the numbers of its rows count. */
  readonly unit: 'row' | 'line';
  readonly isHidden: boolean;
  readonly rows: readonly SheetRow[];
  /** Rows beyond the most that are read. */
  readonly unread: number;
  readonly remarks: readonly Remark[];
}

export interface SheetRow {
  /** From 1, as a spreadsheet counts; of a table in text the line it stands in. */
  readonly number: number;
  readonly isHidden: boolean;
  /** By column from the left; an empty text is an empty cell. Rows may be of different length. */
  readonly cells: readonly string[];
}

/** A document as handed in, taken apart without asking what it means. */
export interface VendorDocument {
  /** As handed in. */
  readonly name: string;
  /** Its whole text; null: an office document. */
  readonly text: string | null;
  /** Tables in their order: of a workbook the sheets, of a text those that stand in it. */
  readonly sheets: readonly Sheet[];
  /** The parsed content of a JSON document; undefined: it is none. */
  readonly data: unknown;
  readonly remarks: readonly Remark[];
}
