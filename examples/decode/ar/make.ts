// node examples/decode/ar/make.ts: writes the inputs header by header.
import { be32, bytes, noise, type Part, patched, writeCases, zeros } from '../../craft.ts';

const MARK = '!<arch>\n';

interface Fields {
  readonly time?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly mode?: string;
  readonly size?: string;
}

function member(name: string, content: Part, fields: Fields = {}): Buffer {
  const { time = '1700000000', uid = '0', gid = '0', mode = '100644' } = fields;
  const body = bytes(content);
  const header = [name.padEnd(16), time.padEnd(12), uid.padEnd(6), gid.padEnd(6), mode.padEnd(8)].join('');
  const size = (fields.size ?? String(body.length)).padEnd(10);
  return bytes(header, size, '`\n', body, body.length % 2 === 0 ? '' : '\n');
}

const BLANK: Fields = { time: '', uid: '', gid: '', mode: '' };
const control = 'Package: example\nVersion: 1.0\n';
const deb = bytes(
  MARK,
  member('debian-binary', '2.0\n'),
  member('control.tar', control),
  member('data.tar', 'odd number of bytes'),
);
const long = 'a-name-that-is-longer-than-sixteen-bytes.o';
const other = 'another name, with spaces in it.o';
const table = `${long}/\n${other}/\n`;
const index = bytes(be32(1), be32(8), 'main\0');
const gnu = bytes(
  MARK,
  member('/', index, BLANK),
  member('//', table, BLANK),
  member('/0', 'first', { mode: '100755', uid: '1000', gid: '100' }),
  member(`/${long.length + 2}`, 'second'),
  member('short name/', 'third'),
);
const bsdMember = (name: string, content: string) =>
  member(`#1/${Math.ceil(name.length / 4) * 4}`, bytes(name, zeros((4 - (name.length % 4)) % 4), content));

writeCases(import.meta.dirname, '../make.ts', {
  'debian-package': { input: deb, note: 'Three members as dpkg writes them; an odd one is filled up with a line feed.' },
  'long-names-of-gnu': { input: gnu, note: 'An index of symbols, a table of long names, names that refer to it and one with a space.' },
  'long-names-of-bsd': {
    input: bytes(MARK, member('__.SYMDEF', noise(8)), bsdMember(long, 'first'), bsdMember(other, 'second')),
    note: 'Long names stand in front of the content.',
  },
  'thin-archive': {
    input: bytes('!<thin>\n', member('/', index, BLANK), member('//', table, BLANK), member('/0', '', { size: '999' }), member('/44', '', { size: '7' })),
    note: 'Members are files elsewhere: they are listed without content.',
  },
  'names-that-lead-nowhere': {
    input: bytes(MARK, member('//', table, BLANK), member('/4000', 'first'), member('#1/200', 'second'), member('third', 'content', { time: 'yesterday', mode: '0999' })),
    note: 'References outside the table and the member, fields that are no numbers: the content is given under the name as stored.',
  },
  'inside-other-bytes': { input: bytes(noise(500), deb, noise(700, 2)), note: 'A package between other bytes.' },
  'size-no-number': { input: patched(deb, 8 + 64 + 48, 'xyz       '), note: 'The second member cannot be stepped over: what follows is unexplained with the reason.' },
  'cut-short': { input: deb.subarray(0, 180), note: 'Cut inside the second member.' },
  'mark-alone': { input: bytes(noise(64), MARK, 'and more text of a program that knows the mark of ar', noise(64)), note: 'The look-alike: no header follows the mark.' },
  'nothing-inside': { input: bytes(MARK), note: 'An archive without members.' },
});
