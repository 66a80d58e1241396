import type {
  AgentObservation,
  CommandObservation,
  CredentialObservation,
  FileModeObservation,
  UpdateObservation,
  WebRouteObservation,
} from '#domain/observed-access';
import type {
  NameOverrideObservation,
  OpenPortObservation,
  PortScanObservation,
  TrustObservation,
  TunnelObservation,
} from '#domain/observed-communication';
import type {
  DisguiseObservation,
  EncodedObservation,
  LogChangeObservation,
  ModuleObservation,
  PreloadObservation,
} from '#domain/observed-concealment';
import type { FacilityObservation, SettingObservation } from '#domain/observed-interception';
import type { PublishedObservation } from '#domain/observed-published';
import type { Place } from '#domain/place';

/** How a stored password is protected. `reversible`: plain text or an encoding anyone can undo. */
export type PasswordScheme =
  | 'des-crypt'
  | 'bsdi-crypt'
  | 'md5-crypt'
  | 'sha256-crypt'
  | 'sha512-crypt'
  | 'bcrypt'
  | 'yescrypt'
  | 'scrypt'
  | 'nt-hash'
  | 'apr1'
  | 'sha1'
  | 'sha256'
  | 'pbkdf2'
  /** Of a vendor, one way, computed by nobody else: `irreversible-cipher` and the like. */
  | 'vendor-hash'
  /** Of a vendor, turned back with a key that the device or all devices hold. */
  | 'vendor-cipher'
  /** Of a vendor, turned back by anyone: type 7, `$9$`. */
  | 'vendor-encoding'
  | 'plain'
  | 'unknown';

/** What a stored password field allows. `unset`: field absent or points elsewhere (`x` in passwd). */
export type PasswordState = 'usable' | 'empty' | 'locked' | 'unset' | 'reversible';

/** One account as one line or record of an account file states it. */
export interface AccountObservation {
  readonly kind: 'account';
  readonly place: Place;
  readonly name: string;
  /** Which file convention the line follows: `passwd`, `shadow`, `htpasswd`, … */
  readonly store: string;
  readonly uid: number | null;
  readonly shell: string | null;
  readonly password: PasswordState;
  readonly scheme: PasswordScheme | null;
  /** Name of a public default or test credential of this exact hash; null: none known. */
  readonly sharedHash: string | null;
  /** First 16 hex digits of the SHA-256 of the stored password field; never the field itself. Null: nothing is stored, or
   *  it is reversible: plain text could be guessed from its digest. */
  readonly passwordFingerprint: string | null;
}

export type KeyHolding = 'private' | 'encrypted-private' | 'public' | 'authorised';

/** A cryptographic key found by its structure. */
export interface KeyObservation {
  readonly kind: 'key';
  readonly place: Place;
  readonly holding: KeyHolding;
  /** `pem`, `der`, `openssh`, `dropbear`, `authorized-keys`, … */
  readonly container: string;
  /** `rsa`, `dsa`, `ec`, `ed25519`, …; `unknown` inside an encrypted container. */
  readonly algorithm: string;
  /** Of the modulus or curve; null: not readable. */
  readonly bits: number | null;
  /** SHA-256 over the public key in the container's canonical form, hex; null: not readable (encrypted). */
  readonly publicFingerprint: string | null;
  /** `SHA256:…` as ssh-keygen(1) -l prints it; null: no key that SSH knows, or not readable. */
  readonly sshFingerprint: string | null;
  /** Cipher that protects it, as named in the file; null: not encrypted. */
  readonly cipher: string | null;
  /** Comment or owner stated beside it; null: none. */
  readonly comment: string | null;
}

/** An X.509 certificate. */
export interface CertificateObservation {
  readonly kind: 'certificate';
  readonly place: Place;
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601 UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly selfSigned: boolean;
  readonly authority: boolean;
  /** SHA-256 of the subject's public key (SubjectPublicKeyInfo), hex. */
  readonly publicFingerprint: string;
}

/** One program that the system starts by itself, with the chain that leads to it. */
export interface StartObservation {
  readonly kind: 'start';
  /** The line that starts the program. */
  readonly place: Place;
  /** `inittab`, `rc`, `systemd`, `inetd`, `xinetd`, `procd`, `cron`, … */
  readonly by: string;
  /** Program as written, without arguments. */
  readonly program: string;
  /** In order, variables as written except those the file itself sets to a constant. */
  readonly arguments: readonly string[];
  readonly user: string | null;
  /** Files from the root of start-up to the line, as paths in the tree. */
  readonly chain: readonly string[];
  /** Condition the line stands under, as written; null: none seen. */
  readonly condition: string | null;
  /** False: the line exists but start-up does not reach it (no link in an rc directory, disabled in inetd). */
  readonly reached: boolean;
  /** True: the system has the program (a file, or a link to one); null: cannot be told. */
  readonly present: boolean | null;
}

export type EndpointForm = 'url' | 'host' | 'ipv4' | 'ipv6' | 'mail';

/** What an address serves for, by the words beside it. `namespace`: it names a vocabulary, nobody connects to it;
 *  `documentation`: for people to read; `management`: who configures from afar; `cloud`: a service the device keeps in
 *  touch with; `name-service`: answers names; `dynamic-name`: is told the device's address; `check`: whether a network is there. */
export type EndpointRole =
  | 'namespace'
  | 'documentation'
  | 'update'
  | 'telemetry'
  | 'time'
  | 'management'
  | 'cloud'
  | 'name-service'
  | 'dynamic-name'
  | 'check'
  | 'unknown';

/** What takes an address where it stands. `command`: a program or function that connects, `wget`, `fetch`; `setting`: a name it
 *  is the value of, `option url`; `program`: compiled code that imports what connects, `getaddrinfo`, or
 *  holds everything itself, `static`. */
export interface EndpointTaker {
  readonly kind: 'command' | 'setting' | 'program';
  /** As written. */
  readonly name: string;
}

/** An address on a network written in the bytes. */
export interface EndpointObservation {
  readonly kind: 'endpoint';
  readonly place: Place;
  readonly form: EndpointForm;
  /** Scheme, host and port; user names, passwords and queries of a URL are cut. */
  readonly value: string;
  readonly host: string;
  readonly port: number | null;
  readonly scheme: string | null;
  readonly role: EndpointRole;
  /** Null: nothing seen that takes it. */
  readonly taker: EndpointTaker | null;
}

/** A neutral fact read from an artefact. No opinion in it. */
export type Observation =
  | AccountObservation
  | AgentObservation
  | CertificateObservation
  | CommandObservation
  | CredentialObservation
  | DisguiseObservation
  | EncodedObservation
  | EndpointObservation
  | FacilityObservation
  | FileModeObservation
  | KeyObservation
  | LogChangeObservation
  | ModuleObservation
  | NameOverrideObservation
  | OpenPortObservation
  | PortScanObservation
  | PreloadObservation
  | PublishedObservation
  | SettingObservation
  | StartObservation
  | TrustObservation
  | TunnelObservation
  | UpdateObservation
  | WebRouteObservation;

export type ObservationKind = Observation['kind'];
