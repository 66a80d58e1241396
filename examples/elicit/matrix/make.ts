// Writes the cases beside it: node examples/elicit/matrix/make.ts
import { csv, writeDocuments } from '../../documents.ts';
import { sheetXml, workbook } from '../../workbooks.ts';

const HEAD = ['No.', 'Source Device', 'Source IP', 'Source Port', 'Destination Device', 'Destination IP', 'Destination Port (Listening)', 'Protocol', 'Port Description', 'Authentication Mode', 'Encryption Mode', 'Plane', 'Remarks'];

const ROWS = [
  ['1', 'OSS', '192.0.2.10', 'any', 'NE-7', '198.51.100.1', '443', 'TCP', 'web management', 'password', 'TLS', 'Management', ''],
  ['2', 'OSS', '192.0.2.10', '1024-65535', 'NE-7', '198.51.100.1', '161', 'UDP', 'SNMP queries', 'USM', 'AES', 'O&M', ''],
  ['3', 'NE-7', '198.51.100.1', '*', 'OSS', '192.0.2.10', '162', 'UDP', 'SNMP traps', 'USM', 'AES', 'O&M', 'N/A'],
];

const cell = (rows: readonly (readonly string[])[], row: number, column: number, text: string) =>
  rows.map((cells, r) => cells.map((each, c) => (r === row && c === column ? text : each)));

const PORT = 6;
const PROTOCOL = 7;

