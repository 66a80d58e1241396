import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import type { Elicited, Remark } from '#domain/elicited';
import { elicitFrom } from '#engine/eliciting';
import { registry } from '#engine/registry';
import { memoryBlobs } from '#ports/store/memory';
import { archive, workbook } from '../examples/workbooks.ts';

/* Documents made to cost or to hide: bounded, said, inert. Each of these would take minutes or gigabytes if anything in the
   path were quadratic or believed a promise. */

interface Read {
  readonly elicited: readonly Elicited[];
  readonly remarks: readonly Remark[];
}

function read(name: string, bytes: Uint8Array | string): Read {
  const blobs = memoryBlobs();
  const outcome = elicitFrom(
    { kind: 'elicit', name, artefact: blobs.put(Buffer.from(bytes)) },
    registry,
    blobs,
  );
  assert.equal(outcome.kind, 'elicited');
  return outcome.kind === 'elicited' ? outcome : { elicited: [], remarks: [] };
}

const saidIn = ({ elicited, remarks }: Read) =>
  [...remarks, ...elicited.flatMap((each) => each.remarks)].map(({ text }) => text).join('\n');

const LIMIT = { timeout: 120_000 };
const MILLION = 1_000_000;
const HEAD = 'Source,Destination,Port,Protocol,Description\n';
const cells = (...texts: readonly string[]) =>
  `<row>${texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`;
const HEAD_ROW = cells('Source', 'Destination', 'Port', 'Protocol', 'Description');
const sheet = (rows: string, behind = '') => `<worksheet><sheetData>${rows}</sheetData>${behind}</worksheet>`;

test('a million delimited rows: the first are read, all are counted', LIMIT, () => {
  const answer = read('m.csv', HEAD + 'a,b,443,TCP,c\n'.repeat(MILLION));
  const [matrix] = answer.elicited;
  assert.equal(matrix?.rows, MILLION);
  assert.equal(matrix?.declaration.matrix?.length, 99_999);
  assert.equal(matrix?.unusable, MILLION - 99_999);
  assert.match(saidIn(answer), /900001 rows behind the first 100000 are not read/);
});

test('a million rows of a workbook: the first are read, all are counted', LIMIT, () => {
  const xml = sheet(HEAD_ROW + '<row><c><v>1</v></c></row>'.repeat(MILLION));
  const answer = read('m.xlsx', workbook({ sheets: [{ name: 'F', xml }] }));
  assert.match(saidIn(answer), /900001 rows behind the first 100000 are not read/);
});

test('a member that unpacks to a gibibyte is not unpacked to its end', LIMIT, () => {
  const stored = deflateRawSync(Buffer.alloc(2 ** 30), { level: 9 });
  const bomb = archive({
    'xl/workbook.xml': '<workbook/>',
    'xl/worksheets/sheet1.xml': { packed: stored, size: 2 ** 30 },
  });
  const before = process.memoryUsage().rss;
  const answer = read('bomb.xlsx', bomb);
  assert.deepEqual(answer.elicited, []);
  assert.match(saidIn(answer), /unpacks to more than 64 MiB|cannot be unpacked|Cannot be unpacked/);
  assert.ok(process.memoryUsage().rss - before < 600 * 2 ** 20);
});

test('a row of a million cells, and a cell of a million characters', LIMIT, () => {
  assert.match(
    saidIn(read('m.csv', `${HEAD}${','.repeat(MILLION)}x\na,b,443,TCP,c\n`)),
    /Has \d+ cells; the first 256 are read/,
  );
  assert.match(
    saidIn(read('m.csv', `${HEAD}a,b,443,TCP,${'x'.repeat(MILLION)}\n`)),
    /Holds 1000000 characters; the first 4000 are read/,
  );
});

test('merged cells over a whole sheet fill no more than a million', LIMIT, () => {
  const merges = `<mergeCells>${'<mergeCell ref="A1:XFD1048576"/>'.repeat(1000)}</mergeCells>`;
  const answer = read(
    'm.xlsx',
    workbook({ sheets: [{ name: 'F', xml: sheet(HEAD_ROW + cells('a', 'b', '443', 'TCP', 'c'), merges) }] }),
  );
  assert.match(saidIn(answer), /Merged cells cover more than 1000000 cells/);
});

