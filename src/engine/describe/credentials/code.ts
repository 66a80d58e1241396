import type { Finding } from '#engine/describe/credentials/finding';
import { isUserName, secretNamed } from '#engine/describe/credentials/names';
import { isMixed, isSecret } from '#engine/describe/credentials/values';

/** A variable with its members, or a quoted key. */
const NAME = String.raw`(?:[$@%]?[A-Za-z_]\w{0,64}|\[?["'][A-Za-z_][\w.-]{0,64}["']\]?)(?:(?:\.|->|::|:)[A-Za-z_]\w{0,64}|\[["']?\w{1,64}["']?\]){0,8}`;
const LITERAL = String.raw`(?:"([^"\n\\]{1,200})"|'([^'\n\\]{1,200})')`;

/** `password = "literal"`, also as an argument or a member of a table. */
const ASSIGNED = new RegExp(String.raw`(?<![\w.$])(${NAME})\s{0,8}(?::=|=>|=(?!=))\s{0,8}${LITERAL}`, 'g');
/** `password == "literal"` and the like, either way round. */
const COMPARED = new RegExp(
  String.raw`(?<![\w.$])(${NAME})\s{0,8}(?:===?|!==?|~=|\beq\b|\bne\b)\s{0,8}${LITERAL}`,
  'g',
);
const COMPARED_FIRST = new RegExp(
  String.raw`${LITERAL}\s{0,8}(?:===?|!==?|~=|\beq\b|\bne\b)\s{0,8}(${NAME})(?![\w(])`,
  'g',
);
/** `strcmp(password, "literal")`, `password.equals("literal")`. */
const CALLED = new RegExp(
  String.raw`\b(?:strn?(?:case)?cmp|hash_equals|compare_digest|memcmp)\s{0,4}\(\s{0,4}(${NAME})\s{0,4},\s{0,4}${LITERAL}`,
  'g',
);
/** `md5(password) == "digest"`. */
const HASHED = new RegExp(
  String.raw`\b(?:md5|sha1|sha256|sha512|crypt|hexdigest|sumhexa)\w{0,12}\s{0,4}\(\s{0,4}(${NAME})\s{0,4}(?:,[^()\n]{0,60})?\)(?:\.hexdigest\(\))?\s{0,8}(?:===?|!==?|~=)\s{0,8}${LITERAL}`,
  'g',
);

/** Secrets in the text of Lua, PHP, Perl, Python, JavaScript and their kind.
 *  @param text     one character a byte
 *  @param isPage   true: it also holds text for people, where a word after a name is rather a label */
export function inCode(text: string, isPage: boolean): readonly Finding[] {
  const found: Finding[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    // what is longer was made by a program that packs pages
    if (end - start <= 1024) found.push(...inLine(text.slice(start, end), start, isPage));
    start = end + 1;
  }
  return found;
}

function inLine(line: string, base: number, isPage: boolean): readonly Finding[] {
  if (/^\s*(?:#|--|\/\/|\*|\/\*)/.test(line) || !/["']/.test(line)) return [];
  const found = new Map<string, Finding>();
  const give = (form: Finding['form'], name: string, value: string, at: number, length: number): void => {
    const secret = secretNamed(lastOf(name));
    // a variable inside, or what stands between two texts that are joined
    if (secret === null || !isSecret(value, secret) || /\$\w|^\s?[.+]|[.+]\s?$/.test(value)) return;
    const key = `${at} ${value}`;
    if (found.has(key)) return;
    const taker = form === 'comparison' ? name.slice(0, 80) : `${name.slice(0, 80)} =`;
    found.set(key, {
      secret,
      form,
      user: userIn(line),
      taker,
      value,
      range: [base + at, base + at + length],
    });
  };
  for (const match of line.matchAll(HASHED))
    give('comparison', match[1] ?? '', match[2] ?? match[3] ?? '', match.index, match[0].length);
  for (const match of line.matchAll(COMPARED))
    give('comparison', match[1] ?? '', match[2] ?? match[3] ?? '', match.index, match[0].length);
  for (const match of line.matchAll(COMPARED_FIRST))
    give('comparison', match[3] ?? '', match[1] ?? match[2] ?? '', match.index, match[0].length);
  for (const match of line.matchAll(CALLED))
    give('comparison', match[1] ?? '', match[2] ?? match[3] ?? '', match.index, match[0].length);
  for (const match of line.matchAll(ASSIGNED)) {
    const value = match[2] ?? match[3] ?? '';
    if (isPage && !isMixed(value)) continue;
    give('setting', match[1] ?? '', value, match.index, match[0].length);
  }
  return [...found.values()];
}

/** `form["password"]`, `$_POST['password']`, `self.password`, `form.password.value` end in the word that counts. */
function lastOf(name: string): string {
  const words = name.split(/[^\w-]+/).filter((word) => word !== '');
  return words.findLast((word) => !/^(?:value|val|text|string)$/i.test(word)) ?? '';
}

/** A user name compared or set on the same line. */
function userIn(line: string): string | null {
  for (const form of [COMPARED, ASSIGNED]) {
    for (const match of line.matchAll(form)) {
      const value = match[2] ?? match[3] ?? '';
      if (isUserName(lastOf(match[1] ?? '')) && /^[\w.@+-]{1,64}$/.test(value)) return value;
    }
  }
  return null;
}

/** expect(1): what is sent after a prompt for a password. chat(8): the word behind `word:`. */
export function inDialogue(text: string): readonly Finding[] {
  const found: Finding[] = [];
  const asks =
    /\bexpect\b[^\n]{0,200}(?:ass(?:word|wd|phrase)?|secret)[^\n]{0,60}\n(?:[^\n]{0,200}\n){0,3}?[^\n]{0,40}\bsend\s+(?:--\s+)?(?:"([^"\n]{3,128})"|\{([^}\n]{3,128})\})/gi;
  const chats =
    /\b(?:ogin|sername|name):?["']?\s+["']?([\w.-]{1,64})["']?\s+["']?[Pp]?(?:ass)?word:?["']?\s+["']?([^\s"']{3,64})/g;
  for (const match of text.matchAll(asks)) {
    const value = (match[1] ?? match[2] ?? '').replace(/(?:\\[rn])+$/, '');
    if (isSecret(value, 'password'))
      found.push({
        secret: 'password',
        form: 'argument',
        user: null,
        taker: 'send of expect',
        value,
        range: [match.index, match.index + match[0].length],
      });
  }
  for (const match of text.matchAll(chats)) {
    const value = (match[2] ?? '').replace(/(?:\\[rn])+$/, '');
    if (isSecret(value, 'password'))
      found.push({
        secret: 'password',
        form: 'argument',
        user: match[1] ?? null,
        taker: 'chat script',
        value,
        range: [match.index, match.index + match[0].length],
      });
  }
  return found;
}
