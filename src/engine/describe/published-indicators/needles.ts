import type { Indicator, KnownCase } from '#domain/knowledge';

/** Bytes to look for, and what may not stand around them. */
export interface Needle {
  /** Id of the known case. */
  readonly case: string;
  /** Kind of the indicator. */
  readonly indicator: string;
  /** Position of the indicator in the case. */
  readonly index: number;
  readonly bytes: Uint8Array;
  /** Against the text before: true makes it something else. */
  readonly notBefore: RegExp;
  /** Against the text behind. */
  readonly notAfter: RegExp;
  /** What must stand near: the user of a credential; null: nothing. */
  readonly beside: string | null;
}

/** Shorter ones stand everywhere by chance. */
const LEAST = 4;

const NEVER = /(?!)/;

/** Everything of a case that can stand in a file. */
export function needlesOf({ id, indicators }: KnownCase): readonly Needle[] {
  return indicators.flatMap((indicator, index) =>
    formsOf(indicator)
      .filter(({ bytes }) => bytes.length >= LEAST)
      .map((form) => ({ case: id, indicator: indicator.kind, index, ...form })),
  );
}

type Form = Omit<Needle, 'case' | 'indicator' | 'index'>;

function formsOf({ kind, value, alone }: Indicator): readonly Form[] {
  switch (kind) {
    case 'string':
    case 'header':
    case 'log':
    case 'process-name':
    case 'url-parameter':
      return [asWord(value)];
    case 'string-prefix':
      return [{ ...asWord(value), notAfter: NEVER }, ...binaryForm(value)];
    case 'path':
    case 'url-path':
      return value.startsWith('/') ? [{ ...asWord(value), notAfter: /^[A-Za-z0-9_.-]/ }] : [asWord(value)];
    case 'domain':
      // a subdomain belongs to it, a longer name does not
      return [
        { ...asWord(value), notBefore: /[A-Za-z0-9_-]$/, notAfter: /^(?:[A-Za-z0-9_-]|\.[A-Za-z0-9])/ },
      ];
    case 'ip':
      return [{ ...asWord(value), notBefore: /[0-9.]$/, notAfter: /^(?:[0-9]|\.[0-9])/ }];
    case 'account':
      // an ordinary name stands everywhere
      return alone ? [asWord(value)] : [];
    case 'credential':
      return [credentialForm(value)];
    case 'bytes':
      return [
        ...binaryForm(value),
        { ...asWord(value), notBefore: /[A-Fa-f0-9]$/, notAfter: /^[A-Fa-f0-9]/ },
        { ...asWord(value.toLowerCase()), notBefore: /[A-Fa-f0-9]$/, notAfter: /^[A-Fa-f0-9]/ },
      ];
    default:
      // files are names, not bytes; ports and keys are observed for themselves; the rest is for people
      return [];
  }
}

/** As written, where letters and digits do not go on at its ends. */
function asWord(value: string): Form {
  return {
    bytes: Buffer.from(value),
    notBefore: /^\w/.test(value) ? /\w$/ : NEVER,
    notAfter: /\w$/.test(value) ? /^\w/ : NEVER,
    beside: null,
  };
}

/** The bytes that hexadecimal digits stand for; none for other text. */
function binaryForm(value: string): readonly Form[] {
  return /^(?:[A-Fa-f0-9]{2})+$/.test(value) ? [{ ...asWord(''), bytes: Buffer.from(value, 'hex') }] : [];
}

/** `user/password`, or a password alone. */
function credentialForm(value: string): Form {
  const slash = value.indexOf('/');
  if (slash === -1) return asWord(value);
  return { ...asWord(value.slice(slash + 1)), beside: value.slice(0, slash) };
}
