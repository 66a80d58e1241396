import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Declaration } from '#domain/declaration';
import { openPorts } from '#engine/describe/open-ports';
import { elicitFrom } from '#engine/eliciting';
import { memorySource } from '#engine/bytes/source';
import { registry } from '#engine/registry';
import { memoryBlobs } from '#ports/store/memory';

/* Documents and scans as other programs write them. */

const work = mkdtempSync(join(tmpdir(), 'assay-second-'));
after(() => rmSync(work, { recursive: true, force: true }));

const python = ['/usr/bin/python3', 'python3'].find(
  (program) => spawnSync(program, ['-c', 'import openpyxl']).status === 0,
);
const noPython = python === undefined ? 'openpyxl is missing' : false;
const noNmap = spawnSync('nmap', ['--version']).error === undefined ? false : 'nmap is missing';

function read(name: string, bytes: Uint8Array) {
  const blobs = memoryBlobs();
  const outcome = elicitFrom({ kind: 'elicit', name, artefact: blobs.put(bytes) }, registry, blobs);
  if (outcome.kind !== 'elicited') throw new Error(outcome.kind);
  return outcome;
}

/** Writes a workbook with openpyxl: rows of cells from JSON, and what the code does with them. */
function written(rows: readonly (readonly (string | number | null)[])[], code: string): Uint8Array {
  const file = join(work, 'made.xlsx');
  const script = `
import datetime, json, sys, openpyxl
book = openpyxl.Workbook()
sheet = book.active
sheet.title = 'Flows & ports'
for row in json.load(sys.stdin):
    sheet.append(row)
${code}
book.save(sys.argv[1])
`;
  const { status, stderr } = spawnSync(python ?? '', ['-c', script, file], {
    input: JSON.stringify(rows),
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return readFileSync(file);
}

const HEAD = ['No.', 'Source', 'Destination', 'Port', 'Protocol', 'Description'];

const portsOf = (declaration: Declaration | undefined) =>
  declaration?.matrix?.map(({ to }) =>
    to.port.kind === 'ranges' ? to.port.ranges.map(([from]) => from) : to.port.kind,
  );

test('a workbook of openpyxl: numbers, a date, a formula, merged cells, hidden rows and sheets', {
  skip: noPython,
}, () => {
  const rows = [
    ['Matrix of NE-7'],
    HEAD,
    ...[443, 161.5, 8080, 'x', 22, 23, null].map((port, i) => [i, 'OSS', 'NE-7', port, 'TCP', 'purpose']),
  ];
  const code = `
sheet.merge_cells('A1:F1')
sheet['D4'] = datetime.date(2026, 3, 22)
sheet['D5'].number_format = '#,##0.00'
sheet['D6'] = '=20+2'
sheet.merge_cells('D8:D9')
sheet.row_dimensions[7].hidden = True
hidden = book.create_sheet('Old')
hidden.sheet_state = 'veryHidden'
hidden.append(['Port', 'Protocol', 'Service'])
hidden.append([4444, 'TCP', 'debug'])`;
  const { elicited, remarks } = read('made.xlsx', written(rows, code));
  const [matrix] = elicited;
  assert.deepEqual(portsOf(matrix?.declaration), [
    [443],
    'unresolved',
    [8080],
    'unresolved',
    [22],
    [23],
    [23],
    [4444],
  ]);
  const said = [...remarks, ...(matrix?.remarks ?? [])].map(({ at, text }) => `${at}: ${text}`).join('\n');
  for (const expected of [
    /^Old: The sheet is hidden \(veryHidden\)/m,
    /^Flows & ports, D6: Holds the formula =20\+2; nothing is computed/m,
    /^Flows & ports, D8: D8:D9 is one merged cell/m,
    /^Flows & ports, row 7: The row is hidden/m,
    /^Flows & ports, D4: Says "2026-03-22": it is a date/m,
  ])
    assert.match(said, expected);
});

test('texts of a workbook come back as they were written', { skip: noPython }, () => {
  const texts = [
    'a < b & c > "d"',
    "it's",
    'two\nlines',
    '  blanks  ',
    '多行 文本',
    'é ü ß',
    '😀',
    '=',
    '\u202eturned',
    '&amp;',
    '0443',
    '1e5',
    'TRUE',
  ];
  const rows = [HEAD, ...texts.map((text, i) => [i, 'OSS', 'NE-7', 443, 'TCP', text])];
  const { elicited } = read('made.xlsx', written(rows, "sheet['F10'].data_type = 's'"));
  assert.deepEqual(
    elicited[0]?.declaration.matrix?.map(({ purpose }) => purpose),
    texts.map((text) => text.trim()),
  );
  // what office programs write for characters that XML cannot hold, which openpyxl hands on as it is
  const [escaped] = read(
    'made.xlsx',
    written([HEAD, [1, 'OSS', 'NE-7', '443_x000D_\n8443', 'TCP', 'a_x0041_b']], ''),
  ).elicited;
  assert.deepEqual(portsOf(escaped?.declaration), [[443, 8443]]);
  assert.equal(escaped?.declaration.matrix?.[0]?.purpose, 'aAb');
});

test('a live scan of this machine: what listens is open, what does not is closed', {
  skip: noNmap,
}, async () => {
  const server = createServer((socket) => socket.on('error', () => undefined).destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  try {
    const child = spawn('nmap', ['-sT', '-n', '-Pn', '-p', `${port - 3}-${port}`, '-oX', '-', '127.0.0.1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    await new Promise((resolve) => child.on('close', resolve));
    const bytes = Buffer.concat(pieces);
    const content = { digest: `sha256:${'0'.repeat(64)}` as const, size: bytes.length };
    const unknown = { mode: null, uid: null, gid: null, modifiedAt: null, target: null, device: null };
    const entry = {
      path: 'scan.xml',
      type: 'file',
      ...unknown,
      stored: [],
      content,
      format: 'text',
    } as const;
    const found = openPorts.observe(entry, memorySource(bytes), (range) => ({
      artefact: content.digest,
      path: entry.path,
      range,
    }));
    const state = (asked: number) =>
      found.flatMap((each) => {
        if (each.kind === 'open-port') return each.port === asked ? [each.state] : [];
        if (each.kind !== 'port-scan') return [];
        return each.ports.some(([from, to]) => asked >= from && asked <= to) ? [each.state] : [];
      });
    assert.deepEqual(state(port), ['open']);
    for (const other of [port - 3, port - 2, port - 1]) assert.equal(state(other).length, 1);
  } finally {
    server.close();
  }
});
