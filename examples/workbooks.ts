// Workbooks written member by member, for the examples of documents.
import { crc32 } from 'node:zlib';
import { bytes, le16, le32 } from './craft.ts';

/** One cell: a number as stored, a date by its serial number, a shared or an inline string, a formula with its result. */
export interface CellGiven {
  readonly number?: string;
  readonly date?: string;
  readonly shared?: string;
  readonly text?: string;
  readonly formula?: string;
}

export interface SheetGiven {
  readonly name: string;
  readonly state?: string;
  readonly xml: string;
}

const STRINGS: string[] = [];

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last;
}

/** A worksheet; its shared strings go into every workbook made afterwards. */
export function sheetXml(
  rows: readonly (readonly CellGiven[])[],
  options: { readonly hiddenRows?: readonly number[]; readonly hiddenColumns?: readonly number[]; readonly merged?: readonly string[] } = {},
): string {
  const { hiddenRows = [], hiddenColumns = [], merged = [] } = options;
  const columns = hiddenColumns.map((column) => `<col min="${column}" max="${column}" hidden="1"/>`).join('');
  const body = rows.map((cells, r) => {
    const hidden = hiddenRows.includes(r + 1) ? ' hidden="1"' : '';
    return `<row r="${r + 1}"${hidden}>${cells.map((cell, c) => cellXml(`${letters(c)}${r + 1}`, cell)).join('')}</row>`;
  });
  const merges = merged.length === 0 ? '' : `<mergeCells>${merged.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`;
  return `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${columns === '' ? '' : `<cols>${columns}</cols>`}<sheetData>${body.join('')}</sheetData>${merges}</worksheet>`;
}

function cellXml(at: string, { number, date, shared, text, formula }: CellGiven): string {
  if (formula !== undefined)
    return `<c r="${at}" t="str"><f>${escaped(formula)}</f>${text === undefined ? '' : `<v>${escaped(text)}</v>`}</c>`;
  if (number !== undefined) return `<c r="${at}"><v>${number}</v></c>`;
  if (date !== undefined) return `<c r="${at}" s="1"><v>${date}</v></c>`;
  if (text !== undefined) return `<c r="${at}" t="inlineStr"><is><t>${escaped(text)}</t></is></c>`;
  if (shared === undefined) return '';
  if (!STRINGS.includes(shared)) STRINGS.push(shared);
  return `<c r="${at}" t="s"><v>${STRINGS.indexOf(shared)}</v></c>`;
}

/** A workbook of sheets, and what else lies in it by path. */
export function workbook({ sheets, extra = {} }: { readonly sheets: readonly SheetGiven[]; readonly extra?: Readonly<Record<string, string>> }): Buffer {
  const relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const list = sheets.map(({ name, state }, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}"${state === undefined ? '' : ` state="${state}"`} r:id="rId${i + 1}"/>`);
  const targets = sheets.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${relation}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`);
  const strings = STRINGS.map((text) => `<si><t>${escaped(text)}</t></si>`);
  return archive({
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${relation}"><sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${targets.join('')}</Relationships>`,
    'xl/sharedStrings.xml': `<sst>${strings.join('')}</sst>`,
    'xl/styles.xml': '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="d\\-mmm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>',
    ...Object.fromEntries(sheets.map(({ xml }, i) => [`xl/worksheets/sheet${i + 1}.xml`, xml])),
    ...extra,
  });
}

/** A member that is stored as it is, or packed by someone else. */
export type MemberGiven = string | { readonly packed: Uint8Array; readonly size: number };

/** Members by path. */
export function archive(members: Readonly<Record<string, MemberGiven>>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [path, given] of Object.entries(members)) {
    const content = Buffer.from(typeof given === 'string' ? given : given.packed);
    const size = typeof given === 'string' ? content.length : given.size;
    const name = Buffer.from(path);
    const fields = bytes(
      le16(0x800),
      le16(typeof given === 'string' ? 0 : 8),
      le16(0),
      le16(0x5821),
      le32(crc32(content)),
      le32(content.length),
      le32(size),
      le16(name.length),
      le16(0),
    );
    const header = bytes('PK\x03\x04', le16(20), fields, name, content);
    central.push(
      bytes('PK\x01\x02', le16(20), le16(20), fields, le16(0), le16(0), le16(0), le32(0), le32(at), name),
    );
    local.push(header);
    at += header.length;
  }
  const directory = bytes(...central);
  const count = le16(central.length);
  return bytes(
    ...local,
    directory,
    'PK\x05\x06',
    le16(0),
    le16(0),
    count,
    count,
    le32(directory.length),
    le32(at),
    le16(0),
  );
}
