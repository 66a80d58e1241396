import type { ByteRange } from '#domain/range';
import type { Installed } from '#engine/describe/updates/script';

/** What the configuration of a manager of packages says of signatures: opkg.conf, apt.conf(5), sources.list(5), yum.conf(5).
 *  @param text  one character a byte */
export function managedBy(path: string, text: string): readonly Installed[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'opkg.conf' || name === 'ipkg.conf') return opkg(text);
  if (/(?:^|\/)apt\/(?:apt\.conf|apt\.conf\.d\/[^/]+|sources\.list|sources\.list\.d\/[^/]+)$/.test(path))
    return apt(text);
  if (/(?:^|\/)(?:yum|dnf)\.conf$|(?:^|\/)yum\.repos\.d\/[^/]+\.repo$/.test(path)) return yum(text);
  return [];
}

/** opkg asks for signatures when the option stands there, whatever its value but 0. */
function opkg(text: string): readonly Installed[] {
  const feed = /^[ \t]*src(?:\/gz)?[ \t]+\S+[ \t]+(\S+)/m.exec(text);
  const option = /^[ \t]*option[ \t]+check_signature(?:[ \t]+["']?(\w+))?[^\n]*/m.exec(text);
  const root = /^[ \t]*dest[ \t]+\S+[ \t]+\S+/m.exec(text);
  const place = option ?? feed ?? root;
  if (place === null) return [];
  const isOn = option !== null && !/^(?:0|no|off|false)$/.test(option[1] ?? '1');
  return [
    {
      installs: 'opkg install',
      origin: feed?.[1] ?? null,
      check: isOn ? 'signature' : 'none-seen',
      checkedBy: option === null ? null : 'option check_signature',
      skippable: option !== null && !isOn,
      range: rangeOf(place),
    },
  ];
}

/** apt asks for signatures unless it is told not to. */
function apt(text: string): readonly Installed[] {
  const forms = [
    /^(?!\s*(?:\/\/|#))[^\n]*(?:AllowUnauthenticated|AllowInsecureRepositories)["\s]+"?(?:true|1|yes)[^\n]*/im,
    /^\s*deb(?:-src)?\s+\[[^\]\n]*(?:trusted=yes|allow-insecure=yes)[^\]\n]*\]\s*(\S+)/im,
  ];
  return forms.flatMap((form): readonly Installed[] => {
    const found = form.exec(text);
    if (found === null) return [];
    return [
      {
        installs: 'apt-get install',
        origin: found[1] ?? null,
        check: 'none-seen',
        checkedBy: null,
        skippable: true,
        range: rangeOf(found),
      },
    ];
  });
}

function yum(text: string): readonly Installed[] {
  const found = /^\s*gpgcheck\s*=\s*(?:0|no|false)\b/im.exec(text);
  const origin = /^\s*baseurl\s*=\s*(\S+)/im.exec(text)?.[1] ?? null;
  if (found === null) return [];
  return [
    {
      installs: 'yum install',
      origin,
      check: 'none-seen',
      checkedBy: 'gpgcheck',
      skippable: true,
      range: rangeOf(found),
    },
  ];
}

function rangeOf(match: RegExpExecArray): ByteRange {
  return [match.index, match.index + match[0].length];
}
