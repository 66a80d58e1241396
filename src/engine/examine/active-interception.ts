import { type FoundFacility, facilitiesIn, isDocumented } from '#domain/facilities';
import type { Facts, Statement } from '#domain/indication';
import type { FacilityKind } from '#domain/observed-interception';
import type { Examiner } from '#domain/plugin';

/** Facilities that take traffic aside and are on. */
export const activeInterception: Examiner = {
  kind: 'examiner',
  id: 'active-interception',
  version: 1,
  doc: {
    name: 'active interception',
    says: 'Speaks for every facility that captures, mirrors, exports or opens up traffic and is on: configured, or run by start-up without a condition. Documented ones too, and then it says so. Strength is linked where the traffic has a destination written, present otherwise.',
    sources: ['ETSI TS 102 232-1 for what lawful interception hands over', 'CWE-359, CWE-402'],
    limits: [
      'That it is on does not say that anybody uses it, nor that it is against the law.',
      'Flow records carry who spoke to whom, not what was said; they are spoken of in the same way.',
      'What only runs when a person or a page starts it is in the inventory, not here.',
    ],
  },
  question: 'interception',
  reads: ['facility', 'start'],
  examine({ sightings, declaration }) {
    return facilitiesIn(sightings)
      .filter(({ state }) => state === 'on')
      .map((found) => statementOf(found, isDocumented(declaration, found)));
  },
};

const NAMES: Readonly<Record<FacilityKind, string>> = {
  capture: 'traffic is captured',
  mirror: 'traffic is mirrored',
  'remote-mirror': 'traffic is mirrored to another machine',
  'traffic-export': 'traffic is carried away in a tunnel',
  'flow-export': 'records of flows are exported',
  'lawful-intercept': 'lawful interception is set up',
  'tls-interception': 'encrypted connections are opened up',
  'content-log': 'contents are logged',
};

function statementOf(found: FoundFacility, documented: boolean | null): Statement {
  const { facility, by, destination, switchedBy, places } = found;
  const where = destination === null || by.includes(destination) ? '' : `, to ${oneLine(destination, 40)}`;
  const how = documented === true ? ' (declared)' : '';
  return {
    question: 'interception',
    title: `${NAMES[facility]} by ${oneLine(by, 50)}${where}${how}`,
    strength: destination === null ? 'present' : 'linked',
    facts: factsOf(documented),
    weaknesses: facility === 'flow-export' ? ['CWE-359'] : ['CWE-402'],
    requirements: [],
    identity: ['interception', facility, by, destination ?? ''],
    places,
    matters: `Who receives what is taken aside sees ${facility === 'flow-export' ? 'who communicates with whom' : 'what users send and receive'}${
      switchedBy.length === 0
        ? ''
        : `; switched on by ${switchedBy
            .slice(0, 3)
            .map((each) => oneLine(each, 80))
            .join('; ')}`
    }.`,
    disproof:
      documented === true
        ? 'The operator knows of it, and what arrives at the destination is what the documents say.'
        : 'The operator ordered it and knows where it leads, or what is taken aside never leaves the device.',
  };
}

function factsOf(documented: boolean | null): Facts {
  return {
    undocumented: documented === null ? null : !documented,
    hardCoded: null,
    reachable: null,
    used: null,
  };
}

/** One line, with control characters as dots. */
function oneLine(text: string, most: number): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const plain = text.replaceAll(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '·');
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`.toWellFormed();
}
