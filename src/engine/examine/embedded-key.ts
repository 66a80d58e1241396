import type { Declaration } from '#domain/declaration';
import type { Facts, Statement } from '#domain/indication';
import type { KeyObservation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Examiner, Sighting } from '#domain/plugin';
import { oneLine, tail } from '#domain/wording';

/** Private keys that are the same on every device, keys that may log in, and keys short enough to be computed. */
export const embeddedKey: Examiner = {
  kind: 'examiner',
  id: 'embedded-key',
  version: 1,
  doc: {
    name: 'embedded key',
    says: 'Speaks for private keys shipped in the image, also where a passphrase protects them; for SSH keys that may log in; and for RSA keys so short that their private half can be computed. Declared keys are silent. Strength is linked where a service by convention looks for the key or a certificate of the image carries its public half; present otherwise, and always in documentation and tests.',
    sources: [
      '3GPP TS 33.117, 4.2.3.4.2.3',
      'CWE-321, CWE-326, CWE-798',
      'FIPS 186-5; RSA-768 was factored in 2009',
    ],
    limits: [
      'Whether the device uses the key, or makes its own at first start, is not seen: used and reachable stay unknown.',
      'Several keys in one file are spoken of together: programs that test their own cryptography carry sets of published keys. Whether a key was published is not known here.',
      'Public halves, certificates and bundles of authorities are silent, as are files named .pub and SSH keys whose private half lies in the same release.',
      'From the name of a passphrase-protected key nothing follows about its passphrase, which the image may hold as well.',
      'A path in the declaration silences every key in that file. Errs towards silence.',
    ],
  },
  question: 'undocumented-access',
  reads: ['key', 'certificate'],
  examine({ sightings, declaration }) {
    const keys = sightings.flatMap(keyOf);
    const secrets = keys.filter(isSecret);
    const known: Known = { secret: fingerprintsOf(secrets), shown: shownIn(sightings) };
    const isDeclared = declaredBy(declaration);
    const groups = [
      ...byFile(bySameness(secrets)).map((units) => secretStatement(units, known, declaration, isDeclared)),
      ...bySameness(keys.filter((key) => isAuthorised(key, known))).map((unit) =>
        loginStatement(unit, declaration, isDeclared),
      ),
      ...bySameness(keys.filter((key) => isShort(key) && !isAuthorised(key, known))).map((unit) =>
        shortStatement(unit, declaration, isDeclared),
      ),
    ];
    return groups.filter((statement) => statement !== null);
  },
};

/** A key and the file it was seen in. */
interface Seen {
  readonly observation: KeyObservation;
  /** Empty: the image itself. */
  readonly path: string;
}

/** One key with every place where it was seen, the one that counts most first. Never empty. */
type Unit = readonly [Seen, ...Seen[]];

/** What the release holds of keys, by fingerprint. */
interface Known {
  readonly secret: ReadonlySet<string>;
  /** Where the public half lies, as a key or in a certificate. */
  readonly shown: ReadonlyMap<string, readonly Place[]>;
}

function keyOf({ observation }: Sighting): readonly Seen[] {
  return observation.kind === 'key' ? [{ observation, path: observation.place.path ?? '' }] : [];
}

function fingerprintsOf(keys: readonly Seen[]): Set<string> {
  return new Set(keys.flatMap(({ observation: { publicFingerprint } }) => publicFingerprint ?? []));
}

/** Places of one public half that are kept: enough to tell that it lies elsewhere. */
const SHOWN_LIMIT = 8;

function shownIn(sightings: readonly Sighting[]): Known['shown'] {
  const shown = new Map<string, Place[]>();
  for (const { observation } of sightings) {
    if (observation.kind !== 'certificate' && observation.kind !== 'key') continue;
    if (observation.kind === 'key' && isSecret({ observation, path: '' })) continue;
    const { publicFingerprint, place } = observation;
    if (publicFingerprint === null) continue;
    const places = shown.get(publicFingerprint);
    if (places === undefined) shown.set(publicFingerprint, [place]);
    else if (places.length < SHOWN_LIMIT) places.push(place);
  }
  return shown;
}

function isSecret({ observation: { holding } }: Seen): boolean {
  return holding === 'private' || holding === 'encrypted-private';
}

/** Where keys are shown, not used. */
function isAside({ path }: Seen): boolean {
  return /(?:^|\/)(?:docs?|documentation|man|info|examples?|samples?|demos?|tests?|testdata|test-?suite)\//i.test(
    path,
  );
}

/** Files in which servers look for their own key: OpenSSH, Dropbear. */
function isHostKey({ path }: Seen): boolean {
  return /(?:^|\/)(?:ssh_host_\w+_key|dropbear_\w+_host_key)$/.test(path);
}

