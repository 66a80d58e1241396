import type { SecretKind } from '#domain/observed-access';
import type { Finding } from '#engine/describe/credentials/finding';
import { isUserName, secretNamed } from '#engine/describe/credentials/names';
import { isPassphrase, isSecret } from '#engine/describe/credentials/values';

/** One statement of a configuration: name and value as written. */
interface Statement {
  readonly name: string;
  readonly value: string;
  /** Name without the value, as it is shown. */
  readonly taker: string;
  /** Offset in the line, and length. */
  readonly at: number;
  readonly length: number;
  /** True: the value ends by quotes or a tag, so that blanks may stand in it. */
  readonly closed: boolean;
}

/** Lines further than this from a user name have another owner. */
const NEAR = 8;

/** Secrets that lines of a configuration set, in whatever of the common notations.
 *  @param text  one character a byte
 *  @param base  offset of its first character */
export function configured(text: string, base: number): readonly Finding[] {
  const found: Finding[] = [];
  let owner: { readonly user: string; readonly line: number } | null = null;
  let number = 0;
  for (let start = 0; start < text.length; number++) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).replace(/\r$/, '');
    if (/^\s*(?:$|\[|config\b|[<})])/.test(line)) owner = null;
    for (const statement of isComment(line) ? [] : statementsIn(line)) {
      const { name, value, taker, at, length } = statement;
      if (isUserName(name) && /^[\w.@+-]{1,64}$/.test(value)) owner = { user: value, line: number };
      const secret = secretNamed(name);
      if (secret === null || !isSet(statement, secret)) continue;
      const user = owner !== null && number - owner.line <= NEAR ? owner.user : null;
      found.push({
        secret,
        form: 'setting',
        user,
        taker,
        value,
        range: [base + start + at, base + start + at + length],
      });
    }
    found.push(...(isComment(line) ? [] : keywordsIn(line, base + start)));
    start = end + 1;
  }
  return withoutRepeats(found);
}

