import type { Finding } from '#engine/describe/credentials/finding';
import { isSecret } from '#engine/describe/credentials/values';

/** RFC 3986, 3.2.1: scheme, user name, colon, password, `@`, host. */
const ADDRESS =
  /\b([a-z][a-z0-9+.-]{1,15}):\/\/([^\s/:@"'<>\\`|;,(){}\x80-\xff]{0,64}):([^\s/@"'<>\\`|;,(){}\x80-\xff]{3,128})@([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?=[:/?#\s"'<>\0]|$)/g;

/** Passwords in addresses.
 *  @param text  one character a byte */
export function inAddresses(text: string, base: number): readonly Finding[] {
  if (!text.includes('@')) return [];
  return [...text.matchAll(ADDRESS)].flatMap((match): readonly Finding[] => {
    const [whole, scheme = '', user = '', value = '', host = ''] = match;
    if (!isSecret(value, 'password') || isDrawn(user) || isExample(host)) return [];
    const taker = `${scheme}://…@${host}`;
    const named = /^[\w.+-]{1,64}$/.test(user) ? user : null;
    return [
      {
        secret: 'password',
        form: 'address',
        user: named,
        taker,
        value,
        range: [base + match.index, base + match.index + whole.length],
      },
    ];
  });
}

/** RFC 2606; and hosts that are words of a sentence about addresses. */
function isExample(host: string): boolean {
  return (
    /(?:^|\.)(?:example|invalid|test)(?:\.(?:com|net|org|edu))?$/i.test(host) ||
    /^(?:host|hostname|server|proxy|ip|address|addr|domain|site|myhost|somehost|foo|bar|url|yourproxy|proxyhost|proxyserver)(?:\.(?:com|net|org|domain|tld))?$/i.test(
      host,
    )
  );
}

/** A name that stands for any name. */
function isDrawn(user: string): boolean {
  return /[%$<[]/.test(user) || /^(?:user|username|login|name|usr|foo|me|u)$/i.test(user);
}
