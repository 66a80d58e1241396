// node examples/describe/keys/make.ts: writes the inputs of the observer of keys and of the formats der and dropbear-key.
// Needs openssl and ssh-keygen. Every run makes new keys: read the expectations again afterwards. The keys are of no use
// anywhere else.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { be32, bytes, noise, type Part, patched, writeCases, zeros } from '../../craft.ts';

const scratch = mkdtempSync(join(tmpdir(), 'keys-'));
process.on('exit', () => rmSync(scratch, { recursive: true }));

function run(program: string, ...given: readonly string[]): Buffer {
  return execFileSync(program, given, { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] });
}

function file(name: string, content: Part): string {
  writeFileSync(join(scratch, name), bytes(content), { mode: 0o600 });
  return name;
}

function read(name: string): Buffer {
  return readFileSync(join(scratch, name));
}

function write(
  folder: string,
  script: string,
  cases: Readonly<Record<string, { readonly input: Part; readonly note: string }>>,
): void {
  const made = Object.entries(cases).map(
    ([name, { input, note }]) => [name, { input: bytes(input), note }] as const,
  );
  writeCases(folder, script, Object.fromEntries(made));
}

// --- keys

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');
const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 });

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' | 'spki') =>
  bytes(key.export({ format: 'pem', type }) as string);
const der = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' | 'spki') =>
  key.export({ format: 'der', type }) as Buffer;

const rsaPem = pem(rsa.privateKey, 'pkcs1');
const rsaFile = file('rsa.pem', rsaPem);
const dsaFile = file('dsa.pem', pem(dsa.privateKey, 'pkcs8'));
const dsaDer = run('openssl', 'dsa', '-in', dsaFile, '-outform', 'DER');

run(
  'openssl',
  'req',
  '-x509',
  '-new',
  '-key',
  rsaFile,
  '-subj',
  '/C=XX/O=Example/CN=router.example',
  '-days',
  '3650',
  '-out',
  'cert.pem',
  '-addext',
  'basicConstraints=critical,CA:FALSE',
);
run(
  'openssl',
  'req',
  '-x509',
  '-new',
  '-key',
  file('ec.pem', pem(ec.privateKey, 'sec1')),
  '-subj',
  '/CN=Example Root',
  '-days',
  '3650',
  '-outform',
  'DER',
  '-out',
  'ca.der',
);
const request = run(
  'openssl',
  'req',
  '-new',
  '-key',
  rsaFile,
  '-subj',
  '/CN=router.example',
  '-outform',
  'DER',
);
const store = run(
  'openssl',
  'pkcs12',
  '-export',
  '-inkey',
  rsaFile,
  '-in',
  'cert.pem',
  '-passout',
  'pass:example',
);
const signed = run(
  'openssl',
  'cms',
  '-sign',
  '-binary',
  '-nodetach',
  '-nosmimecap',
  '-noattr',
  '-signer',
  'cert.pem',
  '-inkey',
  rsaFile,
  '-outform',
  'DER',
  '-in',
  file('update.sh', '#!/bin/sh\necho updated\n'),
);
const sealedPem = run(
  'openssl',
  'pkcs8',
  '-topk8',
  '-in',
  rsaFile,
  '-v2',
  'aes-256-cbc',
  '-passout',
  'pass:example',
);
const sealedDer = run(
  'openssl',
  'pkcs8',
  '-topk8',
  '-in',
  rsaFile,
  '-v1',
  'PBE-SHA1-3DES',
  '-passout',
  'pass:example',
  '-outform',
  'DER',
);
const legacy = run('openssl', 'rsa', '-in', rsaFile, '-traditional', '-des3', '-passout', 'pass:example');

const sshKeygen = (name: string, comment: string, passphrase: string, ...more: readonly string[]) => {
  run('ssh-keygen', '-q', '-f', name, '-C', comment, '-N', passphrase, ...more);
  return { secret: read(name), line: read(`${name}.pub`) };
};
const openssh = sshKeygen('open', 'builder@example', '', '-t', 'ed25519');
const sealedSsh = sshKeygen('sealed', 'builder@example', 'example', '-t', 'ecdsa');
const support = sshKeygen('support', 'support@vendor.example', '', '-t', 'rsa', '-b', '1024');

// --- forms that no tool at hand writes

interface Numbers {
  readonly [name: string]: string | undefined;
}