/** Lines of keys that a server reads, or that a script or program puts there. A public half beside its secret is none. */
function isAuthorised(key: Seen, known: Known): boolean {
  const { holding, publicFingerprint } = key.observation;
  if (holding !== 'authorised' || isAside(key)) return false;
  if (isKeyFile(key)) return true;
  return !key.path.endsWith('.pub') && !known.secret.has(publicFingerprint ?? '');
}

/** sshd(8), dropbear(8). */
function isKeyFile({ path }: Seen): boolean {
  return /(?:^|\/)authorized_keys2?$/.test(path);
}

/** Longest modulus that was factored by anybody with patience: RSA-768, 2009. */
const SHORT_BITS = 768;

function isShort(key: Seen): boolean {
  const { algorithm, bits, holding } = key.observation;
  return (
    (holding === 'public' || holding === 'authorised') &&
    algorithm === 'rsa' &&
    bits !== null &&
    bits <= SHORT_BITS &&
    !isAside(key)
  );
}

/** Keys by fingerprint; where there is none, by their bytes. */
function bySameness(keys: readonly Seen[]): readonly Unit[] {
  const units = new Map<string, [Seen, ...Seen[]]>();
  for (const key of keys) {
    const { publicFingerprint, place } = key.observation;
    const id = publicFingerprint ?? `${place.artefact} ${place.range?.[0] ?? ''}`;
    const unit = units.get(id);
    if (unit === undefined) units.set(id, [key]);
    else unit.push(key);
  }
  return [...units.values()].map(weighed);
}

function weighed(unit: Unit): Unit {
  const [first = unit[0], ...rest] = unit.toSorted((a, b) => weightOf(b) - weightOf(a));
  return [first, ...rest];
}

function weightOf(key: Seen): number {
  return (
    (isAside(key) ? 0 : 4) +
    (isHostKey(key) || isKeyFile(key) ? 2 : 0) +
    (key.observation.holding === 'private' ? 1 : 0)
  );
}

/** Keys of the same file together. */
function byFile(units: readonly Unit[]): readonly (readonly [Unit, ...Unit[]])[] {
  const files = new Map<string, [Unit, ...Unit[]]>();
  for (const unit of units) {
    const file = files.get(unit[0].path);
    if (file === undefined) files.set(unit[0].path, [unit]);
    else file.push(unit);
  }
  return [...files.values()];
}

type IsDeclared = (unit: Unit) => boolean;

function declaredBy(declaration: Declaration | null): IsDeclared {
  const keys = declaration?.keys ?? [];
  const paths = new Set(keys.flatMap(({ path }) => (path === null ? [] : [plain(path)])));
  const fingerprints = new Set(
    keys.flatMap(({ publicFingerprint }) => publicFingerprint?.toLowerCase() ?? []),
  );
  return (unit) =>
    unit.some(
      ({ path, observation }) =>
        paths.has(plain(path)) || fingerprints.has(observation.publicFingerprint ?? ''),
    );
}

function plain(path: string): string {
  return path.replace(/^[./]+/, '');
}

/** Nothing said of keys: not known. Declared keys do not come this far. */
function factsFor(declaration: Declaration | null): Facts {
  const undocumented = declaration === null || declaration.keys === null ? null : true;
  return { undocumented, hardCoded: true, reachable: null, used: null };
}

// --- statements

function secretStatement(
  units: readonly [Unit, ...Unit[]],
  known: Known,
  declaration: Declaration | null,
  isDeclared: IsDeclared,
): Statement | null {
  const [first, ...rest] = units.filter((unit) => !isDeclared(unit));
  if (first === undefined) return null;
  const undeclared: readonly [Unit, ...Unit[]] = [first, ...rest];
  const isAlone = units.length === 1;
  return {
    question: 'undocumented-access',
    title: secretTitle(undeclared),
    strength: undeclared.some((unit) => isLinked(unit, isAlone, known)) ? 'linked' : 'present',
    facts: factsFor(declaration),
    weaknesses: ['CWE-321'],
    requirements: ['TS 33.117 4.2.3.4.2.3'],
    identity: ['private-key', ...undeclared.map(identityOf).toSorted()],
    places: [
      ...undeclared.flatMap((unit) => unit.map(({ observation }) => observation.place)),
      ...undeclared.flatMap(([key]) => (isAside(key) ? [] : shownOf(key, isAlone, known))),
    ],
    matters: secretMatters(undeclared),
    disproof: first.every(isAside)
      ? 'The file is not read by anything on the device, and no service accepts the public half.'
      : 'Each device makes a key of its own at first start and never uses this one, or nothing on the device or in the network relies on its public half.',
  };
}

/** A service by convention looks there, or the release shows the public half. */
function isLinked(unit: Unit, isAlone: boolean, known: Known): boolean {
  return unit.some((key) => !isAside(key) && (isHostKey(key) || shownOf(key, isAlone, known).length > 0));
}