test('two members of one name are neither', LIMIT, () => {
  const once = workbook({
    sheets: [{ name: 'F', xml: sheet(HEAD_ROW + cells('a', 'b', '443', 'TCP', 'c')) }],
  });
  assert.equal(read('m.xlsx', once).elicited.length, 1);
  const members = { '_rels/.rels': '', 'xl/workbook.xml': '<workbook/>', 'xl/Workbook.xml': '<workbook/>' };
  const twice = Buffer.from(
    archive(members).toString('latin1').replaceAll('xl/Workbook.xml', 'xl/workbook.xml'),
    'latin1',
  );
  assert.match(saidIn(read('m.xlsx', twice)), /two members of the name xl\/workbook\.xml; neither is read/);
});

/** Text that would be dear if anything looked at it twice; none of it is a document. */
const DEAR: Readonly<Record<string, readonly [name: string, text: string]>> = {
  'elements in elements': ['m.html', '<table><tr><td>'.repeat(200_000)],
  'cells that reach far': ['m.html', `<table>${'<tr><td rowspan=9999 colspan=9999>x'.repeat(20_000)}`],
  scripts: ['m.html', `<html>${'<script>'.repeat(500_000)}`],
  'open angle brackets': ['m.html', `<html>${'<'.repeat(3_000_000)}`],
  ampersands: ['m.html', `<html>${'&'.repeat(3_000_000)}`],
  quotes: ['m.csv', '"'.repeat(3_000_001)],
  'quotes and delimiters': ['m.csv', '"",'.repeat(1_000_000)],
  pipes: ['m.md', `${'|'.repeat(3_000_000)}\n`.repeat(2)],
  blanks: ['m.txt', `a${' '.repeat(3_000_000)}b\n`.repeat(2)],
  'brackets of a port': ['m.csv', HEAD + `a,b,${'('.repeat(2000)},TCP,c\n`.repeat(2000)],
  'ranges of a port': ['m.csv', HEAD + `a,b,"${'1-2,'.repeat(499)}",TCP,c\n`.repeat(2000)],
  'words of a release': ['release-notes.md', `- updated ${'a.'.repeat(400)} to\n`.repeat(20_000)],
  'arrows of a release': ['release-notes.md', `${'a 1 -> '.repeat(140)}\n`.repeat(20_000)],
  'brackets of JSON': ['m.json', '['.repeat(3_000_000)],
  'brackets of JSON that close': ['m.json', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`],
  packages: ['m.spdx', `SPDXVersion: SPDX-2.3\n${'PackageName: x\n'.repeat(400_000)}`],
  'text that never ends': ['m.spdx', `SPDXVersion: SPDX-2.3\n${'Comment: <text>\n'.repeat(400_000)}`],
};

for (const [what, [name, text]] of Object.entries(DEAR)) {
  test(`work is linear: ${what}`, LIMIT, () => {
    read(name, text);
  });
}

test('markup of a workbook that nests, never ends or is none', LIMIT, () => {
  for (const [xml, said] of [
    ['<a>'.repeat(100_000), /nest deeper than 200/],
    [`<worksheet ${'a'.repeat(3_000_000)}`, /without end|without value/],
    ['<!DOCTYPE x ['.padEnd(3_000_000, '"'), /type declaration without end|never closed/],
    ['&'.repeat(3_000_000), /^/],
    ['<a></b>', /closes/],
  ] as const) {
    const answer = read('m.xlsx', workbook({ sheets: [{ name: 'F', xml }] }));
    assert.match(saidIn(answer), said);
    assert.deepEqual(answer.elicited, []);
  }
});

test('names that are properties of every object name nothing', () => {
  const answer = read(
    'm.json',
    '{"bomFormat":"CycloneDX","specVersion":"1.6","__proto__":{"components":[{"name":"x"}]},"components":[{"name":"__proto__","version":"constructor"}]}',
  );
  assert.deepEqual(answer.elicited[0]?.declaration.components, [
    { name: '__proto__', version: 'constructor', purl: null, cpe: null },
  ]);
  const table = read('m.csv', 'constructor,__proto__,Port,Protocol,toString\na,b,443,constructor,c\n');
  assert.equal(table.elicited.length, 0);
});

test('what is no document says what it is', () => {
  for (const [bytes, said] of [
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), /old binary kind/],
    [Buffer.from('%PDF-1.7'), /Is a PDF/],
    [archive({ 'word/document.xml': '<w/>' }), /text document/],
    [archive({ 'a.txt': 'x' }), /holds no workbook/],
    [Buffer.alloc(1000), /no table/],
  ] as const) {
    assert.match(saidIn(read('x', bytes)), said);
  }
});