const numbers = (key: KeyObject) => key.export({ format: 'jwk' }) as unknown as Numbers;
const big = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
const text = (part: Part) => bytes(be32(bytes(part).length), part);

/** RFC 4251, 5. */
function mpint(magnitude: Uint8Array): Buffer {
  const at = magnitude.findIndex((byte) => byte !== 0);
  const digits = magnitude.subarray(at);
  return text((digits[0] ?? 0) >= 0x80 ? bytes([0], digits) : digits);
}

function dropbearRsa(key: KeyObject): Buffer {
  const { n, e, d, p, q } = numbers(key);
  return bytes(text('ssh-rsa'), ...[e, n, d, p, q].map((value) => mpint(big(value))));
}

function dropbearEc(key: KeyObject, curve: string): Buffer {
  const { x, y, d } = numbers(key);
  return bytes(text(`ecdsa-sha2-${curve}`), text(curve), text(bytes([4], big(x), big(y))), mpint(big(d)));
}

function dropbearEd(key: KeyObject): Buffer {
  const { d, x } = numbers(key);
  return bytes(text('ssh-ed25519'), text(bytes(big(d), big(x))));
}

function dropbearDsa(given: Buffer): Buffer {
  // SEQUENCE of 0, p, q, g, y, x; every INTEGER is as SSH writes it, but for its length
  const values: Buffer[] = [];
  for (let at = 4; at < given.length; ) {
    const long = given[at + 1] ?? 0;
    const [length, start] = long < 0x80 ? [long, at + 2] : [given[at + 2] ?? 0, at + 3];
    values.push(given.subarray(start, start + length));
    at = start + length;
  }
  return bytes(text('ssh-dss'), ...values.slice(1).map((value) => text(value)));
}

/** PuTTY user manual, appendix C; the code over it is not computed. */
function putty(key: KeyObject): Buffer {
  const { n, e, d, p, q } = numbers(key);
  const lines = (part: Buffer) => part.toString('base64').match(/.{1,64}/g) ?? [];
  const shown = lines(bytes(text('ssh-rsa'), mpint(big(e)), mpint(big(n))));
  const hidden = lines(bytes(mpint(big(d)), mpint(big(p)), mpint(big(q))));
  return bytes(
    [
      'PuTTY-User-Key-File-2: ssh-rsa',
      'Encryption: none',
      'Comment: rsa-key-example',
      `Public-Lines: ${shown.length}`,
      ...shown,
      `Private-Lines: ${hidden.length}`,
      ...hidden,
      `Private-MAC: ${'0'.repeat(40)}`,
      '',
    ].join('\r\n'),
  );
}

/** Something like a program around the parts. */
const program = (...parts: readonly Part[]) =>
  bytes('\x7fELF', noise(300, 3), ...parts.flatMap((part) => [part, zeros(7), noise(100, 5)]));

const edSeed = der(ed.privateKey, 'pkcs8');
const line = (key: Buffer) => key.toString('latin1').trim();
const inSource = bytes(
  'static const char key[] =\n',
  ...rsaPem
    .toString('latin1')
    .trim()
    .split('\n')
    .map((part) => `    "${part}\\n"\n`),
  '    ;\n',
);