/** Places of the public half. Beside several keys in one file they must be in another: a set for tests has its own. */
function shownOf({ observation, path }: Seen, isAlone: boolean, known: Known): readonly Place[] {
  const places = known.shown.get(observation.publicFingerprint ?? '') ?? [];
  return isAlone ? places : places.filter((place) => place.path !== path);
}

/** A key without fingerprint is known by its file. */
function identityOf([{ observation, path }]: Unit): string {
  return observation.publicFingerprint ?? `${observation.algorithm} in ${path}`;
}

function isSealed(unit: Unit): boolean {
  return unit.every(({ observation }) => observation.holding === 'encrypted-private');
}

function secretMatters(units: readonly Unit[]): string {
  if (units.every(isSealed)) {
    return 'The key is the same on every device that runs this image. Whoever knows or guesses the passphrase, which the device itself must know to use the key, can act as any of them.';
  }
  return units.length === 1
    ? 'The key is the same on every device that runs this image, and whoever has the image has the key. That is enough to act as any of them, or to read what is encrypted for them.'
    : 'The keys are the same on every device that runs this image, and whoever has the image has the keys. Programs that test their own cryptography carry such sets; a service that relies on one of them can be impersonated.';
}

function loginStatement(
  unit: Unit,
  declaration: Declaration | null,
  isDeclared: IsDeclared,
): Statement | null {
  if (isDeclared(unit)) return null;
  const [first] = unit;
  const inFile = unit.some(isKeyFile);
  return {
    question: 'undocumented-access',
    title: loginTitle(first, inFile),
    strength: inFile ? 'linked' : 'present',
    facts: factsFor(declaration),
    weaknesses: ['CWE-798'],
    requirements: ['TS 33.117 4.2.3.4.2.2', 'TS 33.117 4.2.3.4.2.3'],
    identity: ['authorised-key', identityOf(unit)],
    places: unit.map(({ observation }) => observation.place),
    matters:
      'Whoever holds the private half can log in over SSH on every device that runs this image, without a password.',
    disproof: inFile
      ? 'No SSH server of the device reads this file, or it is emptied before one starts.'
      : 'The key is never put where an SSH server of the device reads authorised keys.',
  };
}

function shortStatement(
  unit: Unit,
  declaration: Declaration | null,
  isDeclared: IsDeclared,
): Statement | null {
  if (isDeclared(unit)) return null;
  const [{ observation, path }] = unit;
  return {
    question: 'undocumented-access',
    title: titled(`RSA public key of only ${observation.bits} bits in `, path, ''),
    strength: 'present',
    facts: factsFor(declaration),
    weaknesses: ['CWE-326'],
    requirements: ['TS 33.117 4.2.3.4.2.3'],
    identity: ['short-key', identityOf(unit)],
    places: unit.map((key) => key.observation.place),
    matters:
      'The private half of a key this short can be computed from the public half. Whatever the device accepts because it was signed with this key, others can then sign.',
    disproof: 'Nothing on the device accepts anything because of this key.',
  };
}

// --- titles

const TITLE_LIMIT = 100;

function titled(head: string, path: string, end: string): string {
  const room = TITLE_LIMIT - head.length - end.length;
  const name = path === '' ? 'the image itself' : oneLine(path);
  return `${head}${tail(name, room)}${end}`;
}

function secretTitle(units: readonly [Unit, ...Unit[]]): string {
  const [[first]] = units;
  const end = units.every((unit) => unit.every(isAside)) ? ' (documentation or tests)' : '';
  const sealed = units.filter(isSealed).length;
  if (units.length > 1) {
    const how =
      sealed === 0
        ? ''
        : sealed === units.length
          ? ' (all with a passphrase)'
          : ` (${sealed} with a passphrase)`;
    return titled(`${units.length} private keys${how} in `, first.path, end);
  }
  const { algorithm, bits } = first.observation;
  // the other names say their size
  const size = bits !== null && /^(?:rsa|dsa|ec)$/.test(algorithm) ? ` (${bits} bits)` : '';
  const how = sealed === 1 ? 'passphrase-protected ' : '';
  return titled(`${how}${nameOf(algorithm)}private key${size} in `, first.path, end);
}

/** `RSA `, `Ed25519 `; nothing for an algorithm without a name. */
function nameOf(algorithm: string): string {
  if (algorithm === 'unknown' || /^[\d.]+$/.test(algorithm)) return '';
  return algorithm.length <= 3
    ? `${algorithm.toUpperCase()} `
    : `${algorithm.slice(0, 1).toUpperCase()}${algorithm.slice(1)} `;
}

function loginTitle({ observation, path }: Seen, inFile: boolean): string {
  const { algorithm, comment } = observation;
  const short = comment === null ? '' : oneLine(comment).slice(0, 24).toWellFormed();
  const whose = short === '' ? '' : ` "${short}"`;
  return titled(
    `${nameOf(algorithm)}SSH key${whose} ${inFile ? 'may log in' : 'given for log-in'}: `,
    path,
    '',
  );
}
