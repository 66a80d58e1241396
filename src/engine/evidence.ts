import type { Digest } from '#domain/artefact';
import type { Observation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Evidence, Step } from '#domain/record';
import { bytesOfName } from '#engine/bytes/text';
import type { Examination, Origin } from '#engine/examination';

/** Longest excerpt in a record, in characters. */
const EXCERPT_LIMIT = 200;

/** The way from an input to an artefact, outermost step first. Empty for an input itself. */
export function stepsTo(origins: ReadonlyMap<Digest, Origin>, artefact: Digest): readonly Step[] {
  const steps: Step[] = [];
  let origin = origins.get(artefact);
  while (origin?.kind === 'entry') {
    steps.unshift({ format: origin.format, entry: entryName(origin.path) });
    origin = origins.get(origin.container);
  }
  return steps;
}

/** The same way as text: `fw.bin » squashfs » etc/passwd`. A path the artefact is seen under replaces the first one. */
export function pathTo(
  origins: ReadonlyMap<Digest, Origin>,
  artefact: Digest,
  seenAs: string | null = null,
): string {
  const parts: string[] = [];
  let at: Digest = artefact;
  for (let origin = origins.get(at); origin !== undefined; origin = origins.get(at)) {
    if (origin.kind === 'input') {
      parts.unshift(origin.name);
      break;
    }
    const path = at === artefact && seenAs !== null ? seenAs : origin.path;
    parts.unshift(origin.format, path);
    at = origin.container;
  }
  return parts.join(' » ');
}

/** A name as text, or in base64 where it is not UTF-8. */
function entryName(path: string): Step['entry'] {
  const bytes = bytesOfName(path);
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : { base64: Buffer.from(bytes).toString('base64') };
}

/** Evidence for a place: how to get there from an input, and what stands there with every secret masked. */
export function evidenceOf(examination: Examination, place: Place): Evidence {
  const { origins } = examination;
  const steps = stepsTo(origins, place.artefact);
  const last = steps.at(-1);
  const listedIn = place.path === null ? undefined : treeListing(examination, place);
  const named =
    listedIn !== undefined && place.path !== null
      ? [...steps, { format: listedIn.format, entry: entryName(place.path) }]
      : place.path === null || last === undefined
        ? steps
        : [...steps.slice(0, -1), { ...last, entry: entryName(place.path) }];
  const observation = observationsOf(examination).get(placeKey(place));
  return {
    artefact: place.artefact,
    path:
      listedIn === undefined
        ? pathTo(origins, place.artefact, place.path)
        : `${pathTo(origins, place.artefact)} » ${listedIn.format} » ${place.path ?? ''}`,
    at: named,
    range: place.range,
    excerpt: observation === undefined ? null : excerptOf(observation).slice(0, EXCERPT_LIMIT),
  };
}

/** The tree of a container that lists an entry without content at this place. */
function treeListing({ trees }: Examination, place: Place): Examination['trees'][number] | undefined {
  if (place.range !== null) return undefined;
  return trees.find(
    ({ artefact, entries }) =>
      artefact === place.artefact &&
      entries.some(({ path, content }) => path === place.path && content === null),
  );
}

const byPlace = new WeakMap<Examination, ReadonlyMap<string, Observation>>();

/** The first observation of each place, looked up once for a whole examination. */
function observationsOf(examination: Examination): ReadonlyMap<string, Observation> {
  const known = byPlace.get(examination);
  if (known !== undefined) return known;
  const observations = new Map<string, Observation>();
  for (const { sighting } of examination.seen) {
    const key = placeKey(sighting.observation.place);
    if (!observations.has(key)) observations.set(key, sighting.observation);
  }
  byPlace.set(examination, observations);
  return observations;
}

function placeKey({ artefact, path, range }: Place): string {
  return `${artefact} ${range?.[0] ?? ''}-${range?.[1] ?? ''} ${path ?? '\0'}`;
}