write(import.meta.dirname, '../make.ts', {
  'rsa-key': { input: rsaPem, note: 'PKCS#1 in PEM.' },
  'rsa-key-in-pkcs8': {
    input: pem(rsa.privateKey, 'pkcs8'),
    note: 'The key of rsa-key in another container: the fingerprint is the same.',
  },
  'ec-key': { input: pem(ec.privateKey, 'sec1'), note: 'SEC 1 in PEM.' },
  'ec-key-in-pkcs8': { input: pem(p384.privateKey, 'pkcs8'), note: 'P-384 in PKCS#8.' },
  'ed25519-key': {
    input: pem(ed.privateKey, 'pkcs8'),
    note: 'Ed25519 in PKCS#8; the public half is computed.',
  },
  'dsa-key': {
    input: run('openssl', 'dsa', '-in', dsaFile),
    note: 'Six numbers as OpenSSL writes them for DSA.',
  },
  'dsa-key-in-pkcs8': {
    input: pem(dsa.privateKey, 'pkcs8'),
    note: 'The key of dsa-key: its public number is not stored, but computed.',
  },
  'encrypted-with-headers': {
    input: legacy,
    note: 'The old form of OpenSSL: the cipher stands in DEK-Info.',
  },
  'encrypted-pkcs8': { input: sealedPem, note: 'The cipher stands inside the parameters of PBES2.' },
  'encrypted-pkcs8-der': { input: sealedDer, note: 'The same in DER, with a scheme of PKCS#12.' },
  'key-store': { input: store, note: 'PKCS#12.' },
  'openssh-key': {
    input: openssh.secret,
    note: 'OpenSSH writes comment and public half beside the private one.',
  },
  'encrypted-openssh-key': {
    input: sealedSsh.secret,
    note: 'The public half stands outside the encryption.',
  },
  'putty-key': { input: putty(rsa.privateKey), note: 'The key of rsa-key as PuTTY stores it.' },
  'public-key': { input: pem(rsa.publicKey, 'spki'), note: 'The public half of rsa-key.' },
  'public-key-der': {
    input: der(ec.publicKey, 'spki'),
    note: 'The public half of ec-key, whole file in DER.',
  },
  'short-public-key': {
    input:
      '-----BEGIN PUBLIC KEY-----\n' +
      bytes(
        [
          0x30, 0x3c, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
          0x00, 0x03, 0x2b, 0x00, 0x30, 0x28, 0x02, 0x21, 0x00,
        ],
        [0xc1],
        noise(30, 9),
        [0x0d],
        [0x02, 0x03, 0x01, 0x00, 0x01],
      )
        .toString('base64')
        .replaceAll(/(.{64})/g, '$1\n') +
      '\n-----END PUBLIC KEY-----\n',
    note: 'A modulus of 256 bits.',
  },
  'certificate-and-key': {
    input: bytes(read('cert.pem'), rsaPem),
    note: 'A certificate and the key it belongs to: same fingerprint.',
  },
  'authority-der': {
    input: read('ca.der'),
    note: 'A self-signed certificate of an authority, whole file in DER.',
  },
  request: { input: request, note: 'A certificate request holds no secret and vouches for nothing.' },
  'key-in-der': { input: der(rsa.privateKey, 'pkcs1'), note: 'PKCS#1, whole file.' },
  'keys-inside-program': {
    input: program(
      der(rsa.privateKey, 'pkcs1'),
      der(ec.privateKey, 'sec1'),
      der(p384.privateKey, 'pkcs8'),
      edSeed,
      dsaDer,
      der(rsa.privateKey, 'pkcs8'),
    ),
    note: 'Six keys in DER between other bytes of a program.',
  },
  'dropbear-keys-inside-flash': {
    input: bytes(
      noise(77),
      dropbearRsa(rsa.privateKey),
      Buffer.alloc(64, 0xff),
      dropbearEc(ec.privateKey, 'nistp256'),
      dropbearEd(ed.privateKey),
      dropbearDsa(dsaDer),
    ),
    note: 'Host keys of Dropbear in a dump; each has the fingerprint of its PEM form.',
  },
  'key-in-source': {
    input: inSource,
    note: 'A key as the source of a program writes it, line by line in quotes.',
  },
  'key-in-json': {
    input: JSON.stringify({ name: 'cloud', private_key: rsaPem.toString('latin1') }),
    note: 'Line breaks are written as \\n.',
  },
  'key-between-strings-of-program': {
    input: program(rsaPem.toString('latin1').replaceAll('\n', '\0')),
    note: 'A program keeps its lines apart with zero bytes.',
  },
  'authorised-keys': {
    input: `# support\nno-pty,command="/bin/echo \\"hi there\\"" ${line(support.line)}\n\n${line(openssh.line)}\n`,
    note: 'Options, a comment, an empty line.',
  },
  'known-hosts': {
    input: `router.example,192.0.2.1 ${line(support.line)}\n`,
    note: 'A host stands where options would: the key permits nothing.',
  },
  'script-adds-key': {
    input: `#!/bin/sh\nmkdir -p /root/.ssh\necho "${line(support.line)}" >> /root/.ssh/authorized_keys\n`,
    note: 'The file names both the key and the place where it lets in.',
  },
  'script-knows-host': {
    input: `#!/bin/sh\necho "update.example ${line(support.line)}" > /tmp/known_hosts\n`,
    note: 'The look-alike of script-adds-key: the key is public and no more.',
  },
  'names-of-forms': {
    input: program(
      '-----BEGIN RSA PRIVATE KEY-----\0-----END RSA PRIVATE KEY-----\0',
      '-----BEGIN %s-----\n',
      'PuTTY-User-Key-File-2: \0',
      'ssh-rsa\0ssh-ed25519\0AAAAB3NzaC1yc2E\0',
      text('ssh-rsa'),
      [0x30, 0x82, 0x02, 0x5c, 0x02, 0x01, 0x00, 0x02],
    ),
    note: 'What a library of cryptography is full of: the look-alike of every form.',
  },
  'documentation-of-forms': {
    input:
      'The file begins with\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...\n-----END RSA PRIVATE KEY-----\nand a line reads\nssh-rsa AAAAB3Nza...LiPk== user@example.net\n',
    note: 'A text about keys holds none.',
  },
  'numbers-do-not-fit': {
    input: changed(rsaPem),
    note: 'A key with one bit of its modulus turned: n is not p·q.',
  },
  'dropbear-numbers-do-not-fit': {
    input: patched(dropbearRsa(rsa.privateKey), 60, [0x5a, 0xa5]),
    note: 'Right lengths, wrong product.',
  },
  'template-of-ed25519': {
    input: program(
      bytes(edSeed.subarray(0, 16), zeros(32)),
      bytes(edSeed.subarray(0, 16), 'the seed is written here later..'),
    ),
    note: 'A program keeps the first bytes of a key to write keys with.',
  },
  'label-of-another-form': {
    input: rsaPem.toString('latin1').replaceAll('RSA PRIVATE', 'EC PRIVATE'),
    note: 'The label lies, the numbers do not: it is a key, of RSA.',
  },
  'end-of-another-block': {
    input: rsaPem.toString('latin1').replace('END RSA', 'END DSA'),
    note: 'The block does not end: no key.',
  },
  'empty-block': {
    input: '-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----\n',
    note: 'Nothing between the lines.',
  },
});

