// node examples/examine/embedded-key/make.ts: writes the inputs of the examiner of keys.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, type DeclaredKey, NOTHING_DECLARED } from '#domain/declaration';
import type { CertificateObservation, KeyObservation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Sighting } from '#domain/plugin';

type Facts = Partial<KeyObservation> & { readonly path: string; readonly tree?: string };

let at = 0;

function placeIn(path: string): Place {
  at += 1000;
  return {
    artefact: `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}`,
    path,
    range: [at, at + 900],
  };
}

/** A public fingerprint that is easy to tell apart. */
const print = (letter: string) => letter.repeat(64);

/** A key somewhere: what is not given is as of an RSA key in PEM that nothing protects. */
function key({ path, tree = 'tree-1', ...facts }: Facts): Sighting {
  const observation: KeyObservation = {
    kind: 'key',
    place: placeIn(path),
    holding: 'private',
    container: 'pem',
    algorithm: 'rsa',
    bits: 2048,
    publicFingerprint: print('a'),
    sshFingerprint: null,
    cipher: null,
    comment: null,
    ...facts,
  };
  return { tree, mode: 0o600, observation };
}

const sealed = {
  holding: 'encrypted-private',
  bits: null,
  publicFingerprint: null,
  cipher: 'DES-EDE3-CBC',
} as const;
const authorised = {
  holding: 'authorised',
  container: 'authorized-keys',
  comment: 'support@vendor.example',
} as const;

function certificate(path: string, publicFingerprint: string): Sighting {
  const observation: CertificateObservation = {
    kind: 'certificate',
    place: placeIn(path),
    subject: 'CN=router.example',
    issuer: 'CN=Example Root',
    notBefore: '2020-01-01T00:00:00Z',
    notAfter: '2030-01-01T00:00:00Z',
    selfSigned: false,
    authority: false,
    publicFingerprint,
  };
  return { tree: 'tree-1', mode: 0o644, observation };
}

function declared(...keys: readonly Partial<DeclaredKey>[]): Declaration {
  const whole = keys.map((one) => ({ path: null, publicFingerprint: null, purpose: null, ...one }));
  return { ...NOTHING_DECLARED, source: 'keys.csv', keys: whole };
}

function write(
  name: string,
  note: string,
  sightings: readonly Sighting[],
  declaration: Declaration | null = null,
): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

write('private-key', 'A key that every device has.', [key({ path: 'etc/ssl/certs/device.key' })]);

write(
  'key-with-its-certificate',
  'A certificate in the image carries the public half: something presents it.',
  [key({ path: 'etc/ssl/private/server.key' }), certificate('etc/ssl/certs/server.pem', print('a'))],
);

write('host-keys', 'Servers look for their keys there; a copy under another name is only present.', [
  key({ path: 'etc/dropbear/dropbear_rsa_host_key', container: 'dropbear' }),
  key({
    path: 'etc/dropbear/dropbear_rsa_host_key-devel',
    container: 'dropbear',
    publicFingerprint: print('b'),
  }),
  key({
    path: 'etc/ssh/ssh_host_ed25519_key',
    container: 'openssh',
    algorithm: 'ed25519',
    bits: 255,
    publicFingerprint: print('c'),
  }),
  key({
    path: 'etc/ssh/ssh_host_ed25519_key.pub',
    ...authorised,
    algorithm: 'ed25519',
    bits: 255,
    publicFingerprint: print('c'),
  }),
]);

write(
  'passphrase-protected',
  'Nothing is known of the key but its file; the copy in another folder has the same bytes.',
  [
    key({ path: 'etc/prvt.key', ...sealed }),
    { ...key({ path: 'configs/prvt.key', ...sealed }), ...sameBytes('etc/prvt.key', 'configs/prvt.key') },
  ],
);

