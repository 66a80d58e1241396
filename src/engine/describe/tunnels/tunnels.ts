import type { TunnelObservation } from '#domain/observed-communication';
import type { Place } from '#domain/place';
import type { TreeObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';
import { latin1, plainPath } from '#engine/bytes/text';
import { type Configured, configuredIn } from '#engine/describe/tunnels/configured';
import { technologyOf } from '#engine/describe/tunnels/technologies';

/** Scripts and configurations are far smaller. */
const TEXT_LIMIT = 512 * 1024;
const READ_BUDGET = 64 * 1024 * 1024;
const OBSERVATIONS = 5000;

/** Ways to carry traffic past what the network shows. */
export const tunnels: TreeObserver = {
  kind: 'observer',
  id: 'tunnels',
  version: 1,
  doc: {
    name: 'Tunnels and relays',
    says: 'Gives programs for tunnels and relays that a tree holds, configurations of tunnels with their other end, and commands that set one up: OpenVPN, WireGuard, IPsec, L2TP, PPTP, GRE, IPIP, VXLAN, SSH with forwarding, stunnel, socat, netcat, frp, ngrok and others.',
    sources: [
      'openvpn(8), wg(8), wg-quick(8), ipsec.conf(5), swanctl.conf(5), stunnel(8), socat(1), ssh(1), dbclient(1), autossh(1)',
      'ip-tunnel(8), ip-link(8); frp, ngrok, chisel and nps manuals; OpenWrt user guide, network configuration',
    ],
    limits: [
      'Programs are known by name: a renamed one is not seen, nor a link without the program, nor what a compiled program sets up by itself.',
      'Other ends in variables and keys are not given; credentials never are.',
      `Texts of at most ${TEXT_LIMIT / 1024} KiB, ${READ_BUDGET / 1024 / 1024} MiB of a tree.`,
      'Whether anything runs a command is another observer’s: the state started is not given here.',
    ],
  },
  reads: 'tree',
  wants: (entry) => isProgram(entry) || isText(entry),
  observe(entries, open, place) {
    const programs = programsIn(entries);
    const shipped = [...programs.values()].map(
      ({ entry, technology }): TunnelObservation => ({
        kind: 'tunnel',
        place: place(entry, null),
        technology,
        peer: null,
        state: 'shipped',
        program: plainPath(entry.path),
      }),
    );
    const configured = configurations(entries, open, place, programs);
    return [...shipped, ...configured].slice(0, OBSERVATIONS);
  },
};

type Open = (entry: TreeEntry) => Source | null;
type PlaceOf = (entry: TreeEntry, range: ByteRange | null) => Place;

interface Program {
  readonly entry: TreeEntry;
  readonly technology: string;
}

/** A file in a folder of programs that is named as one for tunnels. */
function isProgram({ path, type, content }: TreeEntry): boolean {
  return (
    type === 'file' &&
    content !== null &&
    /(?:^|\/)(?:s?bin|libexec|ipsec|app|apps|opt|tmp|var)\/(?:[^/]+\/)?[^/]+$/.test(path) &&
    technologyOf(path) !== null &&
    !/\.(?:sh|conf|d)$/.test(path)
  );
}

function isText({ path, type, content, format }: TreeEntry): boolean {
  if (type !== 'file' || content === null || content.size === 0 || content.size > TEXT_LIMIT) return false;
  if (format !== null && format !== 'text') return false;
  if (/(?:^|\/)(?:doc|man|info|locale|perl5?|python[\d.]*|licenses?)\//.test(path)) return false;
  return /(?:^|\/)(?:etc|s?bin|configs?|init\.d|crontabs|opt|root|home|tmp|var)\/|\.(?:sh|conf|cfg|ovpn|ini|toml|ya?ml|json)$/.test(
    path,
  );
}

/** The first program of each technology, by technology. */
function programsIn(entries: readonly TreeEntry[]): ReadonlyMap<string, Program> {
  const programs = new Map<string, Program>();
  for (const entry of entries) {
    const technology = isProgram(entry) ? technologyOf(entry.path) : null;
    if (technology !== null && !programs.has(technology)) programs.set(technology, { entry, technology });
  }
  return programs;
}

function configurations(
  entries: readonly TreeEntry[],
  open: Open,
  place: PlaceOf,
  programs: ReadonlyMap<string, Program>,
): readonly TunnelObservation[] {
  const found: TunnelObservation[] = [];
  let left = READ_BUDGET;
  for (const entry of entries) {
    const size = entry.content?.size ?? 0;
    if (!isText(entry) || size > left || found.length >= OBSERVATIONS) continue;
    left -= size;
    const bytes = open(entry)?.bytes(0, size);
    if (bytes === undefined || bytes.subarray(0, 1024).includes(0)) continue;
    found.push(
      ...configuredIn(latin1(bytes), plainPath(entry.path)).map(
        ({ technology, peer, range }: Configured): TunnelObservation => {
          const program = programs.get(technology)?.entry.path;
          return {
            kind: 'tunnel',
            place: place(entry, range),
            technology,
            peer,
            state: 'configured',
            program: program === undefined ? null : plainPath(program),
          };
        },
      ),
    );
  }
  return found;
}
