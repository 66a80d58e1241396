import type { Place } from '#domain/place';

/** `anchor`: vouches for others; `pin`: the only one accepted; `verification-off`: nothing is checked. */
export type TrustForm = 'anchor' | 'pin' | 'verification-off';

/** Whom a program trusts when it talks. */
export interface TrustObservation {
  readonly kind: 'trust';
  readonly place: Place;
  readonly form: TrustForm;
  /** Store or setting as named: `etc/ssl/certs`, `curl -k`, `SSL_VERIFY_NONE`, … */
  readonly by: string;
  /** Of the certificate; null: none. */
  readonly subject: string | null;
  /** SHA-256 of the subject's public key, hex; null: none. */
  readonly publicFingerprint: string | null;
}

/** `hosts`: a name has a fixed address; `resolver`: who is asked for names; `answer`: names answered by the device itself. */
export type NameOverrideForm = 'hosts' | 'resolver' | 'answer';

/** A name or all names resolved in a way the file fixes. */
export interface NameOverrideObservation {
  readonly kind: 'name-override';
  readonly place: Place;
  readonly form: NameOverrideForm;
  /** Null: all names. */
  readonly name: string | null;
  readonly address: string;
}

/** `shipped`: the program is there; `configured`: with a peer; `started`: start-up or a timer runs it. */
export type TunnelState = 'shipped' | 'configured' | 'started';

/** A way to carry traffic past what the network shows. */
export interface TunnelObservation {
  readonly kind: 'tunnel';
  readonly place: Place;
  /** `openvpn`, `wireguard`, `ipsec`, `ssh-reverse`, `frp`, `gre`, … */
  readonly technology: string;
  /** Other end without credentials; null: none written. */
  readonly peer: string | null;
  readonly state: TunnelState;
  /** Path of the program in the tree; null: not found there. */
  readonly program: string | null;
}

export type PortState = 'open' | 'closed' | 'filtered' | 'open|filtered' | 'unfiltered' | 'closed|filtered';

/** Ports of one host that a scan asked for, all found in one state and not listed one by one. */
export interface PortScanObservation {
  readonly kind: 'port-scan';
  readonly place: Place;
  /** Address or name of the scanned host. */
  readonly host: string;
  readonly transport: 'tcp' | 'udp' | 'sctp' | 'ip';
  readonly state: PortState;
  /** In order, both ends inside. */
  readonly ports: readonly (readonly [from: number, to: number])[];
}

/** A port as a scan from outside saw it. */
export interface OpenPortObservation {
  readonly kind: 'open-port';
  readonly place: Place;
  /** Address or name of the scanned host. */
  readonly host: string;
  readonly transport: 'tcp' | 'udp' | 'sctp' | 'ip';
  readonly port: number;
  readonly state: PortState;
  /** Name the scanner gives the service; null: none. */
  readonly service: string | null;
  /** Product and version as the scanner read them; null: none. */
  readonly product: string | null;
}