writeDocuments(import.meta.dirname, {
  plain: { name: 'input.csv', input: csv([HEAD, ...ROWS]), note: 'Three flows under the usual head: nothing to remark.' },
  'not-a-matrix': {
    name: 'input.csv',
    input: csv([['Part', 'Quantity', 'Price'], ['fan', '2', '15'], ['power supply', '1', '80']]),
    note: 'A table of something else: no elicitor understands it.',
  },
  'port-and-address-exchanged': {
    name: 'input.csv',
    input: csv([HEAD, ...cell(cell(ROWS, 0, 5, '443'), 0, PORT, '198.51.100.1')]),
    note: 'Defect 1: port and address of the destination stand under each other\'s heads in the first row. Read the other way round, and said with the cell.',
  },
  'rows-slide-left': {
    name: 'input.csv',
    input: csv([HEAD, ROWS[0] ?? [], (ROWS[1] ?? []).filter((_, column) => column !== 2), ['4', 'OSS', 'any', 'NE-7', '80', 'something']]),
    note: 'Defect 2: the second flow lacks its source address, so that all slides left: moved back, the one way that fits. The last row has too few cells to know: it stays as it stands and explains nothing.',
  },
  'flows-in-columns': {
    name: 'input.csv',
    input: csv(HEAD.map((head, column) => [head, ...ROWS.map((row) => row[column] ?? '')])),
    note: 'Defect 3: a flow in each column, an attribute in each row. Turned, and said.',
  },
  'ports-in-prose': {
    name: 'input.csv',
    input: csv([
      ['源设备', '源IP', '源端口', '目的设备', '目的IP', '目的端口（侦听）', '协议', '端口说明', '侦听端口是否可更改', '备注'],
      ...[
        '操作系统自动分配',
        '默认29500/29400',
        '用户指定，端口号1025~65535',
        '8080、8443',
        '5000至5010',
        '8000–8010, 9000',
        '>32768',
        'as agreed with the operator',
        '70000',
        '9000-8000',
        '８０８０',
        '443/tcp',
      ].map((port) => ['网管', '192.0.2.1', '任意', '网元', '198.51.100.1', port, 'TCP', '说明', '是', '']),
    ]),
    note: 'Defect 4: ports in prose, in ranges of every kind, in full width, and three that are none. Text that is not understood is unresolved, never any port.',
  },
  'applications-as-protocols': {
    name: 'input.csv',
    input: csv([
      HEAD,
      ...['HTTP/HTTPS', 'ROCE', 'UB', 'TCP/UDP', 'SNMPv3', 'ICMP', 'IP protocol 50', 'TCP (SSH)', ''].map((protocol) => {
        const row = [...(ROWS[0] ?? [])];
        row[PROTOCOL] = protocol;
        return row;
      }),
    ]),
    note: 'Defect 5: the protocol holds names of applications and fabrics. What is registered for one transport is read as that and said; what is not known is no protocol.',
  },
  'lines-in-cells': {
    name: 'input.csv',
    input: csv([
      HEAD,
      ...cell(cell(ROWS.slice(0, 1), 0, PORT, '443\n161'), 0, PROTOCOL, 'TCP\nUDP'),
      ...cell(ROWS.slice(0, 1), 0, PORT, '22\n830'),
      ...cell(cell(ROWS.slice(0, 1), 0, PORT, '22\n23\n24'), 0, PROTOCOL, 'TCP\nUDP'),
    ]),
    note: 'Defect 6: quoted line breaks. As many ports as protocols belong together line by line; three ports and two protocols do not say which belongs to which.',
  },
  'head-not-first': {
    name: 'input.csv',
    input: csv([
      ['NE-7 communication matrix'],
      ['Issue 03', '2026-01-30'],
      ['', 'Source', '', '', 'Destination', '', '', '', '', '', '', '', ''],
      ['No.', 'Device', 'IP', 'Port', 'Device', 'IP', 'Port', 'Protocol', 'Description', 'Authentication', 'Encryption', 'Plane', 'Remarks'],
      ['Management plane'],
      ...ROWS,
      HEAD,
      ...ROWS.slice(0, 1),
    ]),
    note: 'Defect 7: a title stands first, the head has two rows with groups above, a heading divides the table, and the head comes again in another form.',
  },
  'words-for-none': {
    name: 'input.csv',
    input: csv([HEAD, ...['无', 'NA', '不涉及', 'N/A', '-', ''].map((none) => ['1', 'OSS', none, none, 'NE-7', none, '443', 'TCP', 'web', none, none, none, none]), ['2', 'OSS', '', '', 'NE-7', '', '无', 'TCP', 'nothing', '', '', '', ''], ['3', 'OSS', '', '', 'NE-7', '', 'N/A', 'ICMP', 'ping', '', '', '', '']]),
    note: 'Defect 8: six ways to say none. TCP without a port explains nothing; ICMP has none.',
  },
  'both-ways-in-the-remark': {
    name: 'input.csv',
    input: csv([HEAD, ...cell(ROWS.slice(0, 1), 0, 12, '双向'), ...cell(ROWS.slice(1, 2), 0, 12, 'bidirectional flow')]),
    note: 'Defect 9: only the remark says that the flow goes both ways.',
  },
  'blanket-rows': {
    name: 'input.csv',
    input: csv([
      HEAD,
      ['1', 'any', 'any', 'any', 'any', 'any', 'any', 'any', 'all services', '', '', '', ''],
      ['2', 'any', '0.0.0.0/0', 'any', 'NE-7', '', '1-65535', 'TCP', 'debug', '', '', '', ''],
      ['3', 'OSS', '192.0.2.10', 'any', 'NE-7', '198.51.100.1', 'any', 'TCP', 'maintenance', '', '', '', ''],
      ['4', 'any', '', 'any', 'NE-7', '', '1025-65535', 'TCP', 'user defined', '', '', '', ''],
      ['5', 'any', 'any', 'any', 'NE-7', '', '443', 'TCP', 'web', '', '', '', ''],
    ]),
    note: 'Rows 1, 2 and 4 allow everything from anyone and are blanket rows. Row 3 names both ends, row 5 the port: they are none.',
  },
  'what-spreadsheets-make-of-ports': {
    name: 'input.csv',
    input: csv([HEAD, ...['22-Mar', 'Mar-22', '2022/3/22', '3月22日', '20:21', '1000:2000', '443.0', '443.5', '6.55E+04', '8,443', '#REF!', '=22+1', '+A1'].map((port) => {
      const row = [...(ROWS[0] ?? [])];
      row[PORT] = port;
      return row;
    })]),
    note: 'Dates, times, fractions, powers of ten, marks for thousands, errors and formulas where ports should stand: each unresolved with its reason, but for 443.0.',
  },
  'signs-nobody-sees': {
    name: 'input.csv',
    input: csv([HEAD, ...cell(cell(ROWS, 0, PORT, '44\u202e34\u202c3'), 1, 8, 'SNMP \u001b[2Jqueries'), ...cell(ROWS.slice(0, 1), 0, PORT, '4\u200b43')]),
    note: 'Marks that turn the order of digits, a terminal\'s escape sequence and a space without width: ports with them are unresolved, texts are kept and said.',
  },
  'cut-row-and-open-quote': {
    name: 'input.csv',
    input: `${csv([HEAD, ...ROWS])}4,"OSS,192.0.2.10,any,NE-7,198.51.100.1,8443,TCP,admin,,,,\r\n5,OSS`,
    note: 'A quote that never closes must not swallow the rows behind it; the last row is cut.',
  },
  'fillers-and-addresses-in-words': {
    name: 'input.md',
    input: [
      '## Communication matrix',
      '',
      '|源设备|源IP|源端口|目的设备|目的IP|目的端口（侦听）|协议|端口说明|所属平面|版本|备注|',
      '|:----|:----|:----|:----|:----|:----|:----|:----|:----|:----|:----|',
      '|控制面地址|1024-65535|网元|控制面地址|1901|TCP|心跳|控制平面|:----|:----|双向|',
      '|用户|用户的IP地址|*|网元|8000~9000|网元的IP地址|HTTP/HTTPS|管理|管理面|所有版本|无|',
      '|用户|用户的IP地址|系统随机分配|网元|网元的IP地址|客户配置|TCP|管理|管理面|所有版本|无|',
      '',
      'Service ports:',
      '',
      '| Source | Destination | Port/Proto | Purpose |',
      '|---|---|---|---|',
      '| OSS | NE-7 | HTTPS 443 | web |',
      '| OSS | NE-7 | TCP 389/636/... | directory |',
      '| OSS | NE-7 | 2345 by default | own service |',
      '',
    ].join('\n'),
    note: 'Shapes met in published matrices: the rule of the table written again instead of values, a row that slid by one, ports and addresses exchanged where the address is a sentence, protocol and port in one column.',
  },
  semicolons: { name: 'input.csv', input: `sep=;\r\n${csv([HEAD, ...ROWS], ';')}`, note: 'Divided by semicolons, as spreadsheets of half of Europe write it, with the line that says so.' },
  'utf-16': {
    name: 'input.csv',
    input: Buffer.from(`\ufeff${csv([HEAD, ...ROWS], '\t')}`, 'utf16le'),
    note: 'UTF-16 with a mark and tabs, as spreadsheets write "Unicode text".',
  },
  gbk: {
    name: 'input.csv',
    // 源设备,目的设备,目的端口,协议,端口说明 / 网管,网元,443,TCP,管理
    input: Buffer.from('d4b4c9e8b1b82cc4bfb5c4c9e8b1b82cc4bfb5c4b6cbbfda2cd0add2e92cb6cbbfdacbb5c3f70d0acdf8b9dc2ccdf8d4aa2c3434332c5443502cb9dcc0ed0d0a', 'hex'),
    note: 'GBK without a mark: told by what the text would be, and said.',
  },
  markdown: {
    name: 'input.md',
    input: ['# Communication matrix', '', '| 源设备 | 源IP | 源端口 | 目的设备 | 目的IP | 目的端口（侦听） | 协议 |', '|---|---|---|---|---|---|---|', '| 服务器 | 192.0.2.1 | 1024~65535 | 客户端 | 198.51.100.1 | 8080<br>8443 | TCP |', ''].join('\n'),
    note: 'A table in Markdown, as open repositories publish their matrices.',
  },
  html: {
    name: 'input.html',
    input: '<!DOCTYPE html><html><script>alert("1 < 2")</script><h2>Ports</h2><table><tr><th>Port<th>Protocol<th>Service<th>Description</tr><tr><td>22<td rowspan=2>TCP<td>SSH<td>login &amp; files</tr>\n<tr><td>443<td>HTTPS<td>web <b>management</b></tr></table></html>',
    note: 'A table in HTML without closing tags, with a cell that reaches over two rows. The script is passed over.',
  },
  workbook: {
    name: 'input.xlsx',
    input: workbook({
      sheets: [
        { name: 'Cover', xml: sheetXml([[{ text: 'NE-7 communication matrix' }]]) },
        {
          name: 'Flows',
          xml: sheetXml(
            [
              HEAD.map((text) => ({ shared: text })),
              ...ROWS.map((row) => row.map((text) => (/^\d+$/.test(text) ? { number: text } : { shared: text }))),
              [{ number: '4' }, { shared: 'OSS' }, {}, { shared: 'any' }, { shared: 'NE-7' }, {}, { number: '8443.0' }, { text: 'TCP' }, { text: 'stored as a fraction' }],
              [{ number: '5' }, { shared: 'OSS' }, {}, { shared: 'any' }, { shared: 'NE-7' }, {}, { date: '44642' }, { text: 'TCP' }, { text: 'was 3-22 or 22-3' }],
              [{ number: '6' }, { shared: 'OSS' }, {}, { shared: 'any' }, { shared: 'NE-7' }, {}, { formula: 'HYPERLINK("http://198.51.100.9/x","22")', text: '22' }, { text: 'TCP' }, { text: 'a formula' }],
              [{ number: '7' }, { shared: 'OSS' }, {}, { shared: 'any' }, { shared: 'NE-7' }, {}, { formula: 'G2+1' }, { text: 'TCP' }, { text: 'a formula without a result' }],
              [{ number: '8' }, { shared: 'OSS' }, {}, { shared: 'any' }, { shared: 'NE-7' }, {}, { number: '23' }, { text: 'TCP' }, { text: 'hidden' }],
              [{ number: '9' }, { shared: 'OSS' }, {}, { shared: 'any' }, { shared: 'NE-7' }, {}, { number: '5000' }, { text: 'TCP' }, { text: 'merged over two rows' }],
              [{ number: '10' }, { shared: 'OSS' }, {}, { shared: 'any' }, { shared: 'NE-7' }, {}, {}, { text: 'UDP' }, {}],
            ],
            { hiddenRows: [9], hiddenColumns: [12], merged: ['G10:G11', 'I10:I11'] },
          ),
        },
        { name: 'Old', state: 'veryHidden', xml: sheetXml([HEAD.map((text) => ({ text })), (ROWS[0] ?? []).map((text) => ({ text: text === '443' ? '4444' : text }))]) },
      ],
      extra: { 'xl/vbaProject.bin': 'macro', 'xl/externalLinks/externalLink1.xml': '<externalLink/>' },
    }),
    note: 'A workbook with shared and inline strings, numbers in fractions, a date, formulas, merged cells, a hidden row, column and sheet, macros and a link to another workbook.',
  },
  'workbook-with-entities': {
    name: 'input.xlsx',
    input: workbook({
      sheets: [
        {
          name: 'Flows',
          xml: `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "443"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>${sheetXml([
            HEAD.map((text) => ({ text })),
            (ROWS[0] ?? []).map((text) => ({ text: text === '443' ? '&b;' : text === 'web management' ? '&c;' : text })),
          ]).replace(/^<\?xml[^>]*\?>/, '').replaceAll('&amp;', '&')}`,
        },
      ],
    }),
    note: 'A document type with entities that grow and one that names a file: nothing is expanded, nothing fetched; the port is unresolved.',
  },
  'workbook-cut': {
    name: 'input.xlsx',
    input: workbook({ sheets: [{ name: 'Flows', xml: sheetXml([HEAD.map((text) => ({ text })), ...ROWS.map((row) => row.map((text) => ({ text })))]).slice(0, -300) }] }),
    note: 'A sheet that ends in the middle: what stands before is read, the rest is said.',
  },
});
