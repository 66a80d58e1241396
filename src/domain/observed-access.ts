import type { Place } from '#domain/place';

export type SecretKind = 'password' | 'community' | 'shared-key' | 'token';

/** How a secret is handed over where it stands. `comparison`: something given is held against it. */
export type SecretForm = 'argument' | 'setting' | 'address' | 'comparison' | 'text';

/** A secret written where a program takes it from: a script, a configuration, a string of a binary. Never the secret itself. */
export interface CredentialObservation {
  readonly kind: 'credential';
  readonly place: Place;
  readonly secret: SecretKind;
  readonly form: SecretForm;
  /** Account it belongs to, as written; null: none stated beside it. */
  readonly user: string | null;
  /** What takes it, as written without the value: `mysql -p`, `option password`, `snmp-server community`. */
  readonly taker: string;
  /** Characters of the value. */
  readonly length: number;
  /** True: the value has the form of a hash or of ciphertext. */
  readonly isProtected: boolean;
  /** Name of a public default or test credential with this value; null: none known. */
  readonly shared: string | null;
  /** As of an account's password: of hashes only; null for what could be guessed from its digest. */
  readonly fingerprint: string | null;
}

/** `not-visible`: the check, if there is one, lies where this observer does not look, such as in compiled code. */
export type RouteGuard = 'present' | 'none-seen' | 'not-visible';

/** An address of a web server and what answers it. */
export interface WebRouteObservation {
  readonly kind: 'web-route';
  readonly place: Place;
  /** Convention that makes the route: `cgi`, `uhttpd`, `lighttpd`, `nginx`, `goahead`, `boa`, `luci`, `php`, … */
  readonly server: string;
  /** As requested, with `*` for what varies. */
  readonly route: string;
  /** Path in the tree, or name of the function; null: not named. */
  readonly handler: string | null;
  readonly guard: RouteGuard;
  /** The guard as written; null: none seen. */
  readonly guardedBy: string | null;
  /** Command that the handler runs, as written; null: none seen. */
  readonly runs: string | null;
  /** True: what the handler runs or opens contains something the request brings. */
  readonly takesRequest: boolean;
  /** True: another page or script of the tree names the route; null: not looked for. */
  readonly linked: boolean | null;
}

/** A program that lets someone far away manage the device. */
export interface AgentObservation {
  readonly kind: 'agent';
  readonly place: Place;
  /** `tr-069`, `usp`, `netconf`, `snmp`, `omci`, `cloud`, … */
  readonly protocol: string;
  /** Program as named; null: only its configuration is there. */
  readonly program: string | null;
  /** Host or URL it reports to, without credentials; null: none written. */
  readonly server: string | null;
  /** Null: not said. */
  readonly enabled: boolean | null;
}

/** A command of a restricted shell or of a command-line definition. */
export interface CommandObservation {
  readonly kind: 'command';
  readonly place: Place;
  /** Which convention defines it: `klish`, `vtysh`, `busybox-menu`, `script`, … */
  readonly shell: string;
  readonly name: string;
  /** True: marked hidden, or left out of the help that the same file prints. */
  readonly hidden: boolean;
  /** What it runs, as written; null: not visible. */
  readonly runs: string | null;
  /** True: it leads to a shell of the system. */
  readonly opensShell: boolean;
  /** Privilege it asks for, as written; null: none. */
  readonly privilege: string | null;
}

export type UpdateCheck = 'signature' | 'keyed-digest' | 'digest' | 'checksum' | 'none-seen';

/** A script that replaces software of the device. */
export interface UpdateObservation {
  readonly kind: 'update';
  readonly place: Place;
  /** What installs, as written: `mtd write`, `sysupgrade`, `opkg install`, … */
  readonly installs: string;
  /** Where the software comes from: URL without credentials, or a path; null: not visible. */
  readonly origin: string | null;
  /** Strongest check that comes before; a digest fetched from the same origin is no more than a checksum. */
  readonly check: UpdateCheck;
  /** The check as written; null: none seen. */
  readonly checkedBy: string | null;
  /** True: the script goes on when the check fails, or a switch skips it. */
  readonly skippable: boolean;
}

/** Permissions that give more than the owner's. */
export interface FileModeObservation {
  readonly kind: 'file-mode';
  readonly place: Place;
  /** `file`, `directory`, … */
  readonly type: string;
  /** The low 12 bits. */
  readonly mode: number;
  readonly uid: number | null;
  readonly gid: number | null;
  /** File capabilities as text; null: none stored. */
  readonly capabilities: string | null;
}
