import type { Remark, Sheet, VendorDocument } from '#domain/elicited';
import { decodeText } from '#engine/bytes/encoding';
import { delimitedSheet } from '#engine/bytes/delimited';
import { isMarkup, tablesInMarkup } from '#engine/bytes/markup-tables';
import { tablesInText } from '#engine/bytes/text-tables';
import { type Members, workbookOf } from '#engine/bytes/workbook';

/** Bytes of a document that is text; the largest lists of components have some ten million. */
export const DOCUMENT_LIMIT = 64 * 1024 * 1024;

/** A text taken apart: its tables, and its content where it is JSON. */
export function textDocument(name: string, bytes: Uint8Array): VendorDocument {
  const { text, encoding, isGuess } = decodeText(bytes);
  const remarks: Remark[] = [];
  const note = (kind: Remark['kind'], said: string) => remarks.push({ kind, at: '', text: said });
  if (encoding !== 'utf-8')
    note('noted', `Is read as ${encoding}${isGuess ? ', which the text suggests and nothing states' : ''}.`);
  if (text.includes('\ufffd'))
    note('unusable', 'Holds bytes that are no text in its encoding; they are read as U+FFFD.');
  if (/^\s*[{[]/.test(text.slice(0, 1000))) {
    const data = jsonOf(text);
    if (data !== undefined) return { name, text, sheets: [], data, remarks };
    note('unusable', 'Begins as JSON and is not well formed.');
    return { name, text, sheets: [], data: undefined, remarks };
  }
  return { name, text, sheets: sheetsIn(name, text), data: undefined, remarks };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function sheetsIn(name: string, text: string): readonly Sheet[] {
  if (/\.(?:csv|tsv|tab)$/i.test(name)) return [delimitedSheet(text) ?? []].flat();
  if (isMarkup(text) && !/\.(?:md|markdown|txt|rst)$/i.test(name)) return tablesInMarkup(text);
  // a text may hold tables of both kinds
  const tables = [...(/<table[\s>]/i.test(text) ? tablesInMarkup(text) : []), ...tablesInText(text)];
  if (tables.length > 0) return tables;
  return [delimitedSheet(text) ?? []].flat();
}

/** An office document taken apart into its sheets.
 *  @returns null: the archive holds no workbook */
export function officeDocument(name: string, members: Members): VendorDocument | null {
  const workbook = workbookOf(members);
  if (workbook === null) return null;
  return { name, text: null, sheets: workbook.sheets, data: undefined, remarks: workbook.remarks };
}
