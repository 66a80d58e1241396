import type { SecretKind } from '#domain/observed-access';
import { isHash } from '#engine/describe/credentials/finding';
import { secretNamed } from '#engine/describe/credentials/names';

/** Words that stand where a secret could stand and are none: kinds, states, parts of forms, and what documents put in. */
const VOCABULARY = new Set(
  `password passwd passphrase passwort pass pwd pswd secret secrets token tokens key keys psk community credential
  credentials login logon user username usr account text string str number integer boolean bool hidden input field label
  name type value values data null nil none undefined unset empty blank void true false yes no on off enable enabled
  disable disabled required optional auto default defaults plain plaintext clear cleartext encrypted hash hashed crypt md5
  md5sum sha1 sha256 sha512 des aes base64 hex ascii utf8 file stdin prompt ask env pam shadow local radius tacacs ldap
  ssl tls cert certificate publickey interactive keyboard any all other unknown invalid valid error fail failed ok success
  wrong bad missing incorrect deny denied allow accept reject digest basic bearer form json xml xxx xxxx yyy foo bar foobar baz
  changeme change_me change-me changeit replaceme fixme todo example sample dummy placeholder yourpassword your_password
  mypassword mypass mysecret your-password mykey secretkey thepassword somepassword anypassword redacted masked removed
  open wep wpa wpa2 wpa-psk wpa2-psk psk2 psk3 sae owe eap wpapsk wpa2psk shared cipher ciphertext ccmp tkip reset change
  define defined undef old new confirm verify check set get update edit save show hide test tester`.split(
    /\s+/,
  ),
);

/** Text that a program fills in, a path, a format, a pattern, or a name of something. */
const FILLED =
  /^[$%@&<{[(*#!\\]|[$%]\{|\$\(|\$[A-Z_]{3,}|%[-0-9.]*[a-zA-Z](?:$|[^A-Za-z0-9])|<[^>]*>|\{\{|\}\}|`|@[A-Z_]+@|\\[nrtx]/;

/** True for a value that someone wrote down as a secret.
 *  Errs towards silence: what could be a word of a form, a place to be filled in or a path is none. */
export function isSecret(value: string, kind: SecretKind): boolean {
  if (value.length < 3 || value.length > 256 || !/^[!-~\x80-\xff]+$/.test(value)) return false;
  if (isHash(value)) return !/^(.)\1+$/.test(value) && !OF_NOTHING.has(value.toLowerCase());
  if (isFilledIn(value) || isPlaceholder(value) || isNameOfOne(value)) return false;
  switch (kind) {
    case 'password':
    case 'community':
      return true;
    case 'shared-key':
      return value.length >= 6 && !/^(?:wpa|wep|psk|eap|rsn|sae)/i.test(value);
    case 'token':
      return value.length >= 12 && isMixed(value);
  }
}

/** MD5, SHA-1 and SHA-256 of no bytes: programs hold them against what was given to see that nothing was. */
const OF_NOTHING = new Set([
  'd41d8cd98f00b204e9800998ecf8427e',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
]);

/** A passphrase may hold blanks where quotes or a table end it. */
export function isPassphrase(value: string): boolean {
  const words = value.split(' ');
  return words.length > 1 && words.length < 9 && value.length >= 8 && /\d/.test(value) && !isFilledIn(value);
}

/** The name of something instead of a secret: words joined together of which one says that it is a secret, a path of
 *  objects, a mail address, words in capitals. */
function isNameOfOne(value: string): boolean {
  const words = value.replaceAll(/([a-z])([A-Z])/g, '$1_$2').split(/[_-]/);
  const isJoined = words.length > 1 && words.every((word) => /^[A-Za-z]*$/.test(word));
  return (
    (isJoined && words.some((word) => secretNamed(word) !== null || /^(?:key|pass)$/i.test(word))) ||
    /^_*[A-Z]+(?:_[A-Z]+)+_*$/.test(value) ||
    /^[A-Za-z_]\w*(?:\.\w+){2,}\.?$/.test(value) ||
    /^[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}$/.test(value) ||
    /^anonymous/i.test(value)
  );
}

function isFilledIn(value: string): boolean {
  return (
    FILLED.test(value) ||
    /^\.{0,2}\/|^[A-Za-z]:\\|^[a-z][a-z0-9+.-]*:\/\//i.test(value) ||
    /^[\w-]+(?:\.[\w-]+)+\(|^\w+\[.*\]$|\(\)?$|[;,{]$|^[,.;:=]+$|::|->/.test(value)
  );
}

/** A word of forms and documents, one character again and again, or a name that ends as names of parts do. */
function isPlaceholder(value: string): boolean {
  const lower = value.toLowerCase();
  const bare = lower.replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return (
    VOCABULARY.has(lower) ||
    VOCABULARY.has(bare) ||
    bare === '' ||
    /^(.)\1*$/.test(lower) ||
    /^[x*.?_-]+$/.test(lower) ||
    // a marker between equal signs, as programs show instead of a password
    /^([=*#+~_-]{2,})[^=*#+~_-]+\1$/.test(lower) ||
    /^(?:your|my|some|the|enter|insert|put|type|a|new|old|user|admin|root|login|wifi|wpa)[ _-]?(?:own[ _-])?(?:secret|pass\w*|pwd|key|token|psk|passphrase)(?:[ _-]?here)?$/.test(
      lower,
    ) ||
    /(?:^|[._-])(?:password|passwd|passphrase|secret|token|community)s?(?:$|[._-](?:file|path|field|input|label|hint|box|text|type|hash|len|length|rule|error|confirm|new|old|\d+))/.test(
      lower,
    ) ||
    /^(?:0x)?0+$|^0?1$|^-1$/.test(lower)
  );
}

/** Letters and digits beside one another, as chance makes them and words do not. */
export function isMixed(value: string): boolean {
  return /[A-Za-z]/.test(value) && /\d/.test(value);
}