write('one-key-in-many-places', 'PEM, DER, another image: one key, one statement.', [
  key({ path: 'etc/server.pem' }),
  key({ path: 'usr/sbin/httpd', container: 'der' }),
  key({ path: 'etc/server.pem', tree: 'tree-2' }),
]);

write(
  'keys-inside-library',
  'A library of cryptography tests itself with keys and certificates of its own: spoken of once, and no more than present.',
  [
    ...['a', 'b', 'c'].map((letter) => key({ path: 'usr/lib/libtls.so', publicFingerprint: print(letter) })),
    key({ path: 'usr/lib/libtls.so', ...sealed }),
    certificate('usr/lib/libtls.so', print('a')),
  ],
);

write('authorised-key', 'Its holder may log in as root.', [
  key({ path: 'root/.ssh/authorized_keys', ...authorised }),
]);

write('script-authorises-key', 'A script puts the key where a server reads it.', [
  key({ path: 'etc/init.d/S50support', ...authorised, container: 'ssh' }),
]);

write(
  'public-halves',
  'The look-alike: a public half beside its private key, one in a file of that name, hosts that are known, a bundle of authorities.',
  [
    key({ path: 'etc/keys/update', publicFingerprint: print('b') }),
    key({ path: 'etc/keys/update_public', ...authorised, publicFingerprint: print('b') }),
    key({ path: 'lib/vendor.pub', ...authorised, publicFingerprint: print('c') }),
    key({
      path: 'etc/ssh/ssh_known_hosts',
      holding: 'public',
      container: 'ssh',
      publicFingerprint: print('d'),
    }),
    key({ path: 'etc/public.pem', holding: 'public', publicFingerprint: print('e') }),
    certificate('etc/ssl/certs/ca-certificates.crt', print('f')),
  ],
);

write('nothing-but-public', 'Public keys and certificates alone: silent.', [
  key({ path: 'etc/public.pem', holding: 'public' }),
  certificate('etc/ssl/certs/ca-certificates.crt', print('f')),
]);

write(
  'documentation-and-tests',
  'A key that is shown, not used, is said as such; an authorised key in a manual is not said at all.',
  [
    key({ path: 'usr/share/doc/stunnel/examples/stunnel.pem' }),
    certificate('usr/share/doc/stunnel/examples/stunnel.pem', print('a')),
    key({ path: 'usr/share/doc/openssh/authorized_keys', ...authorised, publicFingerprint: print('b') }),
  ],
);

write('short-public-key', 'A public key of 256 bits is as good as a private one.', [
  key({ path: 'etc/su_pub_key', holding: 'public', bits: 256 }),
  key({ path: 'etc/sign.pem', holding: 'public', bits: 1024, publicFingerprint: print('b') }),
]);

write(
  'declared-keys',
  'The vendor shows one by its path, one by its fingerprint: silent. The third is undocumented.',
  [
    key({ path: 'etc/ssl/private/server.key' }),
    key({ path: 'etc/update.key', publicFingerprint: print('b') }),
    key({ path: 'etc/other.key', publicFingerprint: print('c') }),
  ],
  declared({ path: '/etc/ssl/private/server.key' }, { publicFingerprint: print('B') }),
);

write(
  'declaration-without-keys',
  'Accounts were declared, keys were not spoken of: undocumented stays unknown.',
  [key({ path: 'etc/other.key' })],
  {
    ...NOTHING_DECLARED,
    source: 'accounts.csv',
    accounts: [],
  },
);

write('inside-the-image-itself', 'A key between the parts of an image has no path.', [
  {
    tree: '',
    mode: null,
    observation: {
      ...key({ path: 'x' }).observation,
      place: { ...placeIn(''), path: null },
    } as KeyObservation,
  },
]);

function sameBytes(path: string, seenAs: string): { readonly observation: KeyObservation } {
  const { observation } = key({ path, ...sealed });
  return {
    observation: {
      ...observation,
      place: { ...observation.place, path: seenAs, range: [1000, 1900] },
    } as KeyObservation,
  };
}
