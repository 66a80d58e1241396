// node examples/describe/endpoints/make.ts: writes the examples whose input is a program. None of them does anything.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, le16, le32 } from '../../craft.ts';

/** The header of an ELF file for x86-64 without segments and sections. */
function elfHeader(type: number): Buffer {
  const ident = bytes('\x7fELF', [2, 1, 1, 0], Buffer.alloc(8));
  const places = Buffer.alloc(24); // entry, program headers, section headers
  return bytes(
    ident,
    le16(type),
    le16(0x3e),
    le32(1),
    places,
    le32(0),
    le16(64),
    le16(56),
    le16(0),
    le16(64),
    le16(0),
    le16(0),
  );
}

const STRINGS = [
  'POST /v1 HTTP/1.1',
  'relay.maker.example.cn',
  '45.33.32.156:8443',
  'https://telemetry.maker.example.net/upload',
  'wget -q -O - http://fw.maker.example.net/latest | sh',
  'Please report bugs to http://tracker.maker.example.net/list',
  'http://www.maker.example.net/',
  'http://schemas.xmlsoap.org/soap/envelope/',
  'BOOTID.UPNP.ORG: %u',
].join('\0');

function write(name: string, note: string, content: Buffer): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.bin'), content);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
}

write(
  'program-that-connects',
  'A program that is linked statically holds whole strings that are addresses, a command, a sentence, a home page, a name space and a header\nof a message. Only the first ones are taken by the program or the command.',
  bytes(elfHeader(2), '\0', STRINGS, '\0'),
);
write(
  'program-that-cannot-connect',
  'The same strings in an object file that imports nothing: no address is taken by it, the command still is a command.',
  bytes(elfHeader(1), '\0', STRINGS, '\0'),
);
