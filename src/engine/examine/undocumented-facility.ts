import { facilitiesIn, isDocumented } from '#domain/facilities';
import type { Examiner } from '#domain/plugin';

/** Facilities that are there, wait to be switched on, and are named by no document. */
export const undocumentedFacility: Examiner = {
  kind: 'examiner',
  id: 'undocumented-facility',
  version: 1,
  doc: {
    name: 'undocumented facility',
    says: 'Speaks for a facility that could capture, mirror, export or open up traffic, is not on, and is named neither by the communication matrix nor by a service or document of the declaration. One statement for each kind of facility and each thing that does it.',
    sources: ['3GPP TS 33.117, 4.3.2.3 and 4.3.2.4'],
    limits: [
      'Without a declaration that speaks of flows, services or documents it is silent: nothing is undocumented then.',
      'A document that uses other words for the facility makes it speak wrongly; one that names it in passing silences it.',
      'What is on is spoken of by active-interception.',
    ],
  },
  question: 'interception',
  reads: ['facility', 'start'],
  examine({ sightings, declaration }) {
    return facilitiesIn(sightings)
      .filter((found) => found.state === 'available' && isDocumented(declaration, found) === false)
      .map(({ facility, by, destination, switchedBy, places }) => ({
        question: 'interception' as const,
        title: `undeclared ${facility.replaceAll('-', ' ')} facility: ${by.slice(0, 60)}`,
        strength: switchedBy.length === 0 ? ('present' as const) : ('linked' as const),
        facts: { undocumented: true, hardCoded: null, reachable: null, used: null },
        weaknesses: ['CWE-912'],
        requirements: ['TS 33.117 4.3.2.3', 'TS 33.117 4.3.2.4'],
        identity: ['facility', facility, by, destination ?? ''],
        places,
        matters: `${switchedBy.length === 0 ? 'Whoever gets a shell on the device can switch it on' : `It can be switched on by ${switchedBy.slice(0, 3).join('; ').slice(0, 200)}`}, and nobody who reads the documents knows that it is there.`,
        disproof: 'A document of the vendor names it, or nothing on the device can start it.',
      }));
  },
};
