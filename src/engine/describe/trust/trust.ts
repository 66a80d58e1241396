import type { TrustObservation } from '#domain/observed-communication';
import type { Place } from '#domain/place';
import type { TreeObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';
import { searchFor } from '#engine/bytes/search';
import { READ_LIMIT } from '#engine/bytes/source';
import { latin1, plainPath } from '#engine/bytes/text';
import { BUNDLE_LIMIT, certificatesIn, type StoredCertificate } from '#engine/describe/trust/certificates';

/** Bytes of programs and configurations that are searched in one tree. */
const SEARCH_BUDGET = 256 * 1024 * 1024;
const PROGRAM_LIMIT = 16 * 1024 * 1024;
const TEXT_LIMIT = 1024 * 1024;
/** Files of certificates that are looked for by name. */
const NAMED = 2000;
/** Certificates given for one line that names a file: more are a bundle. */
const OF_ONE_NAMING = 4;
const OBSERVATIONS = 10_000;
/** Names met in one file that are looked at. */
const HITS = 10_000;
/** Bytes of a line looked at on each side of a name. */
const BESIDE = 160;

/** Whom the system and its programs trust when they talk over TLS. */
export const trust: TreeObserver = {
  kind: 'observer',
  id: 'trust',
  version: 1,
  doc: {
    name: 'Trust in certificates',
    says: 'Gives every certificate of an authority in the stores that all programs use, every file of certificates that a configuration, script or program names as the authorities it trusts, and pins of public keys.',
    sources: [
      'RFC 5280, 4.2.1.9 and 6.1.1 (trust anchors)',
      'curl(1), --cacert, --pinnedpubkey; openssl verify(1); wpa_supplicant.conf(5), ca_cert; stunnel(8), CAfile; mosquitto.conf(5), cafile',
      'Debian update-ca-certificates(8)',
    ],
    limits: [
      'Certificates inside programs, key stores of Java and NSS, and directories handed over as arguments are not read as stores.',
      'In a store only certificates count whose basic constraints say that they may sign; those of version 1 have none.',
      'A program counts as naming a file when it holds its path, or its whole name; whether it loads it as an authority is not known.',
      `At most ${SEARCH_BUDGET / 1024 / 1024} MiB of programs and texts of a tree are searched, programs above ${PROGRAM_LIMIT / 1024 / 1024} MiB are not.`,
    ],
  },
  reads: 'tree',
  wants: (entry) =>
    entry.type === 'file' &&
    entry.content !== null &&
    (isCertificateFile(entry) || isProgram(entry) || isSetting(entry)),
  observe(entries, open, place) {
    const files = entries.flatMap((entry) => filesOf(entry, open));
    const stored = files.filter(({ path }) => isStore(path)).flatMap((file) => storeAnchors(file, place));
    const named = namings(files, entries, open, place);
    return [...stored, ...named].slice(0, OBSERVATIONS);
  },
};

type Open = (entry: TreeEntry) => Source | null;
type PlaceOf = (entry: TreeEntry, range: ByteRange | null) => Place;

/** A file that holds certificates. */
interface CertificateFile {
  readonly entry: TreeEntry;
  readonly path: string;
  readonly certificates: readonly StoredCertificate[];
}

function isCertificateFile({ path, content }: TreeEntry): boolean {
  const isNamed =
    /\.(?:pem|crt|cer|der|ca|cert|ca-bundle|\d)$|(?:^|\/)[^/.]*(?:cert|bundle|root)[^/.]*$/i.test(path);
  return (content?.size ?? 0) <= BUNDLE_LIMIT && (isNamed || isStore(plainPath(path)));
}

/** Folders whose authorities all programs of a system trust. */
function isStore(path: string): boolean {
  return (
    /(?:^|\/)(?:etc\/ssl\/certs|usr\/(?:local\/)?share\/ca-certificates|etc\/pki\/(?:tls\/certs|ca-trust\/source\/anchors)|etc\/ca-certificates|usr\/lib\/ssl\/certs|system\/etc\/security\/cacerts)\//.test(
      path,
    ) || /(?:^|\/)etc\/ssl\/(?:cert|ca-bundle|cacert)\.(?:pem|crt)$/.test(path)
  );
}

function isProgram({ format, content }: TreeEntry): boolean {
  return format === 'elf' && (content?.size ?? 0) <= PROGRAM_LIMIT;
}

function isSetting({ path, format, content }: TreeEntry): boolean {
  if ((content?.size ?? 0) > TEXT_LIMIT || (format !== null && format !== 'text')) return false;
  return (
    /(?:^|\/)(?:etc|s?bin|configs?|init\.d|www|lib)\/|\.(?:sh|conf|cfg|cnf|ini|json|ya?ml|xml|lua|py|pl|php)$/.test(
      path,
    ) && !/(?:^|\/)(?:doc|man|info|locale|perl5?|python[\d.]*)\//.test(path)
  );
}

function filesOf(entry: TreeEntry, open: Open): readonly CertificateFile[] {
  if (!isCertificateFile(entry)) return [];
  const source = open(entry);
  const certificates = source === null ? [] : certificatesIn(source);
  return certificates.length === 0 ? [] : [{ entry, path: plainPath(entry.path), certificates }];
}

