import type { Place } from '#domain/place';
import type { SettingSubject } from '#domain/settings';

/** What a facility can do to traffic that is not its own. */
export type FacilityKind =
  | 'capture'
  | 'mirror'
  | 'remote-mirror'
  | 'traffic-export'
  | 'flow-export'
  | 'lawful-intercept'
  | 'tls-interception'
  | 'content-log';

/** `on`: runs or is configured; `available`: there, with nothing that switches it on; `off`: there and switched off. */
export type FacilityState = 'on' | 'off' | 'available';

/** A function that can intercept, mirror, capture or export. */
export interface FacilityObservation {
  readonly kind: 'facility';
  readonly place: Place;
  readonly facility: FacilityKind;
  /** Program, module, or setting that does it, as named. */
  readonly by: string;
  readonly state: FacilityState;
  /** Where the traffic goes, as written: address, interface, or file; null: not written. */
  readonly destination: string | null;
  /** Who can switch it on: `start-up`, `configuration`, `web page …`, `command …`; null: not seen. */
  readonly switchedBy: string | null;
}

/** One statement of a configuration, in the words of all vendors. */
export interface SettingObservation {
  readonly kind: 'setting';
  readonly place: Place;
  /** `vrp`, `ios`, `junos`, `sros`, `uci`, `sshd`, `snmpd`, `nginx`, `sysctl`, … */
  readonly dialect: string;
  /** Vendor-neutral: `management.telnet`, `snmp.version`, `log.export`, … */
  readonly subject: SettingSubject;
  /** As the vendor writes it, without secrets. */
  readonly written: string;
  /** Value without secrets; null: the statement has none. */
  readonly value: string | null;
  /** True: switched on; false: switched off; null: a value, neither on nor off. */
  readonly on: boolean | null;
}
