import type { FacilityKind, FacilityState } from '#domain/observed-interception';
import type { PasswordScheme, PasswordState } from '#domain/observation';
import type { ByteRange } from '#domain/range';
import type { SettingSubject } from '#domain/settings';
import type { Statement } from '#engine/describe/configuration/statements';

/** What one statement of a configuration says, before it has a place. */
export type Said = SaidSetting | SaidFacility | SaidAccount;

export interface SaidSetting {
  readonly kind: 'setting';
  readonly range: ByteRange;
  readonly subject: SettingSubject;
  readonly written: string;
  readonly value: string | null;
  readonly on: boolean | null;
}

export interface SaidFacility {
  readonly kind: 'facility';
  readonly range: ByteRange;
  readonly facility: FacilityKind;
  readonly by: string;
  readonly state: FacilityState;
  readonly destination: string | null;
}

export interface SaidAccount {
  readonly kind: 'account';
  readonly range: ByteRange;
  readonly name: string;
  readonly password: PasswordState;
  readonly scheme: PasswordScheme | null;
  /** The stored field as it stands; it never leaves the observer. Null: nothing is stored. */
  readonly stored: string | null;
}

/** Reads one dialect. */
export interface Dialect {
  readonly name: string;
  /** True: the file is one of this dialect.
   *  @param head  its first 64 KiB */
  is(path: string, head: string): boolean;
  read(text: string, path: string): readonly Said[];
}

/** One way to say something. */
export interface Rule {
  /** Against the statement, without what negates it. */
  readonly match: RegExp;
  /** Against one of the statements above; absent: anywhere. */
  readonly under?: RegExp;
  readonly subject?: SettingSubject;
  readonly facility?: FacilityKind;
  /** Group with the value or destination; a fixed text; absent: no value. */
  readonly value?: number | string;
  /** What it means when it stands: true by default. Null: neither on nor off. */
  readonly on?: boolean | null;
}

/** Applies the rules to every statement; a statement may say several things.
 *  @param negation  what stands before a statement that takes it back; null: the dialect has none */
export function applied(
  statements: readonly Statement[],
  rules: readonly Rule[],
  negation: RegExp | null,
): readonly (SaidSetting | SaidFacility)[] {
  return statements.flatMap((statement) => {
    const bare = negation === null ? statement.text : statement.text.replace(negation, '');
    const isNegated = bare !== statement.text;
    return rules.flatMap((rule) => saidBy(rule, statement, bare, isNegated));
  });
}

function saidBy(
  rule: Rule,
  statement: Statement,
  bare: string,
  isNegated: boolean,
): readonly (SaidSetting | SaidFacility)[] {
  const { match, under, subject, facility } = rule;
  if (under !== undefined && !statement.under.some((above) => under.test(above))) return [];
  const found = match.exec(bare);
  if (found === null) return [];
  const given = typeof rule.value === 'number' ? (found[rule.value] ?? null) : (rule.value ?? null);
  const value = given === null || given === '' ? null : given.slice(0, VALUE_LIMIT);
  const meant = rule.on === undefined ? true : rule.on;
  const on = meant === null ? null : meant !== isNegated;
  const { range } = statement;
  if (facility !== undefined) {
    const by = withoutSecrets(found[0]).slice(0, VALUE_LIMIT);
    return [
      { kind: 'facility', range, facility, by, state: on === false ? 'off' : 'on', destination: value },
    ];
  }
  if (subject === undefined) return [];
  const written = withoutSecrets(statement.text).slice(0, WRITTEN_LIMIT);
  return [{ kind: 'setting', range, subject, written, value, on }];
}

const VALUE_LIMIT = 120;
const WRITTEN_LIMIT = 200;

/** Words whose next word is a secret, with what may stand between; and statements whose place of a secret is fixed. */
const SECRETS: readonly RegExp[] = [
  /((?:^|[\s"'<])(?:[\w-]{0,40}password(?:-value)?|passwd|passphrase|secret|community|key|key-string|auth-key|authentication-key|cipher|irreversible-cipher|simple|md5|sha|psk|pre-shared-key|[\w-]{0,40}secret|snmp-community|r[ow]community6?|trapcommunity|notify-community|securityname)[ \t=:"']+(?:(?:read|write|cipher|simple|irreversible-cipher|hash2?|ascii-text|hexadecimal|[05-9])[ \t]+)*)("[^"]*"|'[^']*'|[^\s"';>]+)/gi,
  // com2sec NAME SOURCE COMMUNITY; trapsink HOST COMMUNITY (snmpd.conf(5)); snmp-server host ADDRESS … COMMUNITY (IOS)
  /(^com2sec6?\s+(?:-Cn\s+\S+\s+)?\S+\s+\S+\s+)(\S+)/gi,
  /(^(?:trap2?|inform)sink\s+\S+\s+)(\S+)/gi,
  /(^snmp-server host \S+ (?:vrf \S+ )?(?:(?:traps|informs) )?(?:version (?:1|2c|3 (?:noauth|auth|priv)) )?)((?!version|traps|informs|vrf)\S+)/gi,
];

/** The statement with every value that can be a secret replaced by its length. Errs towards hiding. */
export function withoutSecrets(text: string): string {
  const masked = (_: string, before: string, secret: string) =>
    `${before}<${secret.replaceAll(/["']/g, '').length} characters>`;
  return SECRETS.reduce((left, pattern) => left.replaceAll(pattern, masked), text);
}

const REVERSIBLE: ReadonlySet<string> = new Set(['plain', 'vendor-cipher', 'vendor-encoding']);

/** An account of a configuration. `''`: it needs no password. */
export function accountOf(
  name: string,
  stored: string | null,
  scheme: PasswordScheme | null,
  range: Statement['range'],
): SaidAccount {
  const password =
    stored === null
      ? 'unset'
      : stored === ''
        ? 'empty'
        : REVERSIBLE.has(scheme ?? '')
          ? 'reversible'
          : 'usable';
  return {
    kind: 'account',
    range,
    name: name.replaceAll(/^["']|["']$/g, '').slice(0, 100),
    password,
    scheme: stored === null || stored === '' ? null : scheme,
    stored: stored === null || stored === '' ? null : stored,
  };
}
