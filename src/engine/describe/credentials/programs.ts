import type { SecretKind } from '#domain/observed-access';

/** How one program is handed a secret on its command line. */
export interface Takes {
  readonly secret?: SecretKind;
  /** Options whose next argument is the secret. */
  readonly next?: readonly string[];
  /** Options that the secret follows without a blank. */
  readonly attached?: readonly string[];
  /** Options whose next argument is a name, this character, and the secret. */
  readonly pair?: readonly string[];
  readonly between?: ':' | '%' | ',';
  /** Options that name the account. */
  readonly user?: readonly string[];
  /** The first of the remaining arguments that is the secret, from the end: -1 the last. */
  readonly at?: number;
  /** Argument that must be there for any of this to hold. */
  readonly only?: RegExp;
}

const MYSQL: Takes = { attached: ['-p'], user: ['-u', '--user'] };
const SNMP: Takes = { secret: 'community', next: ['-c'] };
const LDAP: Takes = { next: ['-w'], user: ['-D'] };
const FTP: Takes = { next: ['-p'], user: ['-u'] };
const SAMBA: Takes = { pair: ['-U', '--user'], between: '%' };
const MQTT: Takes = { next: ['-P', '--pw'], user: ['-u'] };
const PUTTY: Takes = { next: ['-pw'], user: ['-l'] };

/** Options of common programs, from their manuals; long options that name a secret are known for every program. */
export const PROGRAMS: Readonly<Record<string, Takes>> = {
  sshpass: { next: ['-p'], attached: ['-p'] },
  mysql: MYSQL,
  mysqladmin: MYSQL,
  mysqldump: MYSQL,
  mariadb: MYSQL,
  curl: { pair: ['-u', '--user', '-U', '--proxy-user'], between: ':' },
  wget: { user: ['--user', '--http-user', '--ftp-user'] },
  lftp: { pair: ['-u'], between: ',' },
  ftpput: FTP,
  ftpget: FTP,
  ncftpput: FTP,
  ncftpget: FTP,
  mosquitto_pub: MQTT,
  mosquitto_sub: MQTT,
  snmpget: SNMP,
  snmpset: SNMP,
  snmpwalk: SNMP,
  snmpbulkwalk: SNMP,
  snmptrap: SNMP,
  snmpinform: SNMP,
  ldapsearch: LDAP,
  ldapmodify: LDAP,
  ldapadd: LDAP,
  zip: { next: ['-P', '--password'] },
  unzip: { next: ['-P'], attached: ['-P'] },
  '7z': { attached: ['-p'] },
  '7za': { attached: ['-p'] },
  '7zr': { attached: ['-p'] },
  smbclient: SAMBA,
  rpcclient: SAMBA,
  openssl: {
    next: ['-k', '-passin', '-passout', '-pass'],
    only: /^(?:enc|aes|des|rsa|pkcs|req|genrsa|ca|x509|ec|pkey)/,
  },
  htpasswd: { at: -1, only: /^-[a-z]*b/ },
  ipmitool: { next: ['-P'], user: ['-U'] },
  'redis-cli': { next: ['-a'] },
  plink: PUTTY,
  pscp: PUTTY,
  psftp: PUTTY,
  wpa_passphrase: { secret: 'shared-key', at: -1 },
};

/** Programs that read a secret from their standard input when they are called like this. */
export const READS_SECRET: readonly (readonly [program: string, how: RegExp])[] = [
  ['sudo', /(?:^| )-[a-zA-Z]*S/],
  ['cryptsetup', /./],
  ['gpg', /--passphrase-fd[ =]0/],
  ['gpg2', /--passphrase-fd[ =]0/],
  ['openssl', /-pass(?:in|out)? stdin/],
  ['vncpasswd', /-f/],
  ['su', /^/],
  ['mkpasswd', /-s|--stdin/],
  ['cryptpw', /^/],
];

/** Programs that carry what a person would type to another machine. */
export const DIALOGUES = new Set(['telnet', 'nc', 'ncat', 'netcat', 'ftp', 'socat', 'busybox-telnet']);
