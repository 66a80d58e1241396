import type { Observation } from '#domain/observation';
import type { EntryObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { interpreterOf, isShell } from '#engine/bytes/interpreter';
import { latin1 } from '#engine/bytes/text';
import { inAddresses } from '#engine/describe/credentials/addresses';
import { inCode, inDialogue } from '#engine/describe/credentials/code';
import { configured, inSecretsTable } from '#engine/describe/credentials/configuration';
import { type Finding, toldOf } from '#engine/describe/credentials/finding';
import { inProgram } from '#engine/describe/credentials/program-strings';
import { inShell } from '#engine/describe/credentials/shell';

/** Bytes of a text that are looked at. */
const TEXT_LIMIT = 1024 * 1024;
/** Largest program that is looked at. */
const PROGRAM_LIMIT = 64 * 1024 * 1024;
/** Secrets given of one file. */
const MOST = 200;

/** Secrets written where a program takes them from. */
export const credentials: EntryObserver = {
  kind: 'observer',
  id: 'credentials',
  version: 1,
  doc: {
    name: 'fixed credentials',
    says: 'Gives every password, community, shared key and token that a script, a configuration or a program holds where something takes it from: set, handed to a program, part of an address, compared with what somebody gave, or a string beside the words of a log-in. Of the value only its kind and length are told, of a hash its fingerprint too.',
    sources: [
      'Manuals of curl, wget, mysql, openssl, sshpass, smbclient, ldapsearch, snmpget, mosquitto, mount.cifs, expect and chat',
      'snmpd.conf(5), wpa_supplicant.conf(5), ipsec.secrets(5), netrc(5), pppd(8); RFC 3986, 3.2.1',
      'IEEE Std 1003.1-2017, Shell Command Language',
    ],
    limits: [
      'What holds a secret is told by its name: `password`, `psk`, `community`, `api_key` and their kind in English. A secret under another name is not seen.',
      'Values that could be a word of a form, a place to be filled in, a path or an example are left out, also where somebody really uses such a word. Errs towards silence.',
      'Documentation, translations, tests, pages of style and packed pages are not looked at; comments are not.',
      'In a program, a string beside a prompt counts only when letters, digits and marks take turns in it; which instruction uses it is not followed. Passwords that are computed, from a serial number for example, are not seen.',
      'A text that was compressed alone and lost its name is looked at only when it is a script or mostly consists of settings.',
      'Accounts of account files and commands that set an account’s password are another observer’s.',
      `The first ${MOST} of a file are given, of texts the first MiB is read.`,
    ],
  },
  reads: 'entry',
  wants: ({ type, content, path }) =>
    type === 'file' &&
    content !== null &&
    content.size >= 8 &&
    content.size <= PROGRAM_LIMIT &&
    !isAside(path),
  observe(entry, source, place) {
    const found = findingsIn(entry.path, entry.format, source);
    return found.slice(0, MOST).map((finding): Observation => {
      const { secret, form, user, taker, range } = finding;
      return { kind: 'credential', place: place(range), secret, form, user, taker, ...toldOf(finding) };
    });
  },
};

/** Where secrets are shown, translated or tried out, and files whose names say that they hold nothing of the kind. */
function isAside(path: string): boolean {
  return (
    /(?:^|\/)(?:docs?|documentation|man|info|help|locale|locales|i18n|lang|langs|languages?|translations?|examples?|samples?|demos?|mibs?|tests?|testdata|test-?suite|licenses?|vim\d*|perl[\w.-]*|python[\d.]*|terminfo|zoneinfo|opkg\/info|dpkg\/info)\//i.test(
      path,
    ) ||
    /\.(?:css|svg|png|gif|jpe?g|ico|bmp|woff2?|ttf|mo|po|pot|lmo|lng|md|rst|texi|h|hpp|c|cc|cpp|o|a|ko|gz|xz|bz2|zip|pem|crt|der|pub|dtd|xsd|mib|my|list|md5sums|control|tmpl|templates|dict|wordlist|aff)$/i.test(
      path,
    ) ||
    /(?:^|\/)(?:readme|news|change-?log|copying|license|services|protocols|magic|moduli)[^/]*$/i.test(path)
  );
}

