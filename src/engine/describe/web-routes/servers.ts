/** What the configuration of a web server says of who is asked. */
export interface ServerGuard {
  /** Path from the root of the server that the guard covers; `/`: everything. */
  readonly prefix: string;
  /** As written. */
  readonly by: string;
}

/** Guards that the configuration of a server sets up: BusyBox httpd, Boa, lighttpd, nginx, uhttpd, Apache.
 *  @param text  one character a byte */
export function guardsOf(name: string, text: string): readonly ServerGuard[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const all = (form: RegExp, by: string): readonly ServerGuard[] =>
    lines.flatMap((line) => {
      const prefix = form.exec(line)?.[1];
      return prefix === undefined ? [] : [{ prefix, by }];
    });
  if (name === 'nginx.conf' || /nginx/.test(name)) {
    const found = /\b(auth_basic\s+(?!off)|auth_request\b|access_by_lua\w*|auth_jwt\b)/.exec(
      lines.join('\n'),
    );
    return found === null ? [] : [{ prefix: '/', by: (found[1] ?? '').trim() }];
  }
  return [
    ...all(/^(\/[^:\s]{0,200}):[^:\s]{1,63}:\S+/, 'path:user:password of httpd.conf'),
    ...all(/^\s*(?:Auth|Digest)\s+(\/\S{0,200})\s/, 'Auth or Digest of Boa'),
    ...all(/^\s*auth\.require\b[^"]*"([^"]{1,200})"/, 'auth.require of lighttpd'),
    ...all(/^\s*list\s+httpauth\s+["']?(\/[^:\s"']{0,200})/, 'httpauth of uhttpd'),
    ...(lines.some((line) => /^\s*(?:Require\s+(?:valid-user|user|group)|AuthType\s)/i.test(line))
      ? [{ prefix: '/', by: 'Require or AuthType' }]
      : []),
  ];
}

/** True for the configuration of a web server. */
export function isServerFile(path: string): boolean {
  return (
    /(?:^|\/)(?:httpd|boa|lighttpd|nginx|mini_httpd|thttpd|apache2?|uhttpd)[\w.-]*\.conf$/.test(path) ||
    /(?:^|\/)(?:etc\/config\/uhttpd|nginx\/[^/]+\.conf|nginx\/(?:sites|conf)[^/]*\/[^/]+|lighttpd\/[^/]+\.conf|lighttpd\/conf[^/]*\/[^/]+)$/.test(
      path,
    )
  );
}
