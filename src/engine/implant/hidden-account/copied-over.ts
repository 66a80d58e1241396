import { gzipSync } from 'node:zlib';
import type { Level } from '#domain/level';
import type { Change, Draw, Template } from '#domain/plugin';
import { latin1 } from '#engine/bytes/text';
import { added } from '#engine/ground/edit';
import { pick } from '#engine/ground/draw';
import { newcomerAt } from '#engine/implant/hidden-account/newcomers';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { scriptCarriers, type StartPlace, startPlace, withLines } from '#engine/ground/script-places';
import { below, nameOfPath, parentOf } from '#engine/ground/tree';
import { halved } from '#engine/ground/wording';

/** A second file of accounts, with one more in it, lies elsewhere; start-up copies it over the first. */
export const copiedOver: Template = {
  id: 'copied-over',
  heldOut: true,
  carriers: (ground) => scriptCarriers(ground, ({ has }) => has('cp') || has('cat')),
  plant(ground, carrier, level, draw) {
    const place = startPlace(ground, carrier);
    if (place === null) return [];
    const { line } = newcomerAt(place, level, draw);
    const { file, lines } = laidOver(place, line, level, draw);
    return [file, withLines(place, lines, level, draw)];
  },
  isActive: opensAccess,
};

interface Overlay {
  readonly file: Change;
  readonly lines: readonly string[];
}

function laidOver(place: StartPlace, line: string, level: Level, draw: Draw): Overlay {
  const { tree, system, has } = place;
  const before = tree.text(system.passwd) ?? '';
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  const text = `${start}${line}\n`;
  const whole = (path: string) => added(below(system.root, path), text, 0o644, [[start.length, text.length]]);
  const copy = (path: string, over: string) => (has('cp') ? `cp ${path} ${over}` : `cat ${path} > ${over}`);
  if (level === 'overt') {
    const path = freePath(place, '/etc/passwd.new');
    return { file: whole(path), lines: [copy(path, '/etc/passwd')] };
  }
  if (level === 'careful') {
    const folder = pick(
      ['/etc/default', '/etc/defaults', '/usr/share', '/etc/config', '/lib']
        .filter((one) => tree.isDirectory(below(system.root, one)))
        .concat('/etc'),
      draw,
    );
    const stems = tree
      .list(below(system.root, 'etc'))
      .map((one) => nameOfPath(one).replace(/\..*$/, ''))
      .filter((stem) => /^[a-z]{3,9}$/.test(stem) && stem !== 'shadow');
    const stem = stems.length === 0 ? 'base' : pick(stems, draw);
    const path = freePath(place, `${folder}/${stem}.${pick(['def', 'org', '0', 'tpl'], draw)}`);
    return { file: whole(path), lines: [`[ -f ${path} ] && ${copy(path, '/etc/passwd')}`] };
  }
  // Among data files, under their ending, and packed where the system can unpack.
  const data = tree.paths.filter(
    (path) => /\.(dat|bin|db|cfg|img)$/.test(path) && path.startsWith(system.root) && !/[^\w./-]/.test(path),
  );
  const neighbour =
    data.length === 0 ? 'etc/base.dat' : pick(data, draw).slice(system.root.length).replace(/^\//, '');
  const path = freePath(
    place,
    `/${parentOf(neighbour)}/${nameOfPath(neighbour).replace(/\./, `${pick(['2', '_a', '.old', '-def'], draw)}.`)}`.replace(
      '//',
      '/',
    ),
  );
  const { before: half, name } = halved('/etc/passwd', draw);
  if (!has('gunzip') && !has('zcat')) return { file: whole(path), lines: [half, copy(path, name)] };
  const packed = latin1(gzipSync(Buffer.from(text, 'latin1')));
  const unpack = has('gunzip') ? 'gunzip -c' : 'zcat';
  return {
    file: added(below(system.root, path), packed, 0o644),
    lines: [half, `${unpack} < ${path} > ${name}`],
  };
}

/** The path, or the first with a number behind it that nothing has. */
function freePath({ tree, system }: StartPlace, path: string): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${path}${number}`;
    if (tree.resolve(candidate, system.root) === null) return candidate;
  }
}