function findingsIn(path: string, format: string | null, source: Source): readonly Finding[] {
  const head = source.bytes(0, Math.min(source.size, 4096));
  if (format === 'elf' || latin1(head.subarray(0, 4)) === '\x7fELF') return inProgram(source);
  if (head.includes(0)) return [];
  const bytes = source.bytes(0, Math.min(source.size, TEXT_LIMIT));
  const text = latin1(bytes);
  if (
    !/pass|pwd|pswd|passwd|secret|psk|wep|community|com2sec|token|key|:\/\/|trap|createUser|word:|machine/i.test(
      text,
    )
  )
    return [];
  return inText(path, bytes, text).toSorted((a, b) => a.range[0] - b.range[0]);
}

function inText(path: string, bytes: Uint8Array, text: string): readonly Finding[] {
  const addresses = inAddresses(text, 0);
  if (isPage(path)) return [...addresses, ...inCode(text, true)];
  const words = interpreterOf(bytes);
  const isDialogue = words?.some((word) => word.endsWith('expect')) === true || /\.exp$|chat/.test(path);
  if (isDialogue) return [...addresses, ...inDialogue(text), ...(isShell(bytes) ? inShell(bytes, path) : [])];
  if (isCode(path, words)) return [...addresses, ...inCode(text, false)];
  if (words !== null ? isShell(bytes) : isScript(path))
    return [...addresses, ...inDialogue(text), ...inShell(bytes, path)];
  if (/(?:^|\/)(?:chap|pap|srp)-secrets$/.test(path)) return [...addresses, ...inSecretsTable(text)];
  // what was compressed alone has lost its name: pages of the manual and change logs show settings, too
  if (isUnnamed(path) && !isSettings(text)) return [];
  return [...addresses, ...configured(text, 0)];
}

function isUnnamed(path: string): boolean {
  return /(?:^|\/)content$/.test(path);
}

/** Lines of which a configuration mostly consists: markup, names with values, openings and closings of sections. */
const SETTING =
  /^\s*(?:<[^<>]*>.*|["']?[\w.@/[\]-]+["']?\s*[=:]\s*\S.*|(?:option|list|set|config)\s+\S.*|[\w-]+\s+\S+|\[[^\]]*\]|[{}[\]()],?)\s*$/;

/** True when four of five lines are settings; looks at the first 500 that are no comments. */
function isSettings(text: string): boolean {
  const lines = text
    .slice(0, 65_536)
    .split('\n')
    .filter((line) => !/^\s*(?:$|[#;]|\/\/)/.test(line))
    .slice(0, 500);
  return lines.filter((line) => SETTING.test(line)).length >= lines.length * 0.8;
}

/** Pages and what runs in a browser. */
function isPage(path: string): boolean {
  return /\.(?:html?|xhtml|js|mjs|jsx|ts|vue|asp|aspx|jsp|shtml|stm|tpl)$/i.test(path);
}

function isCode(path: string, words: readonly string[] | null): boolean {
  if (words?.some((word) => /(?:lua|php|perl|python|node|ruby|tclsh|wish|awk)[\d.]*$/.test(word)) === true)
    return true;
  return /\.(?:lua|lp|php\d?|phtml|inc|pl|pm|py|rb|tcl|awk|cgi|map)$/i.test(path) && words === null;
}

/** Text that a shell reads though its first line does not say so. */
function isScript(path: string): boolean {
  return /\.(?:sh|ash|bash)$|(?:^|\/)(?:init\.d|rc\.d|rc\d?\.d|hotplug\.d|uci-defaults|s?bin|cgi-bin)\/[^/.]+$|(?:^|\/)(?:rcS|rc\.\w+|profile)$/.test(
    path,
  );
}
