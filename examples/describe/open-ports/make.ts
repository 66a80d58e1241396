// Writes the cases beside it: node examples/describe/open-ports/make.ts
import { writeTexts } from '../../craft.ts';

const scan = (body: string, info = '<scaninfo type="connect" protocol="tcp" numservices="1024" services="1-1024"/>') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" args="nmap -oX -" version="7.93" xmloutputversion="1.05">\n${info}\n${body}</nmaprun>\n`;

const host = (address: string, ports: string) =>
  `<host><status state="up" reason="echo-reply"/>\n<address addr="02:00:00:00:00:07" addrtype="mac" vendor="Nordwind"/>\n<address addr="${address}" addrtype="ipv4"/>\n<hostnames><hostname name="ne7.example" type="PTR"/></hostnames>\n<ports>${ports}</ports>\n</host>\n`;

const port = (transport: string, number: string, state: string, service = '') =>
  `<port protocol="${transport}" portid="${number}"><state state="${state}" reason="syn-ack"/>${service}</port>\n`;

writeTexts(import.meta.dirname, 'make.ts', {
  'ports-and-the-rest': {
    note: 'Two open ports, one filtered; the rest is closed, with the list of ports that says so.',
    path: 'scan.xml',
    text: scan(
      host(
        '198.51.100.1',
        `<extraports state="closed" count="1021"><extrareasons reason="conn-refused" count="1021" proto="tcp" ports="1-21,23-442,444-1023"/></extraports>\n${port('tcp', '22', 'open', '<service name="ssh" product="Dropbear sshd" version="2022.83" method="probed" conf="10"/>')}${port('tcp', '443', 'open', '<service name="https" method="table" conf="3"/>')}${port('tcp', '1024', 'filtered')}`,
      ),
    ),
  },
  'older-output': {
    note: 'Output that does not list the ports of the rest: with one state and one transport it follows from what was asked for.',
    path: 'old.xml',
    text: scan(host('198.51.100.1', `<extraports state="filtered" count="1023"><extrareasons reason="no-responses" count="1023"/></extraports>${port('tcp', '23', 'open')}`)),
  },
  'older-output-two-states': {
    note: 'Two states for the rest and no list of ports: which has which is not known, so that neither is given.',
    path: 'old.xml',
    text: scan(host('198.51.100.1', `<extraports state="filtered" count="1000"/><extraports state="closed" count="23"/>${port('tcp', '23', 'open')}`)),
  },
  'udp-and-tcp': {
    note: 'Both transports in one scan; most of UDP is open or filtered, which is not open.',
    path: 'both.xml',
    text: scan(
      host('198.51.100.1', `${port('udp', '161', 'open', '<service name="snmp"/>')}${port('udp', '123', 'open|filtered')}${port('tcp', '22', 'open')}`),
      '<scaninfo type="syn" protocol="tcp" numservices="1" services="22"/><scaninfo type="udp" protocol="udp" numservices="2" services="123,161"/>',
    ),
  },
  'two-hosts-cut': {
    note: 'The scan ends inside its second host: the first stands.',
    path: 'cut.xml',
    text: scan(`${host('198.51.100.1', port('tcp', '80', 'open'))}${host('198.51.100.2', port('tcp', '8080', 'open'))}`).slice(0, -120),
  },
  'words-of-the-service': {
    note: 'What a service answered stands in the scan: mark-up, escape sequences and another script stay text. A port above 65535 and an unknown state are left out.',
    path: 'odd.xml',
    text: scan(host('198.51.100.1', `${port('tcp', '80', 'open', '<service name="http" product="&lt;script&gt;&#27;[2J é" version="管理"/>')}${port('tcp', '70000', 'open')}${port('tcp', '81', 'ajar')}`)),
  },
  'entities': {
    note: 'Entities that grow and one that names a file: nothing is expanded.',
    path: 'bomb.xml',
    text: scan(host('198.51.100.1', port('tcp', '80', 'open', '<service name="&b;" product="&c;"/>'))).replace(
      '<!DOCTYPE nmaprun>',
      '<!DOCTYPE nmaprun [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>',
    ),
  },
  'not-a-scan': { note: 'XML of something else.', path: 'config.xml', text: '<?xml version="1.0"?><configuration><port>80</port></configuration>\n' },
  'inside-a-tree': { note: 'A scan in a folder of the product is no scan of it.', path: 'usr/share/doc/scan.xml', text: scan(host('198.51.100.1', port('tcp', '80', 'open'))) },
});