/** What an observation says in one line. Written from its values, never from the bytes: secrets are not among them. */
export function excerptOf(observation: Observation): string {
  switch (observation.kind) {
    case 'account': {
      const { name, uid, shell, password, scheme, passwordFingerprint } = observation;
      const how = scheme === null ? password : `${password} ${scheme}`;
      const mark = passwordFingerprint === null ? '' : ` #${passwordFingerprint}`;
      return `${name}: password ${how}${mark}${uid === null ? '' : `, uid ${uid}`}${shell === null ? '' : `, shell ${shell}`}`;
    }
    case 'key': {
      const { holding, container, algorithm, bits, cipher, publicFingerprint } = observation;
      const size = bits === null ? '' : ` ${bits} bits`;
      const mark = publicFingerprint === null ? '' : ` #${publicFingerprint.slice(0, 16)}`;
      return `${holding} key, ${algorithm}${size}, ${container}${cipher === null ? '' : `, protected by ${cipher}`}${mark}`;
    }
    case 'certificate':
      return `certificate of ${observation.subject} by ${observation.issuer}, ${observation.notBefore}–${observation.notAfter}`;
    case 'start':
      return [observation.program, ...maskedArguments(observation.arguments)].join(' ');
    case 'endpoint':
      return observation.value;
    case 'agent': {
      const { protocol, program, server, enabled } = observation;
      const state = enabled === null ? '' : enabled ? ', enabled' : ', not enabled';
      return `${protocol} agent ${program ?? 'without a program'}${server === null ? '' : ` for ${server}`}${state}`;
    }
    case 'command': {
      const { name, shell, hidden, runs } = observation;
      return `${hidden ? 'hidden ' : ''}command ${name} of ${shell}${runs === null ? '' : `, runs ${runs}`}`;
    }
    case 'credential': {
      const { secret, taker, user, length, shared } = observation;
      const whose = user === null ? '' : ` of ${user}`;
      return `${taker}: ${secret}${whose}, ${masked('x'.repeat(length))}${shared === null ? '' : `, public: ${shared}`}`;
    }
    case 'disguise':
      return `${observation.form}: seems ${observation.seems}, is ${observation.is}`;
    case 'encoded': {
      const { layers, size, holds, says } = observation;
      return `${layers.join(' in ')}: ${size} bytes, ${holds}${says.length === 0 ? '' : `: ${says.join('; ')}`}`;
    }
    case 'facility': {
      const { facility, by, state, destination } = observation;
      return `${facility} by ${by}, ${state}${destination === null ? '' : `, to ${destination}`}`;
    }
    case 'file-mode': {
      const { type, mode, uid, gid, capabilities } = observation;
      const owner = uid === null && gid === null ? '' : `, owner ${uid ?? '?'}:${gid ?? '?'}`;
      return `${type} with mode ${mode.toString(8).padStart(4, '0')}${owner}${capabilities === null ? '' : `, ${capabilities}`}`;
    }
    case 'log-change':
      return `log ${observation.form}: ${observation.of}, by ${observation.by}`;
    case 'module':
      return `module ${observation.name}${observation.path === null ? ', not in the tree' : ` at ${observation.path}`}`;
    case 'name-override':
      return `${observation.form}: ${observation.name ?? 'all names'} by ${observation.address}`;
    case 'open-port': {
      const { host, transport, port, state, service, product } = observation;
      const named = [service, product].filter((each) => each !== null).join(', ');
      return `${host} ${transport}/${port} ${state}${named === '' ? '' : `: ${named}`}`;
    }
    case 'port-scan': {
      const { host, transport, state, ports } = observation;
      const shown = ports.slice(0, 5).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
      const more = ports.length > shown.length ? ` and ${ports.length - shown.length} more ranges` : '';
      return `${host} ${transport}/${shown.join(',')}${more} ${state}`;
    }
    case 'preload':
      return `${observation.by}: ${observation.library} into ${observation.into ?? 'every program'}`;
    case 'published':
      return `equals ${observation.indicator} ${observation.index + 1} of the published case ${observation.case}`;
    case 'setting':
      return observation.written;
    case 'trust':
      return `${observation.form} by ${observation.by}${observation.subject === null ? '' : `: ${observation.subject}`}`;
    case 'tunnel':
      return `${observation.technology} tunnel, ${observation.state}${observation.peer === null ? '' : `, to ${observation.peer}`}`;
    case 'update': {
      const { installs, origin, check, skippable } = observation;
      return `${installs}${origin === null ? '' : ` from ${origin}`}: ${check}${skippable ? ', can be skipped' : ''}`;
    }
    case 'web-route': {
      const { server, route, guard, runs } = observation;
      return `${server} ${route}: guard ${guard}${runs === null ? '' : `, runs ${runs}`}`;
    }
  }
}

/** Options whose value is, or ends in, a secret. */
const SECRET_OPTIONS = /^--?(u|p|user|username|password|passwd|pass|secret|token|key|psk|auth|login|a|w)$/i;

/** Arguments with what looks like a secret replaced by its length: the value of a password option, and what follows
 *  the colon of name:secret. Errs towards masking: a port given with -p keeps its digits, nothing else does. */
export function maskedArguments(given: readonly string[]): readonly string[] {
  return given.map((argument, i) => {
    const option = given[i - 1];
    if (
      option !== undefined &&
      SECRET_OPTIONS.test(option) &&
      !/^(\d{1,5}|\/[\w./-]*|\$\w+)$/.test(argument)
    ) {
      const colon = argument.indexOf(':');
      return colon === -1
        ? masked(argument)
        : `${argument.slice(0, colon)}:${masked(argument.slice(colon + 1))}`;
    }
    const pair = /^(--?[\w-]*(?:pass|secret|token|key|psk)[\w-]*=)(.+)$/i.exec(argument);
    if (pair !== null) return `${pair[1] ?? ''}${masked(pair[2] ?? '')}`;
    const url = /^(\w{2,10}:\/\/[^/@:]*:)([^@/]+)(@.*)$/.exec(argument);
    return url === null ? argument : `${url[1] ?? ''}${masked(url[2] ?? '')}${url[3] ?? ''}`;
  });
}

function masked(secret: string): string {
  return `[${secret.length} characters]`;
}