function changed(key: Buffer): string {
  const content = Buffer.from(key.toString('latin1').split('\n').slice(1, -2).join(''), 'base64');
  content[40] = (content[40] ?? 0) ^ 1;
  return `-----BEGIN RSA PRIVATE KEY-----\n${content.toString('base64').replaceAll(/(.{64})/g, '$1\n')}\n-----END RSA PRIVATE KEY-----\n`;
}

write(join(import.meta.dirname, '../../decode/der'), '../../describe/keys/make.ts', {
  certificate: { input: read('ca.der'), note: 'One certificate.' },
  'chain-and-padding': {
    input: bytes(
      read('ca.der'),
      run('openssl', 'x509', '-in', 'cert.pem', '-outform', 'DER'),
      Buffer.alloc(32, 0xff),
    ),
    note: 'Two certificates, then erased flash.',
  },
  'private-key': { input: der(ec.privateKey, 'pkcs8'), note: 'PKCS#8.' },
  'encrypted-key': { input: sealedDer, note: 'What a passphrase would open stays a gap.' },
  'key-store': { input: store, note: 'PKCS#12.' },
  'signed-script': { input: signed, note: 'Signed data gives what was signed.' },
  request: { input: request, note: 'A certificate request.' },
  'cut-short': {
    input: read('ca.der').subarray(0, 200),
    note: 'Begins like a certificate and ends early: not claimed.',
  },
  'other-sequence': {
    input: bytes([0x30, 0x20, 0x04, 0x1e], noise(30)),
    note: 'Well-formed DER that is nothing known.',
  },
  'text-that-begins-with-0': {
    input: '0 zero\n1 one\n2 two and more\n',
    note: 'A zero is the first byte of a SEQUENCE.',
  },
});

write(join(import.meta.dirname, '../../decode/dropbear-key'), '../../describe/keys/make.ts', {
  rsa: { input: dropbearRsa(rsa.privateKey), note: 'A host key of RSA.' },
  ecdsa: { input: dropbearEc(ec.privateKey, 'nistp256'), note: 'A host key on P-256.' },
  ed25519: { input: dropbearEd(ed.privateKey), note: 'A host key of Ed25519.' },
  'public-half': {
    input: bytes(
      text('ssh-rsa'),
      mpint(big(numbers(createPrivateKey(rsaPem)).e)),
      mpint(big(numbers(createPrivateKey(rsaPem)).n)),
    ),
    note: 'The public half alone is no private key.',
  },
  'numbers-do-not-fit': {
    input: patched(dropbearRsa(rsa.privateKey), 60, [0x5a, 0xa5]),
    note: 'Right lengths, wrong product.',
  },
});
