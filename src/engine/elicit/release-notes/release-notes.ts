import { type DeclaredChange, NOTHING_DECLARED } from '#domain/declaration';
import type { Elicited, VendorDocument } from '#domain/elicited';
import type { Elicitor } from '#domain/plugin';
import { cellText, hasUnseen, headed, type Headed, type HeadNames, headIndex } from '#engine/bytes/heads';
import { isMarkup, markupPieces } from '#engine/bytes/markup-tables';
import { quoted, RemarkList } from '#engine/bytes/remarks';
import { cellAt } from '#engine/bytes/sheets';
import { linesOf } from '#engine/bytes/text-tables';
import { itemComponent, versionChange } from '#engine/elicit/release-notes/sentences';

/** Release notes: what a vendor says was changed. */
export const releaseNotes: Elicitor = {
  kind: 'elicitor',
  id: 'release-notes',
  version: 1,
  doc: {
    name: 'Release notes',
    says: 'Reads which components the notes of a release say were changed, with versions before and after where they are said: from sentences and items of lists in text, Markdown and HTML, and from tables.',
    sources: ['sentences of published release notes in English and Chinese; Keep a Changelog 1.1'],
    limits: [
      'Goes by common sentences such as "updated X from 1 to 2" and items that begin with the name of a component. What is said otherwise is not seen: an absent component was not thereby unchanged.',
      'Which release a sentence belongs to is not told where notes of several stand in one document.',
      'A text counts as release notes when its name or its beginning says so, or when it speaks of at least two changes of versions.',
    ],
  },
  elicit: (document) => elicit(document),
};

const TITLE =
  /release[-_ ]?notes?|change[-_ ]?log|what['’]?s new|revision history|版本说明|发布说明|发行说明|更新日志|变更说明|升级说明/i;

/** Characters of a text that are read, of a line, and of a line that is kept. */
const READ_LIMIT = 16 * 1024 * 1024;
const LINE_LIMIT = 600;
const KEPT_LIMIT = 500;
const CHANGES = 100_000;
/** Characters at the beginning that may say what the text is. */
const BEGINNING = 300;

function elicit(document: VendorDocument): Elicited | null {
  const remarks = new RemarkList();
  const changes: DeclaredChange[] = [];
  const tables = document.sheets.flatMap((sheet) => headed(sheet, INDEX, isHead) ?? []);
  const inTables = tables.reduce((sum, table) => sum + takeTable(table, changes, remarks), 0);
  const lines =
    document.text === null || document.data !== undefined ? null : readLines(document.text, remarks);
  const isTitled = TITLE.test(document.name) || TITLE.test(document.text?.slice(0, BEGINNING) ?? '');
  const isNotes = lines !== null && lines.changes.length > 0 && (isTitled || lines.versions > 1);
  if (tables.length === 0 && !isNotes) return null;
  if (isNotes) changes.push(...lines.changes);
  const rows = inTables + (isNotes ? lines.items : 0);
  const said = changes.length;
  if (isNotes && lines.items > lines.changes.length)
    remarks.say(
      'noted',
      '',
      `${lines.items - lines.changes.length} of ${lines.items} items name no component; they are not compared.`,
    );
  const declaration = { ...NOTHING_DECLARED, changes };
  return {
    elicitor: 'release-notes',
    subject: 'changes',
    declaration,
    rows,
    unusable: rows - Math.min(rows, said),
    ...remarks.result,
  };
}

interface ReadLines {
  readonly changes: readonly DeclaredChange[];
  /** Lines that are items of a list or speak of a change. */
  readonly items: number;
  /** Changes that name a version. */
  readonly versions: number;
}

function readLines(text: string, remarks: RemarkList): ReadLines {
  const given = text.slice(0, READ_LIMIT);
  if (text.length > READ_LIMIT)
    remarks.say('unusable', '', `Has ${text.length} characters; the first ${READ_LIMIT} are read.`);
  const changes: DeclaredChange[] = [];
  let items = 0;
  let versions = 0;
  for (const { line, at } of numberedLines(given)) {
    const plain = withoutMarks(line.slice(0, LINE_LIMIT));
    const item = /^(?:[-*+•·●▪]\s+|\d{1,3}[.)]\s+|\d{1,3}、\s*)(.*)$/.exec(plain)?.[1] ?? null;
    const version = versionChange(plain);
    const component = version === null && item !== null ? itemComponent(item) : null;
    if (item === null && version === null) continue;
    items++;
    const said = version ?? (component === null ? null : { component, from: null, to: null });
    if (said === null || changes.length >= CHANGES) continue;
    if (hasUnseen(said.component) || hasUnseen(plain))
      remarks.say(
        'noted',
        at,
        'Holds characters that are not seen, or that change the order of what is seen.',
      );
    if (version !== null) versions++;
    changes.push({ ...said, text: (item ?? plain).slice(0, KEPT_LIMIT).toWellFormed() });
  }
  return { changes, items, versions };
}