function storeAnchors(
  { entry, path, certificates }: CertificateFile,
  place: PlaceOf,
): readonly TrustObservation[] {
  return certificates
    .filter(({ certificate }) => certificate.authority)
    .map(({ certificate, publicFingerprint, range }) => ({
      kind: 'trust',
      place: place(entry, range),
      form: 'anchor',
      by: path.slice(0, Math.max(0, path.lastIndexOf('/'))),
      subject: certificate.subject,
      publicFingerprint,
    }));
}

// --- who names a file, and pins

const PIN = 'sha256//';

function namings(
  files: readonly CertificateFile[],
  entries: readonly TreeEntry[],
  open: Open,
  place: PlaceOf,
): readonly TrustObservation[] {
  const byName = Map.groupBy(files.slice(0, NAMED), ({ path }) => path.slice(path.lastIndexOf('/') + 1));
  const names = [...byName.keys()].filter((name) => name.length >= 6);
  const search = searchFor([Buffer.from(PIN), ...names.map((name) => Buffer.from(name))]);
  const found: TrustObservation[] = [];
  let left = SEARCH_BUDGET;
  for (const entry of entries) {
    const size = entry.content?.size ?? 0;
    if (size > left || !(isProgram(entry) || isSetting(entry))) continue;
    const source = open(entry);
    if (source === null) continue;
    left -= size;
    const bytes = source.bytes(0, Math.min(size, READ_LIMIT));
    const said = new Set<string>();
    let hits = 0;
    search.scan(bytes, 0, 0, (pattern, at) => {
      if (++hits > HITS) return;
      const name = names[pattern - 1];
      const trusted =
        name === undefined ? pinAt(bytes, at) : namedAt(bytes, at, name, byName.get(name) ?? [], entry);
      for (const { range, ...facts } of trusted) {
        const key = JSON.stringify(facts);
        if (said.has(key) || found.length >= OBSERVATIONS) continue;
        said.add(key);
        found.push({ kind: 'trust', place: place(entry, range), ...facts });
      }
    });
  }
  return found;
}

type Trusted = Omit<TrustObservation, 'kind' | 'place'> & { readonly range: ByteRange };

/** `sha256//` and the digest in base64, as curl writes pins. */
function pinAt(bytes: Uint8Array, at: number): readonly Trusted[] {
  const digest = /^[A-Za-z0-9+/]{43}=/.exec(
    latin1(bytes.subarray(at + PIN.length, at + PIN.length + 44)),
  )?.[0];
  if (digest === undefined) return [];
  const publicFingerprint = Buffer.from(digest, 'base64').toString('hex');
  const range: ByteRange = [at, at + PIN.length + 44];
  return [{ form: 'pin', by: 'sha256//', subject: null, publicFingerprint, range }];
}

const TRUSTING =
  /(--cacert|--ca-?certificate|--ca-file|--cafile|\bca_?file\b|\bca[_-]?certs?\w{0,12}\b|\bca[_-]?path\b|ssl_cert_file|ssl_(?:trusted|client)_certificate|trust(?:ed)?\w{0,16}|root_?(?:ca|cert)\w{0,12}|ca_?bundle|server_?ca\w{0,12}|load_verify_locations|(?:^|\s)ca(?=\s))/i;

function namedAt(
  bytes: Uint8Array,
  at: number,
  name: string,
  files: readonly CertificateFile[],
  entry: TreeEntry,
): readonly Trusted[] {
  const isText = entry.format !== 'elf';
  const before = sameLine(latin1(bytes.subarray(Math.max(0, at - BESIDE), at)), isText);
  const behind = latin1(bytes.subarray(at + name.length, at + name.length + 1));
  if (/[\w.-]/.test(behind) || /[\w.-]$/.test(before)) return [];
  const folders = /[\w./-]*$/.exec(before)?.[0] ?? '';
  const written = plainPath(`${folders}${name}`);
  const file =
    files.find(({ path }) => path === written || path.endsWith(`/${written}`)) ??
    (folders === '' ? files[0] : undefined);
  if (file === undefined || file.path === plainPath(entry.path)) return [];
  const setting = TRUSTING.exec(before)?.[1];
  // a program says only that it knows the file; a text must say what for
  if (isText && (setting === undefined || /^\s*(?:#|\/\/|;|--\s)/.test(before))) return [];
  if (file.certificates.length > OF_ONE_NAMING) return [];
  const range: ByteRange = [at - folders.length, at + name.length];
  return file.certificates
    .filter(({ certificate }) => certificate.authority || certificate.selfSigned)
    .map(({ certificate, publicFingerprint }) => ({
      form: 'anchor',
      by: `${setting?.trim() ?? 'names'} ${file.path}`,
      subject: certificate.subject,
      publicFingerprint,
      range,
    }));
}

/** What stands before a place in its line, or in its string. */
function sameLine(before: string, isText: boolean): string {
  // oxlint-disable-next-line no-control-regex -- a string of a program ends at what is no text
  return before.slice(before.search(isText ? /[^\n\0]*$/ : /[\x20-\x7e]*$/));
}