function isComment(line: string): boolean {
  return /^\s*(?:[#;!*%]|\/\/|--|\/\*|<!--|REM\b)/i.test(line);
}

function isSet({ value, closed, taker }: Statement, secret: SecretKind): boolean {
  // a type or a call of a language that looks like a configuration
  if (!closed && /^(?:[a-z]+(?:-[a-z]+)*|[A-Z]\w*)$/.test(value) && /:\s*$/.test(taker)) return false;
  return isSecret(value, secret) || (closed && isPassphrase(value));
}

/** One thing at one place, though two notations fit. */
function withoutRepeats(found: readonly Finding[]): readonly Finding[] {
  const kept = new Map<string, Finding>();
  for (const finding of found) {
    const key = `${finding.range[1]} ${finding.value}`;
    if (!kept.has(key)) kept.set(key, finding);
  }
  return [...kept.values()];
}

// --- name and value

const NAME = String.raw`[A-Za-z_][\w.@\[\]/-]{0,96}`;

/** `name = value`, `name: value`, `set a.b.name='value'`, `option name value`. */
const ASSIGNED = new RegExp(
  String.raw`^\s*(?:(set|option|list|define|export|local|var|let)\s+)?["']?(${NAME})["']?(\s*(?::=|=>|=|:)\s*|\s+)(?:"([^"\n]{1,300})"|'([^'\n]{1,300})'|([^\s"'#;,]{1,300}))\s*(?:[;,]|$|#|\s#)`,
);
/** `"name": "value"` inside a line. */
const MEMBER = /["']([A-Za-z_][\w.-]{0,96})["']\s{0,8}:\s{0,8}"([^"\n]{1,300})"/g;
const ELEMENT = /<([A-Za-z_][\w.:-]{0,96})(?:\s[^<>]{0,300})?>([^<>\n]{1,300})<\//g;
const ATTRIBUTE = /(?<=\s)([A-Za-z_][\w.:-]{0,96})="([^"<>\n]{1,300})"/g;
/** `<Value Name="PASSWORD" Value="x"/>`. */
const NAMED_VALUE =
  /\b(?:name|key|id|param)="([A-Za-z_][\w.:-]{0,96})"\s{1,8}(?:[\w:]{1,30}="[^"<>\n]{0,60}"\s{1,8}){0,4}?(?:value|val|default)="([^"<>\n]{1,300})"/gi;

function statementsIn(line: string): readonly Statement[] {
  const statements: Statement[] = [];
  const assigned = ASSIGNED.exec(line.length > 2048 ? line.slice(0, 2048) : line);
  if (assigned !== null) statements.push(...assignedIn(assigned, line));
  if (line.includes('":') || line.includes('" :') || line.includes("':"))
    statements.push(...matches(line, MEMBER, '"'));
  if (line.includes('<') || line.includes('="')) {
    statements.push(...matches(line, ELEMENT, '<'));
    const pairs = matches(line, NAMED_VALUE, '=');
    statements.push(...pairs, ...matches(line, ATTRIBUTE, '='));
  }
  return statements;
}

function assignedIn(match: RegExpExecArray, line: string): readonly Statement[] {
  const [whole, word, name = '', between = '', double, single, bare] = match;
  const value = double ?? single ?? bare ?? '';
  const isBlank = between.trim() === '';
  // only a word that sets, or a line of exactly two words, needs no sign between
  if (isBlank && word === undefined && !(/^\s*\S+\s+\S+\s*$/.test(line) && secretNamed(name) !== null))
    return [];
  const short = name.slice(name.lastIndexOf('/') + 1);
  return [
    {
      name: short,
      value,
      taker: `${word === undefined ? '' : `${word} `}${name}${isBlank ? '' : between.trim()}`,
      at: match.index,
      length: whole.trimEnd().length,
      closed: double !== undefined || single !== undefined,
    },
  ];
}

function matches(line: string, form: RegExp, sign: '<' | '=' | '"'): readonly Statement[] {
  return [...line.matchAll(form)].map((found) => {
    const [whole, name = '', value = ''] = found;
    const taker = sign === '<' ? `<${name}>` : sign === '=' ? `${name}=` : `"${name}":`;
    return { name, value, taker, at: found.index, length: whole.length, closed: true };
  });
}

// --- lines whose first words say what follows

interface Keyword {
  readonly form: RegExp;
  readonly secret: SecretKind;
  /** Shown before the value. */
  readonly taker: string;
}

/** Named groups: `user`, `value`. Sources: snmpd.conf(5), wpa_supplicant.conf(5), ipsec.secrets(5), netrc(5), pppd(8). */
const KEYWORDS: readonly Keyword[] = [
  {
    form: /^\s*(?<word>r[ow]community6?)\s+"?(?<value>[^\s"]{3,64})/,
    secret: 'community',
    taker: 'rocommunity or rwcommunity',
  },
  {
    form: /^\s*com2sec6?\s+(?:-Cn\s+\S+\s+)?\S+\s+\S+\s+"?(?<value>[^\s"]{3,64})/,
    secret: 'community',
    taker: 'com2sec',
  },
  {
    form: /^\s*(?:trap2?sink|informsink)\s+\S+\s+"?(?<value>[^\s"]{3,64})/,
    secret: 'community',
    taker: 'trapsink',
  },
  {
    form: /^\s*createUser\s+(?:-e\s+\S+\s+)?(?<user>\S+)\s+(?:MD5|SHA\S*)\s+"?(?<value>[^\s"]{3,128})/,
    secret: 'shared-key',
    taker: 'createUser',
  },
  {
    form: /^[^#]{0,120}:\s*(?:PSK|XAUTH|EAP)\s+"(?<value>[^"]{3,200})"/,
    secret: 'shared-key',
    taker: 'PSK, XAUTH or EAP of ipsec.secrets',
  },
  {
    form: /\bmachine\s+\S+\s+login\s+(?<user>\S+)\s+password\s+(?<value>\S{3,128})/,
    secret: 'password',
    taker: 'machine … login … password',
  },
];

function keywordsIn(line: string, base: number): readonly Finding[] {
  if (line.length > 1024) return [];
  return KEYWORDS.flatMap(({ form, secret, taker }): readonly Finding[] => {
    const found = form.exec(line);
    const value = found?.groups?.['value'] ?? '';
    if (found === null || !(isSecret(value, secret) || isPassphrase(value))) return [];
    const user = found.groups?.['user'] ?? null;
    const shown = found.groups?.['word'] ?? taker;
    return [
      {
        secret,
        form: 'setting',
        user,
        taker: shown,
        value,
        range: [base + found.index, base + found.index + found[0].length],
      },
    ];
  });
}

/** pppd(8): client, server, secret, addresses. */
export function inSecretsTable(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const line of text.matchAll(
    /^[ \t]*(?!#)("[^"\n]{1,64}"|\S{1,64})[ \t]+("[^"\n]{1,64}"|\S{1,64})[ \t]+("[^"\n]{1,128}"|\S{1,128})/gm,
  )) {
    const value = (line[3] ?? '').replaceAll('"', '');
    const user = (line[1] ?? '').replaceAll('"', '');
    if (!isSecret(value, 'password')) continue;
    found.push({
      secret: 'password',
      form: 'setting',
      user: /^[\w.@+-]{1,64}$/.test(user) ? user : null,
      taker: 'secrets of PPP',
      value,
      range: [line.index, line.index + line[0].length],
    });
  }
  return found;
}