/** Lines of a text, without blocks of code; of HTML what its blocks would show, items of lists with a mark before them. */
function* numberedLines(text: string): Generator<{ readonly line: string; readonly at: string }> {
  if (!isMarkup(text)) {
    let number = 0;
    let isCode = false;
    for (const line of linesOf(text)) {
      number++;
      if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
      else if (!isCode) yield { line: line.trim(), at: `line ${number}` };
    }
    return;
  }
  let block = '';
  let number = 0;
  for (const { tag, text: content } of markupPieces(text)) {
    if (tag === null) {
      // one block of a hostile page may be all of it
      if (block.length <= LINE_LIMIT) block += content.replaceAll(/\s+/g, ' ');
      continue;
    }
    if (!/^\/?(?:p|div|li|ul|ol|br|tr|td|th|h[1-6]|table|section|article|pre|dt|dd)$/.test(tag)) continue;
    if (block.trim() !== '') yield { line: block.trim(), at: `block ${++number}` };
    block = tag === 'li' ? '- ' : '';
  }
  if (block.trim() !== '') yield { line: block.trim(), at: `block ${++number}` };
}

/** Text of a line in Markdown without emphasis and addresses. */
function withoutMarks(line: string): string {
  return line
    .replaceAll(/\*\*|__|`/g, '')
    .replaceAll(/\[([^\][]{1,200})\]\([^()]{0,500}\)/g, '$1')
    .replace(/^#{1,6}\s+/, '')
    .trim();
}

// --- tables

type Column = 'component' | 'from' | 'to' | 'text';

const NAMES: HeadNames<Column> = {
  component: [
    'Component',
    'Package',
    'Module',
    'Software',
    'Library',
    'Name',
    'Area',
    'Feature',
    '组件',
    '模块',
    '软件',
    '名称',
    '特性',
  ],
  from: [
    'Old Version',
    'Previous Version',
    'From',
    'From Version',
    'Before',
    'Old',
    '原版本',
    '旧版本',
    '变更前',
    '升级前版本',
  ],
  to: [
    'New Version',
    'Updated Version',
    'To',
    'To Version',
    'After',
    'New',
    'Upgraded To',
    '新版本',
    '变更后',
    '升级后版本',
  ],
  text: [
    'Change',
    'Changes',
    'Change Description',
    'What Changed',
    'Modification',
    'Reason',
    '变更',
    '变更说明',
    '变更内容',
    '修改说明',
    '修改点',
  ],
};

const INDEX = headIndex(NAMES);

function isHead(columns: ReadonlyMap<Column, number>): boolean {
  return columns.has('component') && (columns.has('text') || (columns.has('from') && columns.has('to')));
}

/** @returns how many rows the table has */
function takeTable(
  { sheet, columns, rows }: Headed<Column>,
  changes: DeclaredChange[],
  remarks: RemarkList,
): number {
  for (const row of rows) {
    const of = (column: Column) => cellText(row, columns.get(column));
    const component = of('component');
    const at = cellAt(sheet, row.number, columns.get('component') ?? 0);
    if (component === null) {
      remarks.say('unusable', at, 'Names no component.');
      continue;
    }
    if (hasUnseen(component)) {
      remarks.say(
        'unusable',
        at,
        `Says ${quoted(component)}, with characters that are not seen; it is not compared.`,
      );
      continue;
    }
    const text = of('text') ?? row.cells.filter((cell) => cell !== '').join(' | ');
    if (changes.length < CHANGES)
      changes.push({
        component,
        from: of('from'),
        to: of('to'),
        text: text.slice(0, KEPT_LIMIT).toWellFormed(),
      });
  }
  if (sheet.unread > 0)
    remarks.say('unusable', sheet.name ?? '', `${sheet.unread} rows at the end are not read.`);
  return rows.length + sheet.unread;
}
